using System.Globalization;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>Checks of a fetch that do not depend on the configuration.</summary>
internal static class FetchRules
{
    private const int MaxRedirects = 1000;

    // A repeated fetch adds three header fields.
    private const int MaxFields = HeaderField.MaxFields - 3;

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>Null, or the failure that refuses the fetch.</summary>
    internal static FetchFailed? Refusal(Fetch fetch) => Check(fetch) is { } error ? new FetchFailed(WorkIds.Next(), error.Kind, error.Message, 0) : null;

    private static FetchError? Check(Fetch fetch)
    {
        if (fetch.Url is null)
            return new FetchError(FetchErrorKind.InvalidUrl, "The URL is null; give an absolute http or https URL.");
        if (fetch.Method is null)
            return Invalid("The method is null; give an HTTP method, such as GET.");
        if (fetch.Headers is null)
            return Invalid("The headers are null; leave them out for none.");
        if (fetch.Body is { Length: > 0 } && fetch.Upload is not null)
            return Invalid("Both Body and Upload are given; a request has one body.");
        if (!Enum.IsDefined(fetch.Initiator))
            return Invalid($"The initiator is {(int)fetch.Initiator}, which {nameof(FetchInitiator)} does not define.");
        if (!Enum.IsDefined(fetch.Version))
            return Invalid($"The version is {(int)fetch.Version}, which {nameof(HttpVersionChoice)} does not define.");
        if (fetch.MaxRedirects is < 0 or > MaxRedirects)
            return Invalid($"MaxRedirects is {fetch.MaxRedirects}; it may be 0 to {MaxRedirects}.");
        if (fetch.MaxBody < 0)
            return Invalid($"MaxBody is {fetch.MaxBody}; it may not be negative.");
        if (!fetch.Streamed && fetch.MaxBody > Array.MaxLength)
            return Invalid($"MaxBody is {fetch.MaxBody}; a buffered body has at most {Array.MaxLength} bytes: stream it.");
        return Time(nameof(fetch.TotalTimeout), fetch.TotalTimeout)
            ?? Time(nameof(fetch.ConnectTimeout), fetch.ConnectTimeout)
            ?? Time(nameof(fetch.FirstByteTimeout), fetch.FirstByteTimeout);
    }

    /// <summary>Copies the headers, because the requester may change them during the fetch.</summary>
    /// <returns>Null, or why they cannot be sent.</returns>
    internal static FetchError? Copy(IReadOnlyList<HeaderField> headers, out HeaderField[] copy)
    {
        copy = [];
        try
        {
            if (headers.Count is 0)
                return null;
            if (headers.Count > MaxFields)
                return Invalid($"The request has {headers.Count} header fields; at most {MaxFields} are allowed.");
            copy = [.. headers];
        }
        catch (Exception e)
        {
            // The list may be the requester's own type, or may change while it is read: only this request fails.
            return Invalid($"The headers cannot be read: {e.Message}");
        }
        foreach (var field in copy)
        {
            if (field.Name is null || !HttpRules.IsToken(field.Name))
                return Invalid($"'{HttpRules.Shorten(field.Name ?? "null")}' is not a valid header name.");
            if (field.Value is null)
                return Invalid($"The value of header {field.Name} is null; use an empty text for none.");
            if (field.Value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
                return Invalid($"The value of header {field.Name} contains a line break or NUL.");
        }
        return copy.Length > MaxFields ? Invalid($"The request has {copy.Length} header fields; at most {MaxFields} are allowed.") : null;
    }

    private static FetchError? Time(string name, TimeSpan? time) =>
        time is null || (time >= TimeSpan.Zero && time <= Longest) || time == Timeout.InfiniteTimeSpan ? null
            : Invalid(string.Create(CultureInfo.InvariantCulture, $"{name} is {time}; it may be 0, for no limit, to {Longest}."));

    private static FetchError? Invalid(string message) => new FetchError(FetchErrorKind.InvalidRequest, message);
}
