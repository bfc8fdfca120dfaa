using System.Net;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// A checked request, as sent on each hop. Redirects change it as the Fetch standard requires: the method, the body, and the
/// headers that must not go to another origin.
/// </summary>
internal sealed class RequestPlan
{
    private const int MaxMethodLength = 64;

    private readonly List<HeaderField> _headers = [];
    private readonly FetchRequest _request;
    private string? _host;

    private RequestPlan(in FetchRequest request, string userAgent)
    {
        _request = request;
        Method = CheckMethod(request.Method);
        HasBody = request.BodyLength is > 0 or FetchRequest.UnknownLength || (request.BodyLength == 0 && HttpRules.DeclaresEmptyBody(Method.Method));
        var hasUserAgent = false;
        var hasAccept = false;
        var hasEncoding = false;
        foreach (var field in request.Headers)
        {
            var value = CheckValue(field);
            switch (RequestHeaders.RoleOf(field.Name))
            {
                case HeaderRole.Connection:
                    throw Invalid($"The header '{field.Name}' belongs to the connection and cannot be set.");
                case HeaderRole.ContentLength:
                    if (request.BodyLength == FetchRequest.UnknownLength)
                        throw Invalid("The header 'Content-Length' cannot be given for a body of unknown length; give the body its length.");
                    if (!long.TryParse(value, System.Globalization.NumberStyles.None, null, out var length) || length != Math.Max(0, request.BodyLength))
                        throw Invalid($"The header 'Content-Length: {FetchUrl.Show(value)}' contradicts the body of {Math.Max(0, request.BodyLength)} bytes.");
                    continue;
                case HeaderRole.Host:
                    if (_host is not null)
                        throw Invalid("The header 'Host' is given twice.");
                    _host = CheckHost(value);
                    continue;
                case HeaderRole.UserAgent:
                    hasUserAgent = true;
                    break;
                case HeaderRole.Accept:
                    hasAccept = true;
                    break;
                case HeaderRole.AcceptEncoding:
                    hasEncoding = true;
                    break;
            }
            _headers.Add(new HeaderField(field.Name, value));
        }
        if (!hasUserAgent && userAgent.Length > 0)
            _headers.Add(new HeaderField("User-Agent", userAgent));
        if (!hasAccept)
            _headers.Add(new HeaderField("Accept", "*/*"));
        if (!hasEncoding && request.Decompress)
            _headers.Add(new HeaderField("Accept-Encoding", "gzip, deflate, br"));
    }

    /// <summary>The method of the next hop.</summary>
    internal HttpMethod Method { get; private set; }

    /// <summary>Whether the next hop's request has a body.</summary>
    internal bool HasBody { get; private set; }

    /// <summary>Checks a request.</summary>
    /// <param name="request">The parent's request; the content of its body is not checked.</param>
    /// <param name="userAgent">The user agent if the request sets none; empty for none.</param>
    /// <exception cref="FetchFailedException">The request cannot be sent as given.</exception>
    internal static RequestPlan Check(in FetchRequest request, string userAgent)
    {
        if (request.Body.Length > Math.Max(0, request.BodyLength))
            throw Invalid($"The request came with {request.Body.Length} bytes of body, more than the {Math.Max(0, request.BodyLength)} declared.");
        return new RequestPlan(request, userAgent);
    }

