using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>
/// Parent → renderer: parse a page. Its bytes are in <see cref="Data"/>, or in a sealed memory file sent with the message.
/// Without such a file, bytes missing from Data follow as FetchBodyChunk frames with the same id.
/// </summary>
/// <param name="Url">The page's URL, for relative references; the renderer fetches nothing.</param>
/// <param name="ContentType">The server's Content-Type; empty for none.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Data">The bytes, or the first of them; empty if they come in a memory file.</param>
/// <param name="Limits">Limits of parsing; a page beyond them fails.</param>
/// <param name="Scripts">Limits of the page's own scripts; all 0 if they do not run.</param>
internal readonly record struct LoadDocument(string Url, string ContentType, int Length, ReadOnlyMemory<byte> Data, DocumentLimits Limits, ScriptLimits Scripts = default) : IWireMessage<LoadDocument>, IPayloadRequest<LoadDocument>
{
    /// <summary>The content type of XML in a gzip file, which the parent has recognised. As a server's type, it would be no text.</summary>
    public const string Packed = "application/x-actorbrowser-packed";

    /// <summary>The longest page, in bytes.</summary>
    public const int MaxLength = 256 << 20;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.LoadDocument;

    /// <inheritdoc/>
    public LoadDocument WithoutData() => this with { Data = default };

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(10);
        writer.Write(Url);
        writer.Write(ContentType);
        writer.Write(Length);
        writer.Write(Data.Span);
        writer.Write(Limits.MaxDepth);
        writer.Write(Limits.MaxNodes);
        writer.Write(Limits.MaxMilliseconds);
        writer.Write(Scripts.MaxMilliseconds);
        writer.Write(Scripts.MaxClock);
        writer.Write(Scripts.MaxBytes);
    }

    /// <inheritdoc/>
    public static LoadDocument Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 10, nameof(LoadDocument));
        return new LoadDocument(
            Wire.ReadText(ref reader, "LoadDocument.Url"),
            Wire.ReadText(ref reader, "LoadDocument.ContentType"),
            (int)Wire.ReadRange(ref reader, "LoadDocument.Length", 0, MaxLength),
            Wire.ReadPayload(ref reader, "LoadDocument.Data"),
            new DocumentLimits(
                (int)Wire.ReadRange(ref reader, "LoadDocument.MaxDepth", 1, int.MaxValue),
                (int)Wire.ReadRange(ref reader, "LoadDocument.MaxNodes", 1, int.MaxValue),
                (int)Wire.ReadRange(ref reader, "LoadDocument.MaxMilliseconds", 1, int.MaxValue)),
            new ScriptLimits(
                (int)Wire.ReadRange(ref reader, "LoadDocument.ScriptMilliseconds", 0, int.MaxValue),
                (int)Wire.ReadRange(ref reader, "LoadDocument.ScriptClock", 0, int.MaxValue),
                Wire.ReadRange(ref reader, "LoadDocument.ScriptBytes", 0, long.MaxValue)));
    }
}

/// <summary>The limits of parsing a page.</summary>
/// <param name="MaxDepth">The deepest nesting of elements.</param>
/// <param name="MaxNodes">The most nodes of the document.</param>
/// <param name="MaxMilliseconds">The longest time for parsing, or for one query.</param>
internal readonly record struct DocumentLimits(int MaxDepth, int MaxNodes, int MaxMilliseconds);

/// <summary>The limits of a page's scripts.</summary>
/// <param name="MaxMilliseconds">How long all of them together may run and wait for the network; 0 if they do not run.</param>
/// <param name="MaxClock">How far their own clock may go until the page counts as settled, in milliseconds: timers later than this do not run.</param>
/// <param name="MaxBytes">The most memory that they may allocate between two answers, in bytes.</param>
internal readonly record struct ScriptLimits(int MaxMilliseconds, int MaxClock, long MaxBytes);

