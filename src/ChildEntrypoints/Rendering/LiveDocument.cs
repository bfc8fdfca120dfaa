using System.Diagnostics;
using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>A parsed page. Scripts do not run and nothing is loaded: there is neither an engine nor a loader.</summary>
internal sealed class LiveDocument
{
    private const int LongestUrl = 8192;
    private const int LongestTitle = 1024;

    private readonly Dictionary<int, (int Width, int Height)> _sizes = [];
    private ReadableText? _text;

    private LiveDocument(IHtmlDocument document, Uri? address, int maxMilliseconds)
    {
        Document = document;
        MaxMilliseconds = maxMilliseconds;
        Base = BaseOf(document, address);
    }

    internal IHtmlDocument Document { get; }

    internal int MaxMilliseconds { get; }

    internal Uri? Base { get; }

    internal DocumentLoaded Summary { get; private set; }

    /// <summary>Absolute http and https URLs of images, each once.</summary>
    internal IReadOnlyList<string> Resources { get; private set; } = [];

    internal ReadableText Text => _text ??= ReadableText.Of(Document);

    /// <summary>Parses.</summary>
    /// <exception cref="DocumentFailedException">It exceeds a limit, or is no text.</exception>
    internal static LiveDocument Parse(in LoadDocument request, ReadOnlyMemory<byte> bytes)
    {
        var started = Stopwatch.GetTimestamp();
        var type = MediaType(request.ContentType);
        RefuseWhatIsNoText(type, bytes.Span);
        var encoding = EncodingSniffer.Sniff(bytes.Span, request.ContentType, out var source, out var skip);
        var text = encoding.GetString(bytes.Span[skip..]);
        if (IsPlain(type))
            text = "<plaintext>" + text;
        // Each tag makes an element, and at most one text follows it: what cannot fit is not begun.
        else if (text.AsSpan().Count('<') / 2 > request.Limits.MaxNodes)
            throw TooMany(request.Limits.MaxNodes);
        var parser = new HtmlParser(new HtmlParserOptions { IsScripting = false, IsNotConsumingCharacterReferences = false });
        var document = parser.ParseDocument(text);
        _ = Uri.TryCreate(request.Url, UriKind.Absolute, out var address);
        var live = new LiveDocument(document, address, request.Limits.MaxMilliseconds);
        var (nodes, depth) = Measure(document, request.Limits);
        live.Summarize(encoding.WebName, source, nodes, depth, started);
        return live;
    }

    /// <summary>An image of the page is there.</summary>
    internal void SetResource(in ResourceArrived resource) => _sizes[resource.Resource] = (resource.Width, resource.Height);

    /// <summary>What is known of an image's size; 0 × 0 for nothing.</summary>
    internal (int Width, int Height) SizeOf(string url)
    {
        for (var i = 0; i < Resources.Count; i++)
            if (Resources[i] == url)
                return _sizes.GetValueOrDefault(i);
        return default;
    }

    /// <summary>A reference of the page's, made absolute; null for none that leads anywhere over HTTP, or into the page.</summary>
    internal string? Resolve(string? reference, bool anyScheme = false)
    {
        reference = reference?.Trim(' ', '\t', '\n', '\f', '\r');
        if (reference is null || reference.Length > LongestUrl)
            return null;
        if (!(Base is null ? Uri.TryCreate(reference, UriKind.Absolute, out var url) : Uri.TryCreate(Base, reference, out url)))
            return null;
        // "/x" alone is a path to .NET, and a file's.
        return anyScheme || url.Scheme is "http" or "https" ? url.AbsoluteUri : null;
    }

    private void Summarize(string encoding, string source, int nodes, int depth, long started)
    {
        var images = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var image in Document.QuerySelectorAll("img[src]"))
        {
            if (images.Count < ResourcesWanted.Most && Resolve(image.GetAttribute("src")) is { } url && seen.Add(url))
                images.Add(url);
        }
        Resources = images;
        var text = Text;
        Summary = new DocumentLoaded(
            Shorten(Collapse(Document.Title ?? ""), LongestTitle),
            Shorten(Document.DocumentElement?.GetAttribute("lang") ?? "", 64),
            Resolve(Document.QuerySelector("link[rel~=canonical i][href]")?.GetAttribute("href")) ?? "",
            encoding, source,
            new DocumentCounts(
                nodes, depth, Document.QuerySelectorAll("a[href], area[href]").Length, Document.QuerySelectorAll("img[src]").Length,
                Document.QuerySelectorAll("h1, h2, h3, h4, h5, h6").Length, Document.Forms.Length, text.Words, text.Content.Length),
            (long)Stopwatch.GetElapsedTime(started).TotalMicroseconds);
    }

    private static Uri? BaseOf(IHtmlDocument document, Uri? address)
    {
        var declared = document.QuerySelector("base[href]")?.GetAttribute("href");
        if (declared is null)
            return address;
        var resolved = address is null
            ? Uri.TryCreate(declared, UriKind.Absolute, out var absolute) ? absolute : null
            : Uri.TryCreate(address, declared, out var relative) ? relative : null;
        return resolved is { Scheme: "http" or "https" } ? resolved : address;
    }

    // Without recursion: how deep it is, is what is asked. By index: the library finds a sibling by looking through all of them.
    private static (int Nodes, int Depth) Measure(INode root, in DocumentLimits limits)
    {
        var path = new Stack<(INodeList Children, int Next)>();
        path.Push((root.ChildNodes, 0));
        var (nodes, deepest) = (1, 0);
        while (path.TryPop(out var level))
        {
            if (level.Next >= level.Children.Length)
                continue;
            if (++nodes > limits.MaxNodes)
                throw TooMany(limits.MaxNodes);
            var child = level.Children[level.Next];
            path.Push((level.Children, level.Next + 1));
            deepest = Math.Max(deepest, path.Count);
            if (path.Count > limits.MaxDepth)
                throw new DocumentFailedException(DocumentFailure.TooDeep, $"The page's elements are nested more than {limits.MaxDepth} deep.");
            if (child.HasChildNodes)
                path.Push((child.ChildNodes, 0));
        }
        return (nodes, deepest);
    }

    /// <summary>A content type without its parameters.</summary>
    private static ReadOnlySpan<char> MediaType(string contentType)
    {
        var end = contentType.IndexOf(';');
        return (end < 0 ? contentType : contentType.AsSpan(0, end)).Trim();
    }

    private static void RefuseWhatIsNoText(ReadOnlySpan<char> type, ReadOnlySpan<byte> bytes)
    {
        var isText = type.IsEmpty || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.EndsWith("xml", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("javascript", StringComparison.OrdinalIgnoreCase);
        if (!isText)
            throw new DocumentFailedException(DocumentFailure.NotText, $"The resource is of type '{Shorten(type.ToString(), 100)}', which is no page.");
        if (type.IsEmpty && bytes[..Math.Min(bytes.Length, 1024)].Contains((byte)0) && !(bytes.Length > 1 && bytes[0] is 0xFE or 0xFF))
            throw new DocumentFailedException(DocumentFailure.NotText, "The resource has no declared type and holds NUL bytes: it is no page.");
    }

    private static bool IsPlain(ReadOnlySpan<char> type) =>
        type.Length > 0 && !type.Equals("text/html", StringComparison.OrdinalIgnoreCase) && !type.EndsWith("xml", StringComparison.OrdinalIgnoreCase);

    private static DocumentFailedException TooMany(int limit) => new(DocumentFailure.TooManyNodes, $"The page has more than {limit} nodes.");

    internal static string Shorten(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");

    internal static string Collapse(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
