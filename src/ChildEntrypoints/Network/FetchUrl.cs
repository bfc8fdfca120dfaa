using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>From text to a URL that can be fetched, or to the sentence that says why not.</summary>
internal static class FetchUrl
{
    /// <summary>The longest URL accepted, in characters; more than any server takes.</summary>
    internal const int MaxLength = 65_536;

    private const int ShownLength = 200;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Parses what the parent asked for.</summary>
    /// <param name="text">An absolute http or https URL.</param>
    /// <exception cref="FetchFailedException">It is not.</exception>
    internal static Uri Parse(string text)
    {
        if (text.Length == 0)
            throw Invalid("The URL is empty.");
        if (text.Length > MaxLength)
            throw Invalid($"The URL has {text.Length} characters; at most {MaxLength} are allowed.");
        if (IndexOfControl(text) is var control and >= 0)
            throw Invalid($"The URL has a control character (0x{(int)text[control]:x2}) at position {control}.");
        var scheme = SchemeOf(text);
        if (scheme.IsEmpty)
            throw Invalid($"The URL '{Show(text)}' is not absolute: it must start with http:// or https://.");
        if (!IsHttp(scheme))
            throw new FetchFailedException(FetchErrorKind.UnsupportedScheme, $"The scheme '{Show(scheme)}' cannot be fetched: only http and https can.");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !IsHttp(url.Scheme) || url.IdnHost.Length == 0)
            throw Invalid($"The URL '{Show(text)}' is malformed.");
        if (url.Port == 0)
            throw Invalid($"The URL '{Show(text)}' names port 0, which nothing can listen on.");
        return url;
    }

    /// <summary>Resolves a redirect's target; a fragment is inherited where the target has none.</summary>
    /// <param name="current">The URL that answered.</param>
    /// <param name="location">The Location field as HTTP gave it: one character a byte.</param>
    /// <exception cref="FetchFailedException">The target cannot be fetched.</exception>
    internal static Uri Resolve(Uri current, string location)
    {
        location = DecodeUtf8(location).Trim(' ', '\t');
        if (location.Length > MaxLength)
            throw Unfollowable(current, $"a URL of {location.Length} characters; at most {MaxLength} are allowed");
        if (IndexOfControl(location) >= 0)
            throw Unfollowable(current, "a URL with a control character");
        var scheme = SchemeOf(location);
        if (!scheme.IsEmpty && !IsHttp(scheme))
            throw Unfollowable(current, $"the scheme '{Show(scheme)}'; only http and https are followed");
        // A leading slash would make .NET on Unix see a file.
        var parsed = scheme.IsEmpty ? Uri.TryCreate(current, location, out var target) : Uri.TryCreate(location, UriKind.Absolute, out target);
        if (!parsed || !IsHttp(target!.Scheme) || target.IdnHost.Length == 0 || target.Port == 0)
            throw Unfollowable(current, $"'{Show(location)}', which is no URL");
        if (target.Fragment.Length == 0 && current.Fragment.Length > 0)
            target = new UriBuilder(target) { Fragment = current.Fragment }.Uri;
        return target;
    }

    /// <summary>Same scheme, host and port.</summary>
    internal static bool SameOrigin(Uri a, Uri b) =>
        a.Port == b.Port && a.Scheme == b.Scheme && string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>The URL for headers, histories and sentences: without user name and password.</summary>
    internal static string WithoutCredentials(Uri url) => url.UserInfo.Length == 0
        ? url.AbsoluteUri
        : url.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped);

    /// <summary>Text for a sentence: short, and without anything that could break a line.</summary>
    internal static string Show(ReadOnlySpan<char> text)
    {
        var cut = text.Length > ShownLength;
        var shown = new StringBuilder(Math.Min(text.Length, ShownLength) + 1);
        foreach (var c in cut ? text[..ShownLength] : text)
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c);
        return (cut ? shown.Append('…') : shown).ToString();
    }

    private static ReadOnlySpan<char> SchemeOf(string text)
    {
        var trimmed = text.AsSpan().TrimStart(' ');
        if (trimmed.IsEmpty || !char.IsAsciiLetter(trimmed[0]))
            return [];
        for (var i = 1; i < trimmed.Length; i++)
        {
            if (trimmed[i] == ':')
                return trimmed[..i];
            if (!char.IsAsciiLetterOrDigit(trimmed[i]) && trimmed[i] is not ('+' or '-' or '.'))
                break;
        }
        return [];
    }

    private static bool IsHttp(ReadOnlySpan<char> scheme) =>
        scheme.Equals("http", StringComparison.OrdinalIgnoreCase) || scheme.Equals("https", StringComparison.OrdinalIgnoreCase);

    private static int IndexOfControl(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsControl(text[i]))
                return i;
        return -1;
    }

    // Browsers read Location as UTF-8; HTTP gives one character a byte.
    private static string DecodeUtf8(string location)
    {
        if (Ascii.IsValid(location))
            return location;
        try
        {
            return StrictUtf8.GetString(Encoding.Latin1.GetBytes(location));
        }
        catch (DecoderFallbackException)
        {
            return location;
        }
    }

    private static FetchFailedException Invalid(string sentence) => new(FetchErrorKind.InvalidUrl, sentence);

    private static FetchFailedException Unfollowable(Uri current, string target) =>
        new(FetchErrorKind.Redirect, $"The redirect from {Show(WithoutCredentials(current))} leads to {target}.");
}
