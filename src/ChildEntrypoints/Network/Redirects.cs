using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>What the Fetch standard says of redirects.</summary>
internal static class Redirects
{
    /// <summary>The next URL, or the failure that says why it cannot be followed.</summary>
    internal static Uri Follow(Uri from, string location, int followed, int limit)
    {
        if (followed >= limit)
            throw new FetchFailure(FetchErrorKind.Redirect, $"More than {limit} redirects.");
        if (!Uri.TryCreate(from, location, out var next))
            throw new FetchFailure(FetchErrorKind.Redirect, $"{from.Authority} redirects to '{RequestBuilder.Shorten(location)}', which is not a URL.");
        if (next.Scheme != Uri.UriSchemeHttp && next.Scheme != Uri.UriSchemeHttps)
            throw new FetchFailure(FetchErrorKind.UnsupportedScheme, $"{from.Authority} redirects to the scheme '{next.Scheme}', which is not supported.");
        // A fragment survives a redirect that has none of its own.
        return next.Fragment.Length == 0 && from.Fragment.Length > 0 ? new UriBuilder(next) { Fragment = from.Fragment }.Uri : next;
    }

    internal static bool SameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port && one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>303 turns all but GET and HEAD into GET; 301 and 302 turn POST into GET; 307 and 308 change nothing.</summary>
    internal static bool BecomesGet(int status, string method) =>
        status == 303 ? method is not ("GET" or "HEAD") : status is 301 or 302 && method == "POST";
}
