using System.Net;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.Dashboard;

/// <summary>
/// Decides what a request may do. A page in a browser of this machine can send requests here, also under a name of its own that leads
/// to this machine: Host, Origin and Sec-Fetch-Site tell. Orders also need a header that a page of another origin cannot set.
/// </summary>
/// <param name="authorize">The host's own authorisation; null for the default.</param>
/// <param name="token">The token of the default authorisation.</param>
internal sealed class DashboardGate(Func<HttpContext, ValueTask<DashboardAccess>>? authorize, BearerToken? token)
{
    /// <summary>Every order has this header.</summary>
    internal const string OrderHeader = "X-ActorBrowser";

    private static readonly string[] s_proxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    /// <summary>Whether a request may have what everyone may who reaches the page: files without any figure.</summary>
    /// <returns>Null if it may; else the status and a sentence.</returns>
    internal async ValueTask<Refusal?> ForFilesAsync(HttpContext context) =>
        (IsFollowedLink(context) ? null : OfOtherOrigin(context)) ?? (authorize is null ? OfOtherMachine(context) : await ByHostAsync(context, DashboardAccess.Watch).ConfigureAwait(false));

    /// <summary>Whether a request may see figures.</summary>
    /// <returns>Null if it may.</returns>
    internal ValueTask<Refusal?> ForFiguresAsync(HttpContext context) => ForAsync(context, DashboardAccess.Watch);

    /// <summary>Whether a request may give orders.</summary>
    /// <returns>Null if it may.</returns>
    internal async ValueTask<Refusal?> ForOrdersAsync(HttpContext context) => await ForAsync(context, DashboardAccess.Act).ConfigureAwait(false)
        ?? (context.Request.Headers[OrderHeader].ToString() == "1" ? null : new Refusal(StatusCodes.Status403Forbidden, $"An order needs the header {OrderHeader}: 1."));

    private async ValueTask<Refusal?> ForAsync(HttpContext context, DashboardAccess wanted)
    {
        if (OfOtherOrigin(context) is { } refusal)
            return refusal;
        if (authorize is not null)
            return await ByHostAsync(context, wanted).ConfigureAwait(false);
        return OfOtherMachine(context)
            ?? (token!.IsIn(context) ? null
                : new Refusal(StatusCodes.Status401Unauthorized, "The request needs the header Authorization: Bearer TOKEN, with this page's token."));
    }

    private async ValueTask<Refusal?> ByHostAsync(HttpContext context, DashboardAccess wanted) => await authorize!(context).ConfigureAwait(false) >= wanted ? null
        : new Refusal(StatusCodes.Status403Forbidden, wanted == DashboardAccess.Act ? "You may not end, reload or drain processes." : "You may not see this page.");

    // The link may be on a page, such as that of a web terminal. What it opens is this page alone in its window, without any figure.
    private static bool IsFollowedLink(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Origin.Count == 0
        && context.Request.Headers["Sec-Fetch-Mode"].ToString() == "navigate" && context.Request.Headers["Sec-Fetch-Dest"].ToString() == "document";

    private static Refusal? OfOtherOrigin(HttpContext context)
    {
        var request = context.Request;
        var here = request.Host.Value;
        // A proxy that ends TLS changes the scheme, not the name and port that the browser knows.
        if (request.Headers.Origin.Any(origin => !Uri.TryCreate(origin, UriKind.Absolute, out var from) || (from.Authority != here && $"{from.Host}:{from.Port}" != here))
            || request.Headers["Sec-Fetch-Site"].Any(static site => site is not ("same-origin" or "none")))
            return new Refusal(StatusCodes.Status403Forbidden, "Pages of other origins may not send requests here.");
        return null;
    }

    private static Refusal? OfOtherMachine(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } from || !IPAddress.IsLoopback(from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from)
            || s_proxyHeaders.Any(context.Request.Headers.ContainsKey))
            return new Refusal(StatusCodes.Status403Forbidden, "Without DashboardOptions.Authorize, only programs of this machine are let in, and no proxy.");
        var host = context.Request.Host;
        return host.Host is "127.0.0.1" or "localhost" or "[::1]" && (host.Port ?? (context.Request.IsHttps ? 443 : 80)) == context.Connection.LocalPort ? null
            : new Refusal(StatusCodes.Status403Forbidden, "The Host header must name 127.0.0.1, localhost or [::1], and this port.");
    }

    /// <summary>Why a request is refused.</summary>
    internal readonly record struct Refusal(int Status, string Sentence);
}
