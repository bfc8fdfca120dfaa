using System.Globalization;
using System.Text.Json.Nodes;

namespace ActorBrowser.Agents;

/// <summary><c>image_info</c>: a picture's format and size, without a screenshot.</summary>
internal static class ImageTool
{
    // The picture is decoded, to see that it can be, but its pixels are not needed.
    private const int Small = 16;

    internal static AgentTool Definition { get; } = new(
        "image_info", "Look at a picture's data",
        "Gets a picture and says what it is: format, width and height in pixels, number of frames. It does not describe what the picture shows.",
        CallAsync)
    {
        Parameters = [ToolParts.Url("The picture")],
        Fields =
        [
            new("url", ValueKind.Text, "Where the picture came from."),
            new("bytes", ValueKind.Whole, "The file's length in bytes."),
            new("contentType", ValueKind.Text, "The Content-Type header; empty for none."),
            new("format", ValueKind.Text, "What the file is, such as png or jpeg, by its content."),
            new("width", ValueKind.Whole, "In pixels."),
            new("height", ValueKind.Whole, "In pixels."),
            new("frames", ValueKind.Whole, "1 for a picture that does not move."),
            new("milliseconds", ValueKind.Whole, "How long all frames together are shown; 0 for one frame."),
            ToolParts.Notice,
        ],
        IsReadOnly = true,
        IsIdempotent = true,
        IsOpenWorld = true,
    };

    private static async Task<ToolResult> CallAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var result = await session.Browser.FetchAsync(
            new FetchProtocol.Fetch(arguments.Text("url")) { MaxBody = session.Options.MaxBody, Initiator = session.Options.Initiator, TotalTimeout = TimeSpan.FromMinutes(1) }, cancellation).ConfigureAwait(false);
        if (result.Failure is { } failed)
            throw ToolFailures.Of(failed);
        var response = result.Response!;
        if (response.Status is < 200 or > 299)
            throw new ToolException($"The server answered with status {response.Status}; check the URL.");
        await progress.TellAsync(response.Body.Length + 1, null, "decoding").ConfigureAwait(false);
        using var image = await session.Browser.DecodeAsync(
            new ImageProtocol.Decode(response.Body) { MaxWidth = Small, MaxHeight = Small, Site = SiteOf(response.Headers.FinalUrl) }, cancellation).ConfigureAwait(false);
        session.Children.Note(image.ProcessId);
        var shown = new JsonObject
        {
            ["url"] = response.Headers.FinalUrl,
            ["bytes"] = response.Body.Length,
            ["contentType"] = Foreign.Line(response.Headers.ValueOf("Content-Type") ?? "", 200),
            ["format"] = Foreign.Line(image.Format, 20),
            ["width"] = image.SourceWidth,
            ["height"] = image.SourceHeight,
            ["frames"] = image.Delays.Count,
            ["milliseconds"] = image.Delays.Count == 1 ? 0 : image.Delays.Sum(static delay => (long)delay),
            ["notice"] = Foreign.Notice,
        };
        return new ToolResult(string.Create(CultureInfo.InvariantCulture,
            $"{shown["format"]}, {image.SourceWidth} × {image.SourceHeight} pixels, {image.Delays.Count} frame{(image.Delays.Count == 1 ? "" : "s")}, {response.Body.Length} bytes."), shown);
    }

    private static string SiteOf(string url) => Transport.Http.WebUrl.TryParse(url, out var parsed) && parsed.Origin.Length <= ImageProtocol.Decode.LongestSite ? parsed.Origin : "";
}
