using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Xml;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>A parsed page. It runs no scripts and loads nothing: it has neither a script engine nor a loader.</summary>
internal sealed class LiveDocument : IDisposable
{
    private const string PlainText = "<plaintext>";
    private const int LongestUrl = 8192;
    private const int LongestTitle = 1024;

    private static readonly string[] s_inside = ["javascript:", "data:", "blob:", "vbscript:", "about:"];

    private readonly Dictionary<int, (int Width, int Height)> _sizes = [];
    private readonly char[] _source;
    private readonly Encoding? _encoding;
    private ReadableText? _text;
    private PageTexts? _texts;
    private Dictionary<IElement, IHtmlFormElement>? _misnested;

    private LiveDocument(IHtmlDocument document, char[] source, WebUrl? baseAddress, Encoding? encoding, int maxMilliseconds)
    {
        Document = document;
        _source = source;
        MaxMilliseconds = maxMilliseconds;
        Base = baseAddress;
        _encoding = encoding;
    }

    internal IHtmlDocument Document { get; }

    internal int MaxMilliseconds { get; }

    /// <summary>The page's script engine; null where none has been started.</summary>
    internal IPageScripts? Scripts { get; set; }

    /// <summary>The document was changed: texts made of it are made again.</summary>
    internal void OnChanged()
    {
        _text?.Dispose();
        (_text, _texts) = (null, null);
    }

    /// <summary>The page's own address.</summary>
    internal WebUrl? Address { get; private init; }

    internal WebUrl? Base { get; }

    /// <summary>What the page's forms have beyond its elements.</summary>
    internal FormState Forms { get; } = new();

    /// <summary>The forms of controls that are outside them in the tree, because the markup nests wrongly.</summary>
    internal IReadOnlyDictionary<IElement, IHtmlFormElement> Misnested => _misnested ??= Pointers?.Settle(Markup.Span) ?? [];

    private FormPointers? Pointers { get; init; }

    private ReadOnlyMemory<char> Markup { get; init; }

    /// <summary>Parses a reference as the page's links are, of any scheme; null if it is no URL.</summary>
    internal WebUrl? Parse(string reference) => reference.Length <= HttpRules.MaxUrlLength && WebUrl.TryParse(reference, Base, _encoding, out var url) ? url : null;

    internal DocumentLoaded Summary { get; private set; }

    /// <summary>Absolute http and https URLs of images, each once.</summary>
    internal IReadOnlyList<string> Resources { get; private set; } = [];

    /// <summary>The page's text in the forms that queries ask for.</summary>
    internal PageTexts Texts => _texts ??= new PageTexts(this);

    internal ReadableText Text => _text ??= ReadableText.Of(Document);

    /// <summary>Parses a page.</summary>
    /// <exception cref="DocumentFailedException">The page exceeds a limit, or is not text.</exception>
    internal static LiveDocument Parse(in LoadDocument request, ReadOnlyMemory<byte> bytes)
    {
        var started = Stopwatch.GetTimestamp();
        var type = MediaType(request.ContentType);
        RefuseWhatIsNoText(type, bytes.Span);
        var kind = KindOf(type);
        var encoding = EncodingSniffer.Sniff(bytes.Span, request.ContentType, kind, out var source, out var skip);
        var page = Read(request, bytes.Span[skip..], kind, encoding);
        // The page declares its encoding after the scanned bytes, or where only a parser finds it: parse the page again, as browsers do.
        if (kind == TextKind.Html && source == "default" && page.Survey.Encoding is { } late)
        {
            source = "meta";
            if (late != encoding)
            {
                ArrayPool<char>.Shared.Return(page.Source);
                encoding = late;
                page = Read(request, bytes.Span[skip..], kind, encoding);
            }
        }
        // Nothing declares an encoding: the bytes are looked at.
        if (kind is TextKind.Html or TextKind.Plain && source == "default" && EncodingDetector.Detect(bytes.Span) is { } detected)
        {
            source = "detected";
            if (detected != encoding)
            {
                ArrayPool<char>.Shared.Return(page.Source);
                encoding = detected;
                page = Read(request, bytes.Span[skip..], kind, encoding);
            }
        }
        _ = WebUrl.TryParse(request.Url, out var address);
        var live = new LiveDocument(page.Document, page.Source, BaseOf(page.Survey.Base, address), QueryEncoding(encoding.Name), request.Limits.MaxMilliseconds) { Address = address, Pointers = page.Forms, Markup = page.Text };
        if (request.Scripts.MaxMilliseconds > 0)
            PageStyle.RunsScripts(page.Document);
        live.Summarize(page, encoding.Name, source, started);
        return live;
    }