    /// <summary>Builds the next hop's message.</summary>
    /// <param name="sender">The fetch that the message belongs to.</param>
    /// <param name="url">The hop's URL.</param>
    internal FetchMessage Build(RequestSender sender, WebUrl url)
    {
        var message = new FetchMessage(sender, Method, url);
        switch (_request.Version)
        {
            case HttpVersionChoice.Any:
                message.Version = HttpVersion.Version20;
                message.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
                break;
            case HttpVersionChoice.Http11:
                message.Version = HttpVersion.Version11;
                message.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
                break;
            case HttpVersionChoice.Http2:
                message.Version = HttpVersion.Version20;
                message.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
                break;
        }
        if (HasBody)
            message.Content = sender.MakeContent();
        var authorized = false;
        foreach (var field in _headers)
        {
            authorized |= field.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase);
            if (!message.Headers.TryAddWithoutValidation(field.Name, field.Value))
            {
                // Without content, methods such as POST still declare an empty one.
                message.Content ??= HttpRules.DeclaresEmptyBody(Method.Method) ? sender.MakeContent() : new HeadersOnlyContent();
                message.Content.Headers.TryAddWithoutValidation(field.Name, field.Value);
            }
        }
        if (_host is not null)
            message.Headers.Host = _host;
        if (!authorized && (url.Username.Length > 0 || url.Password.Length > 0))
        {
            // RFC 7617: the colon is present even without a password.
            var credentials = Convert.ToBase64String([.. PercentEncoding.Decode(url.Username), (byte)':', .. PercentEncoding.Decode(url.Password)]);
            message.Headers.TryAddWithoutValidation("Authorization", "Basic " + credentials);
        }
        return message;
    }

    /// <summary>Changes the plan for the hop after a redirect.</summary>
    /// <param name="status">The redirect's status.</param>
    /// <param name="from">The URL that answered with it.</param>
    /// <param name="to">The target.</param>
    /// <param name="bodyIsBegun">Whether bytes of the body have been sent that the child no longer has.</param>
    /// <exception cref="FetchFailedException">The body is needed again, but its source can be read only once.</exception>
    internal void Redirect(int status, WebUrl from, WebUrl to, bool bodyIsBegun)
    {
        if (HttpRules.BecomesGet(status, Method.Method))
        {
            Method = HttpMethod.Get;
            HasBody = false;
            _headers.RemoveAll(static f => RequestHeaders.DescribesBody(f.Name));
        }
        else if (HasBody && bodyIsBegun && !_request.CanRewind)
        {
            throw new FetchFailedException(FetchErrorKind.Redirect,
                $"The redirect with status {status} from {FetchUrl.Show(from.WithoutCredentials)} requires the request's body again, but its source cannot be read twice: give a file or a seekable stream, or send to {FetchUrl.Show(to.WithoutCredentials)}.");
        }
        if (!from.HasOriginOf(to))
        {
            _host = null;
            _headers.RemoveAll(static f => RequestHeaders.StaysWithOrigin(f.Name));
        }
        if (from.Scheme == "https" && to.Scheme == "http")
            _headers.RemoveAll(static f => f.Name.Equals("Referer", StringComparison.OrdinalIgnoreCase));
    }

    private static HttpMethod CheckMethod(string method)
    {
        if (method.Length is 0 or > MaxMethodLength || !HttpRules.IsToken(method))
            throw Invalid($"'{FetchUrl.Show(method)}' is not an HTTP method.");
        if (method.Equals("CONNECT", StringComparison.OrdinalIgnoreCase))
            throw Invalid("The method CONNECT opens tunnels and cannot be fetched.");
        return RequestHeaders.ToMethod(method);
    }

    private static string CheckValue(in HeaderField field)
    {
        if (!HttpRules.IsToken(field.Name))
            throw Invalid($"The header name '{FetchUrl.Show(field.Name)}' has characters that HTTP does not allow.");
        var value = field.Value.Trim(' ', '\t');
        foreach (var c in value)
        {
            if (c is '\r' or '\n' or '\0')
                throw Invalid($"The value of the header '{FetchUrl.Show(field.Name)}' has a line break or NUL.");
            if (c > 0xFF)
                throw Invalid($"The value of the header '{FetchUrl.Show(field.Name)}' has a character that does not fit a byte (U+{(int)c:X4}).");
        }
        return value;
    }

    private static string CheckHost(string value)
    {
        foreach (var c in value)
            if (c is <= ' ' or >= '\x7f' or '/' or '\\' or '?' or '#' or '@')
                throw Invalid($"The header 'Host: {FetchUrl.Show(value)}' is not a host.");
        return value.Length > 0 ? value : throw Invalid("The header 'Host' is empty.");
    }

    private static FetchFailedException Invalid(string sentence) => new(FetchErrorKind.InvalidRequest, sentence);
}
