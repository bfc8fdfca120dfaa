using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.Cli;

/// <summary>The options of <c>fetch</c>, checked as far as possible without a browser.</summary>
/// <param name="Urls">At least one.</param>
/// <param name="Output">A file, or for several URLs a directory; null for stdout.</param>
/// <param name="Headers">In the order given.</param>
/// <param name="Method">An HTTP method.</param>
/// <param name="Body">The request body as a text's bytes, or null.</param>
/// <param name="MaxTime">The longest time for each URL; null for the configured time.</param>
/// <param name="Json">Whether to print one JSON object per line instead of the body.</param>
/// <param name="Parallel">How many URLs to fetch at once.</param>
/// <param name="Fail">Whether HTTP status 400 and above is a failure.</param>
/// <param name="MaxRedirects">How many redirects to follow; null for the configured number.</param>
internal sealed record FetchOptions(
    IReadOnlyList<string> Urls,
    string? Output,
    IReadOnlyList<HeaderField> Headers,
    string Method,
    byte[]? Body,
    TimeSpan? MaxTime,
    bool Json,
    int Parallel,
    bool Fail,
    int? MaxRedirects)
{
    /// <summary>The standard input, as the name of a file.</summary>
    private const string StandardInput = "-";

    /// <summary>The file to send as the body, or <c>-</c> for the standard input; null for none.</summary>
    internal string? UploadFrom { get; private init; }

    /// <summary>Returns the options with the body of <c>-T FILE</c> or <c>-d BODY</c>.</summary>
    /// <exception cref="FormatException">Both are given, or the standard input would go to several URLs.</exception>
    internal FetchOptions WithBody(string? file, string? data)
    {
        if (file is not null && data is not null)
            throw new FormatException("--upload-file and --data are both given; a request has one body.");
        var from = file ?? (data is ['@', .. var name] ? name : null);
        if (from is "")
            throw new FormatException(file is "" ? "--upload-file needs a file, or - for the standard input." : "--data @ needs a file: write @FILE, or @- for the standard input.");
        if (from == StandardInput && Urls.Count > 1)
            throw new FormatException($"The standard input can be sent once, and {Urls.Count} URLs are given.");
        return this with { UploadFrom = from, Body = from is null && data is not null ? Encoding.UTF8.GetBytes(data) : null };
    }

    /// <summary>Opens the body for one URL; null if there is none, or it is a text.</summary>
    internal FetchBody? OpenUpload(Action<long, long> progress) => UploadFrom switch
    {
        null => null,
        StandardInput => FetchBody.FromStream(OpenStandardInput(), progress: new Progress(progress, -1)),
        var file => FetchBody.FromFile(file, new Progress(progress, LengthOf(file))),
    };

    // The console's stream would switch a terminal's keypad to another mode.
    private static Stream OpenStandardInput() => OperatingSystem.IsWindows() || Console.IsInputRedirected
        ? Console.OpenStandardInput()
        : new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    // For the progress bar only: errors are reported when the file is opened.
    private static long LengthOf(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: > 0 and var length } ? length : -1;
        }
        catch (Exception e) when (Complaint.IsOfFile(e))
        {
            return -1;
        }
    }

    /// <summary>Parses <c>NAME:VALUE</c> as curl does: the value is trimmed, an empty one is allowed.</summary>
    internal static HeaderField ParseHeader(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new HeaderField(text[..colon].Trim(), text[(colon + 1)..].Trim())
            : throw new FormatException($"'{text}' is not a header: write NAME:VALUE.");
    }

    /// <summary>Returns a file name for one of several URLs: the last path segment, made unique and safe.</summary>
    internal static string FileNameFor(string url, ISet<string> taken)
    {
        var name = Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? Uri.UnescapeDataString(parsed.Segments[^1]).Trim('/') : "";
        name = string.Concat(name.Select(c => char.IsControl(c) || c is '/' or '\\' or ':' ? '_' : c));
        if (name is "" or "." or "..")
            name = "index.html";
        var candidate = name;
        for (var n = 2; !taken.Add(candidate); n++)
            candidate = $"{Path.GetFileNameWithoutExtension(name)}.{n}{Path.GetExtension(name)}";
        return candidate;
    }

    private sealed class Progress(Action<long, long> report, long total) : IProgress<long>
    {
        public void Report(long value) => report(value, total);
    }
}