/// <summary>Renderer → parent: the page is parsed and stays alive for queries.</summary>
/// <param name="Title">Its title, with white space collapsed; empty for none.</param>
/// <param name="Language">As declared; empty for none.</param>
/// <param name="CanonicalUrl">As declared, absolute; empty for none.</param>
/// <param name="Encoding">The encoding that the bytes were decoded with, such as <c>utf-8</c>.</param>
/// <param name="EncodingSource">Where the encoding was declared: <c>bom</c>, <c>transport</c>, <c>meta</c>, <c>xml</c> (an XML declaration), <c>detected</c> (from the bytes) or <c>default</c>.</param>
/// <param name="Counts">How many elements of each kind the page has.</param>
/// <param name="ParseMicroseconds">How long parsing took.</param>
/// <param name="Parser">How the page was parsed: <c>html</c>, <c>xml</c> or <c>text</c>.</param>
/// <param name="ParserNote">Why it was not parsed as its declared type, in one sentence; empty if it was.</param>
public readonly record struct DocumentLoaded(
    string Title, string Language, string CanonicalUrl, string Encoding, string EncodingSource, DocumentCounts Counts, long ParseMicroseconds,
    string Parser, string ParserNote) : IWireMessage<DocumentLoaded>
{
    /// <inheritdoc/>
    static MessageType IWireMessage<DocumentLoaded>.Type => MessageType.DocumentLoaded;

    /// <inheritdoc/>
    void IWireMessage<DocumentLoaded>.Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(16);
        writer.Write(Title);
        writer.Write(Language);
        writer.Write(CanonicalUrl);
        writer.Write(Encoding);
        writer.Write(EncodingSource);
        Write(ref writer, Counts);
        writer.Write(ParseMicroseconds);
        writer.Write(Parser);
        writer.Write(ParserNote);
    }

    /// <inheritdoc/>
    static DocumentLoaded IWireMessage<DocumentLoaded>.Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 16, nameof(DocumentLoaded));
        return new DocumentLoaded(
            Wire.ReadText(ref reader, "DocumentLoaded.Title"),
            Wire.ReadText(ref reader, "DocumentLoaded.Language"),
            Wire.ReadText(ref reader, "DocumentLoaded.CanonicalUrl"),
            Wire.ReadText(ref reader, "DocumentLoaded.Encoding"),
            Wire.ReadText(ref reader, "DocumentLoaded.EncodingSource"),
            ReadCounts(ref reader),
            Wire.ReadRange(ref reader, "DocumentLoaded.ParseMicroseconds", 0, long.MaxValue),
            Wire.ReadText(ref reader, "DocumentLoaded.Parser"),
            Wire.ReadText(ref reader, "DocumentLoaded.ParserNote"));
    }

    /// <summary>Writes eight numbers.</summary>
    internal static void Write(ref MessagePackWriter writer, in DocumentCounts counts)
    {
        writer.Write(counts.Nodes);
        writer.Write(counts.Depth);
        writer.Write(counts.Links);
        writer.Write(counts.Images);
        writer.Write(counts.Headings);
        writer.Write(counts.Forms);
        writer.Write(counts.Words);
        writer.Write(counts.TextLength);
    }

    internal static DocumentCounts ReadCounts(ref MessagePackReader reader) => new(
        Count(ref reader, "Nodes"), Count(ref reader, "Depth"), Count(ref reader, "Links"), Count(ref reader, "Images"),
        Count(ref reader, "Headings"), Count(ref reader, "Forms"), Count(ref reader, "Words"), Count(ref reader, "TextLength"));

    private static int Count(ref MessagePackReader reader, string what) => (int)Wire.ReadRange(ref reader, what, 0, int.MaxValue);
}

/// <summary>How many elements of each kind a page has.</summary>
/// <param name="Nodes">Nodes.</param>
/// <param name="Depth">The deepest element.</param>
/// <param name="Links">a and area elements with a reference.</param>
/// <param name="Images">img elements with a source.</param>
/// <param name="Headings">h1 to h6.</param>
/// <param name="Forms">Forms.</param>
/// <param name="Words">The words of the readable text.</param>
/// <param name="TextLength">The length of the readable text, in characters.</param>
public readonly record struct DocumentCounts(int Nodes, int Depth, int Links, int Images, int Headings, int Forms, int Words, int TextLength);

/// <summary>Why a page was not loaded, or a query not answered.</summary>
public enum DocumentFailure
{
    /// <summary>The page, or the answer, is longer than allowed.</summary>
    TooLarge = 0,

    /// <summary>The page has more nodes than allowed.</summary>
    TooManyNodes = 1,

    /// <summary>The page's elements are nested deeper than allowed.</summary>
    TooDeep = 2,

    /// <summary>Parsing or the query took longer than allowed; the process must not be used again.</summary>
    TimedOut = 3,

    /// <summary>The resource is not text.</summary>
    NotText = 4,

    /// <summary>The selector or the query is not valid.</summary>
    InvalidQuery = 5,

    /// <summary>No document is loaded.</summary>
    NoDocument = 6,

    /// <summary>The renderer failed unexpectedly.</summary>
    Failed = 7,

    /// <summary>The schema of an extraction is not valid; the message names the place.</summary>
    InvalidSchema = 8,

    /// <summary>The page does not have what a schema demands; the message names the place in the schema.</summary>
    SchemaMismatch = 9,

    /// <summary>The page's text is not the one that a token to go on was made for, or there is no such token.</summary>
    TextChanged = 10,
}

/// <summary>Renderer → parent: the load or the query has failed.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">One sentence.</param>
internal readonly record struct DocumentFailed(DocumentFailure Kind, string Message) : IWireMessage<DocumentFailed>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.DocumentFailed;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)Kind);
        writer.Write(Message);
    }

    /// <inheritdoc/>
    public static DocumentFailed Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(DocumentFailed));
        return new DocumentFailed(
            (DocumentFailure)Wire.ReadRange(ref reader, "DocumentFailed.Kind", 0, (int)DocumentFailure.TextChanged),
            Wire.ReadText(ref reader, "DocumentFailed.Message"));
    }
}

/// <summary>Parent → renderer or image decoder: cancels this request; its answer would be dropped.</summary>
internal readonly record struct CancelWork : IWireMessage<CancelWork>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.CancelWork;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static CancelWork Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(CancelWork));
        return default;
    }
}
