using System.Globalization;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>The spans of fetches, with OpenTelemetry's names for HTTP clients.</summary>
internal static class FetchSpans
{
    internal static RequestSpan? Begin(Fetch fetch)
    {
        if (!BrowserTracing.IsOn)
            return null;
        var known = fetch.Method is "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "OPTIONS" or "PATCH" or "TRACE" or "CONNECT" or "QUERY";
        if (RequestSpan.Begin(known ? fetch.Method : "HTTP", fetch.TraceParent) is not { } span)
            return null;
        if (span.IsRecorded)
            Describe(span, fetch, known);
        return span;
    }

    internal static void Refuse(Fetch fetch, in FetchError refusal) => Begin(fetch)?.End(refusal.Kind.ToString(), refusal.Message);

    internal static void Complete(PendingFetch fetch, in FetchEnd end)
    {
        if (fetch.Span is not { } span)
            return;
        AddAnswer(span, fetch);
        span.Set("http.response.body.size", end.WireBytes);
        var status = fetch.Headers!.Value.Status;
        if (status >= 400)
            span.End(status.ToString(CultureInfo.InvariantCulture));
        else
            span.End();
    }

    internal static void Fail(PendingFetch fetch, string kind, string message)
    {
        if (fetch.Span is not { } span)
            return;
        AddAnswer(span, fetch);
        span.End(kind, message);
    }

    private static void Describe(RequestSpan span, Fetch fetch, bool known)
    {
        span.Set("http.request.method", known ? fetch.Method : "_OTHER");
        if (!known)
            span.Set("http.request.method_original", fetch.Method);
        if (!WebUrl.TryParse(fetch.Url, out var url))
            return;
        span.Set("url.full", url.WithoutCredentials);
        span.Set("server.address", url.HostName);
        span.Set("server.port", url.Port);
    }

    private static void AddAnswer(RequestSpan span, PendingFetch fetch)
    {
        if (!span.IsRecorded || fetch.Headers is not { } headers)
            return;
        span.Set("http.response.status_code", headers.Status);
        span.Set("network.protocol.version", headers.HttpVersion);
        if (headers.Redirects.Count > 0)
        {
            span.Set("actorbrowser.redirects", headers.Redirects.Count);
            span.Set("actorbrowser.url.final", WebUrl.TryParse(headers.FinalUrl, out var final) ? final.WithoutCredentials : null);
        }
    }
}
