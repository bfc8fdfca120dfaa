using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>The lines of a crawl's files.</summary>
internal static class CrawlJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a page as a line of <c>pages.jsonl</c>, without its end.</summary>
    internal static void Write(IBufferWriter<byte> buffer, CrawledPage page)
    {
        using var json = new Utf8JsonWriter(buffer, s_options);
        json.WriteStartObject();
        json.WriteString("url", page.Url);
        json.WriteNumber("status", page.Status);
        json.WriteString("title", page.Title);
        json.WriteNumber("words", page.Words);
        json.WriteNumber("links", page.Links);
        json.WriteNumber("depth", page.Depth);
        json.WriteString("type", page.ContentType);
        json.WriteNumber("bytes", page.Bytes);
        json.WriteString("sha256", page.Sha256);
        json.WriteString("file", page.File);
        json.WriteNumber("milliseconds", Math.Round(page.Milliseconds, 1));
        if (page.Redirect is not null)
            json.WriteString("redirect", page.Redirect);
        if (page.Canonical is not null)
            json.WriteString("canonical", page.Canonical);
        if (page.DuplicateOf is not null)
            json.WriteString("duplicate_of", page.DuplicateOf);
        if (page.FromCache)
            json.WriteBoolean("from_cache", true);
        if (page.NoIndex)
            json.WriteBoolean("noindex", true);
        json.WriteString("problem", page.Problem);
        json.WriteEndObject();
    }

    /// <summary>Reads the parts of a page that a later run needs; null if the line is none.</summary>
    internal static CrawledPage? ReadPage(string line) => Read(line, static json => new CrawledPage(json.GetProperty("url").GetString()!, json.GetProperty("depth").GetInt32())
    {
        Bytes = json.GetProperty("bytes").GetInt64(),
        Sha256 = json.GetProperty("sha256").GetString() ?? "",
        Problem = json.GetProperty("problem").GetString(),
        Redirect = json.TryGetProperty("redirect", out var redirect) ? redirect.GetString() : null,
        DuplicateOf = json.TryGetProperty("duplicate_of", out var other) ? other.GetString() : null,
        FromCache = json.TryGetProperty("from_cache", out _),
    });

    internal static void Write(IBufferWriter<byte> buffer, CrawlSummary summary)
    {
        using var json = new Utf8JsonWriter(buffer, s_options);
        json.WriteStartObject();
        json.WriteBoolean("complete", summary.IsComplete);
        json.WriteNumber("pages", summary.Pages);
        json.WriteNumber("failed", summary.Failed);
        json.WriteNumber("redirects", summary.Redirects);
        json.WriteNumber("duplicates", summary.Duplicates);
        json.WriteNumber("from_cache", summary.FromCache);
        json.WriteNumber("bytes", summary.Bytes);
        json.WriteNumber("disallowed", summary.Disallowed);
        json.WriteNumber("left_out", summary.LeftOut);
        json.WriteNumber("crashes", summary.Crashes);
        json.WriteNumber("waiting", summary.Waiting);
        json.WriteNumber("milliseconds", Math.Round(summary.Elapsed.TotalMilliseconds, 1));
        json.WriteString("problem", summary.Problem);
        json.WriteEndObject();
    }

    /// <summary>Writes a known URL as a line of <c>urls.jsonl</c>, without its end.</summary>
    internal static void Write(IBufferWriter<byte> buffer, CrawlTarget target)
    {
        using var json = new Utf8JsonWriter(buffer, s_options);
        json.WriteStartObject();
        json.WriteString("url", target.Text);
        json.WriteNumber("depth", target.Depth);
        json.WriteNumber("initiator", (int)target.Initiator);
        if (target.Redirects > 0)
            json.WriteNumber("redirects", target.Redirects);
        json.WriteEndObject();
    }

    /// <summary>Reads a known URL; null if the line is none.</summary>
    internal static CrawlTarget? ReadTarget(string line) => Read(line, static json =>
        WebUrl.TryParse(json.GetProperty("url").GetString()!, out var url) && url.IsHttp
            // What the file says of a page's origin may only forbid: an unknown number is a public page's.
            ? new CrawlTarget(url.WithoutFragment, url, Math.Max(0, json.GetProperty("depth").GetInt32()),
                json.GetProperty("initiator").GetInt32() switch { 0 => FetchInitiator.Embedder, 2 => FetchInitiator.PrivatePage, _ => FetchInitiator.PublicPage },
                json.TryGetProperty("redirects", out var redirects) ? redirects.GetInt32() : 0)
            : null);

    /// <summary>The first line of <c>urls.jsonl</c>: what the folder's crawl is of.</summary>
    /// <summary>Whether a text may be the beginning of a line of ours that was not written to its end.</summary>
    internal static bool MayBegin(string text) => Begins(text, "{\"crawl\":1,\"start\":") || Begins(text, "{\"url\":");

    private static bool Begins(string text, string line) => text.StartsWith(line, StringComparison.Ordinal) || line.StartsWith(text, StringComparison.Ordinal);

    /// <summary>Whether a line is the heading of some crawl's folder.</summary>
    internal static bool IsHeading(string line) => line.StartsWith("{\"crawl\":1,\"start\":", StringComparison.Ordinal);

    internal static string Heading(CrawlOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteNumber("crawl", 1);
            json.WriteString("start", options.Url);
            json.WriteString("site", options.Site.ToString().ToLowerInvariant());
            if (options.MaxDepth is { } depth)
                json.WriteNumber("max_depth", depth);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static T? Read<T>(string line, Func<JsonElement, T?> read) where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
