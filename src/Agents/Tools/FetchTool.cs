using System.Globalization;
using System.Text.Json.Nodes;
using ActorBrowser.Transport;

namespace ActorBrowser.Agents;

/// <summary><c>fetch</c>: a URL's body as it is.</summary>
internal static class FetchTool
{
    private const int MostHeaders = 100;
    private const long TellEvery = 256 << 10;

    internal static AgentTool Definition { get; } = new(
        "fetch", "Fetch a URL",
        "Gets a URL's body as text: JSON, plain text, a feed, source code. For a web page use read_page, for a picture image_info. A longer body goes on with offset.",
        CallAsync)
    {
        Parameters =
        [
            ToolParts.Url("What to get"),
            new("method", ValueKind.Text, "GET, or HEAD for the headers only.") { Choices = ["GET", "HEAD"] },
            new("headers", ValueKind.Texts, "Request headers, each as 'Name: value'.") { Most = 32 },
            new("offset", ValueKind.Whole, "Where in the body to begin, in bytes: nextOffset of the part before.") { Most = ToolParts.MostOffset, Otherwise = 0 },
            ToolParts.MaxBytes,
            new("timeoutSeconds", ValueKind.Whole, "How long the whole fetch may take.") { Least = 1, Most = 600, Otherwise = 60 },
        ],
        Fields =
        [
            new("url", ValueKind.Text, "Where the answer came from, after redirects."),
            new("status", ValueKind.Whole, "The HTTP status."),
            new("contentType", ValueKind.Text, "The Content-Type header; empty for none."),
            new("headers", ValueKind.Texts, "The response's headers, each as 'Name: value'."),
            new("bytes", ValueKind.Whole, "The whole body's length in bytes."),
            new("offset", ValueKind.Whole, "Where this part begins, in bytes."),
            new("text", ValueKind.Text, "The part as text, control characters made visible; absent if the body is not text.", IsOptional: true),
            new("nextOffset", ValueKind.Whole, "Where the next part begins; absent if this is the last.", IsOptional: true),
            ToolParts.Notice,
        ],
        IsReadOnly = true,
        IsIdempotent = true,
        IsOpenWorld = true,
    };

    private static async Task<ToolResult> CallAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var fetch = new FetchProtocol.Fetch(arguments.Text("url"))
        {
            Method = arguments.TryText("method", out var method) ? method : "GET",
            Headers = [.. arguments.Texts("headers").Select(HeaderOf)],
            TotalTimeout = TimeSpan.FromSeconds(arguments.Whole("timeoutSeconds")),
            MaxBody = session.Options.MaxBody,
            Initiator = session.Options.Initiator,
        };
        using var body = new ToldStream(progress);
        var result = await session.Browser.DownloadAsync(fetch, body, cancellation).ConfigureAwait(false);
        if (result.Failure is { } failed)
            throw failed.Kind == FetchErrorKind.TooLarge ? new ToolException($"The answer is too large: bodies of at most {session.Options.MaxBody} bytes can be fetched.", failed.Message) : ToolFailures.Of(failed);
        return Answer(result.Response!.Headers, body.Written, arguments.Whole("offset"), ToolParts.LimitOf(session, arguments));
    }

    private static ToolResult Answer(FetchHeaders headers, ReadOnlyMemory<byte> body, long offset, int most)
    {
        if (offset > body.Length)
            throw new ToolException($"offset is {offset}; the body has {body.Length} bytes.");
        var type = headers.ValueOf("Content-Type") ?? "";
        var shown = new JsonObject
        {
            ["url"] = headers.FinalUrl,
            ["status"] = headers.Status,
            ["contentType"] = Foreign.Line(type, 200),
            ["headers"] = new JsonArray([.. headers.Headers.Take(MostHeaders).Select(static header => (JsonNode)$"{Foreign.Line(header.Name, 200)}: {Foreign.Line(header.Value, 1000)}")]),
            ["bytes"] = body.Length,
            ["offset"] = offset,
            ["notice"] = Foreign.Notice,
        };
        // The URL may be that of a redirect.
        var (head, about) = (string.Create(CultureInfo.InvariantCulture, $"Status {headers.Status}, {body.Length} bytes."), $"URL: {Foreign.Line(headers.FinalUrl, 2000)}\nContent-Type: {Foreign.Line(type, 200)}");
        if (body.Length == 0)
            return new ToolResult($"{head} There is no body.\n{Foreign.Mark("the answer", about)}", shown);
        if (!IsText(body.Span))
            return new ToolResult($"{head} The body is not text: use image_info for a picture, or a command to work with the file.\n{Foreign.Mark("the answer", about)}", shown);
        var part = new VisibleOutput(most, offset);
        part.Append(0, offset, body.Span[(int)offset..]);
        part.End(isLast: true);
        shown["text"] = part.Text;
        var more = "";
        if (part.Position < body.Length)
        {
            shown["nextOffset"] = part.Position;
            more = string.Create(CultureInfo.InvariantCulture, $"\nThere is more: call fetch again with offset {part.Position}.");
        }
        return new ToolResult($"{head}\n{Foreign.Mark("the answer", $"{about}\n\n{part.Text}")}{more}", shown);
    }

    // As file(1) sees it: no NUL, and its beginning is UTF-8.
    private static bool IsText(ReadOnlySpan<byte> body)
    {
        var start = body[..Math.Min(body.Length, 4096)];
        if (start.Contains((byte)0))
            return false;
        while (!start.IsEmpty)
        {
            var status = System.Text.Rune.DecodeFromUtf8(start, out _, out var length);
            if (status == System.Buffers.OperationStatus.InvalidData)
                return false;
            if (status == System.Buffers.OperationStatus.NeedMoreData)
                return start.Length < 4 && body.Length > 4096;
            start = start[length..];
        }
        return true;
    }

    private static HeaderField HeaderOf(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new HeaderField(line[..colon].Trim(), line[(colon + 1)..].Trim()) : throw new ToolException($"headers has '{Foreign.Line(line, 60)}'; each is 'Name: value'.");
    }

    private sealed class ToldStream(IToolProgress progress) : MemoryStream
    {
        private long _told;

        internal ReadOnlyMemory<byte> Written => GetBuffer().AsMemory(0, (int)Length);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            if (Length - _told < TellEvery)
                return;
            _told = Length;
            await progress.TellAsync(_told, null, string.Create(CultureInfo.InvariantCulture, $"{_told} bytes")).ConfigureAwait(false);
        }
    }
}