    private static ParsedPage Read(in LoadDocument request, ReadOnlySpan<byte> bytes, TextKind kind, PageEncoding encoding)
    {
        var plain = kind is TextKind.Plain or TextKind.Json;
        // A page's text is a large object, and creating and collecting it costs more than analysing the page; so pages reuse the memory.
        var room = ArrayPool<char>.Shared.Rent(encoding.MaxChars(bytes.Length) + PlainText.Length);
        var start = plain ? PlainText.Length : 0;
        PlainText.AsSpan(0, start).CopyTo(room);
        var text = room.AsMemory(0, start + encoding.Decode(bytes, room.AsSpan(start)));
        var (parser, note) = (plain ? "text" : "html", "");
        if (kind == TextKind.Xml)
        {
            try
            {
                var xml = XmlPage.Parse(text.Span, request.Limits);
                return new ParsedPage(xml, PageSurvey.Of(xml, request.Limits), room, "xml", "");
            }
            catch (XmlException e)
            {
                note = $"The page is declared as XML but is not well-formed, so it was read as HTML: {Shorten(Collapse(e.Message), 300)}";
            }
        }
        // An element has at most two tags: a page whose tags alone exceed the limit is refused before parsing.
        if (!plain && text.Span.Count('<') / 2 > request.Limits.MaxNodes)
            throw PageSurvey.TooMany(request.Limits.MaxNodes);
        // Without the guard, the parser would move deeper elements elsewhere and continue.
        var guard = new ParseGuard(request.Limits);
        var document = new HtmlParser(new HtmlParserOptions { IsScripting = request.Scripts.MaxMilliseconds > 0, IsNotConsumingCharacterReferences = false, MaximumDepth = request.Limits.MaxDepth + ParseGuard.Margin, OnCreated = guard.OnCreated }).ParseDocument(text);
        return new ParsedPage(document, PageSurvey.Of(document, request.Limits), room, parser, note) { Forms = guard.Forms, Text = text };
    }

    /// <summary>A document, its survey, and the characters it was parsed from, which must not be reused while the document is in use.</summary>
    private sealed record ParsedPage(IHtmlDocument Document, PageSurvey Survey, char[] Source, string Parser, string Note)
    {
        internal FormPointers? Forms { get; init; }

        internal ReadOnlyMemory<char> Text { get; init; }
    }

    /// <summary>Stores the size of an image of the page.</summary>
    internal void SetResource(in ResourceArrived resource) => _sizes[resource.Resource] = (resource.Width, resource.Height);

    /// <summary>The size of an image; 0 × 0 if unknown.</summary>
    internal (int Width, int Height) SizeOf(string url)
    {
        for (var i = 0; i < Resources.Count; i++)
            if (Resources[i] == url)
                return _sizes.GetValueOrDefault(i);
        return default;
    }

    /// <summary>Makes one of the page's references absolute; null for a missing, overlong or invalid reference, and for a URL of another scheme than http and https unless <paramref name="anyScheme"/> is set.</summary>
    internal string? Resolve(string? reference, bool anyScheme = false)
    {
        if (reference is null || reference.Length > LongestUrl)
            return null;
        return WebUrl.TryParse(reference, Base, _encoding, out var url) && (anyScheme || url.IsHttp) ? url.ToString() : null;
    }

    /// <summary>A link's absolute URL; null without one, and for schemes that have a meaning only inside the page, such as javascript: and data:.</summary>
    internal string? LinkOf(string? reference) =>
        Resolve(reference, anyScheme: true) is { } url && !s_inside.Any(scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) ? url : null;

    /// <summary>Returns the memory; do not use the document afterwards.</summary>
    public void Dispose()
    {
        Scripts?.Dispose();
        _text?.Dispose();
        ArrayPool<char>.Shared.Return(_source);
    }

    private void Summarize(ParsedPage page, string encoding, string source, long started)
    {
        var survey = page.Survey;
        var images = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var image in survey.Images)
        {
            if (images.Count < ResourcesWanted.Most && Resolve(image.GetAttribute("src")) is { } url && seen.Add(url))
                images.Add(url);
        }
        Resources = images;
        Summary = new DocumentLoaded(
            Shorten(Collapse(Document.Title ?? ""), LongestTitle),
            Shorten(Document.DocumentElement?.GetAttribute("lang") ?? "", 64),
            Resolve(survey.Canonical) ?? "",
            encoding, source,
            CountsOf(survey),
            (long)Stopwatch.GetElapsedTime(started).TotalMicroseconds, page.Parser, page.Note);
    }

    /// <summary>What the page is after its scripts.</summary>
    internal PageSettled Settled(int run, int failed, bool overBudget)
    {
        OnChanged();
        return new PageSettled(
            Shorten(Collapse(Document.Title ?? ""), LongestTitle), run, failed, overBudget,
            CountsOf(PageSurvey.Of(Document, new DocumentLimits(int.MaxValue, int.MaxValue, MaxMilliseconds))));
    }

    private DocumentCounts CountsOf(PageSurvey survey) =>
        new(survey.Nodes, survey.Depth, survey.Links, survey.Images.Count, survey.Headings, survey.Forms, Text.Words, Text.Content.Length);

    // A link's query is written in the page's encoding, as forms are.
    private static Encoding? QueryEncoding(string name)
    {
        if (name.StartsWith("utf", StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            // .NET has no such code page: its queries are UTF-8.
            return null;
        }
    }

    private static WebUrl? BaseOf(string? declared, WebUrl? address) =>
        declared is not null && WebUrl.TryParse(declared, address, null, out var resolved) && resolved.IsHttp ? resolved : address;

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
            throw new DocumentFailedException(DocumentFailure.NotText, $"The resource is of type '{Shorten(type.ToString(), 100)}', which is not a page.");
        if (type.IsEmpty && bytes[..Math.Min(bytes.Length, 1024)].Contains((byte)0) && !(bytes.Length > 1 && bytes[0] is 0xFE or 0xFF))
            throw new DocumentFailedException(DocumentFailure.NotText, "The resource has no declared type and contains NUL bytes, so it is not a page.");
    }

    private static TextKind KindOf(ReadOnlySpan<char> type)
    {
        if (type.IsEmpty || type.Equals("text/html", StringComparison.OrdinalIgnoreCase))
            return TextKind.Html;
        if (type.EndsWith("/xml", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+xml", StringComparison.OrdinalIgnoreCase))
            return TextKind.Xml;
        return type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase) ? TextKind.Json : TextKind.Plain;
    }

    internal static string Shorten(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");

    internal static string Collapse(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
