using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>
/// Parent → renderer: parse this page. Its bytes are <see cref="Data"/>, or a sealed memory file that rides along; what is
/// missing of <see cref="Length"/> in Data follows as FetchBodyChunk frames of the same id where there is no such file.
/// </summary>
/// <param name="Url">Where it came from, for relative references; nothing is fetched from there.</param>
/// <param name="ContentType">As the server said; empty if it did not.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Data">The bytes, or the first of them; empty when a memory file rides along.</param>
/// <param name="Limits">What ends in an error.</param>
internal readonly record struct LoadDocument(string Url, string ContentType, int Length, ReadOnlyMemory<byte> Data, DocumentLimits Limits) : IWireMessage<LoadDocument>, IPayloadRequest<LoadDocument>
{
    /// <summary>The longest page, in bytes.</summary>
    public const int MaxLength = 256 << 20;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.LoadDocument;

    /// <inheritdoc/>
    public LoadDocument WithoutData() => this with { Data = default };

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(7);
        writer.Write(Url);
        writer.Write(ContentType);
        writer.Write(Length);
        writer.Write(Data.Span);
        writer.Write(Limits.MaxDepth);
        writer.Write(Limits.MaxNodes);
        writer.Write(Limits.MaxMilliseconds);
    }

    /// <inheritdoc/>
    public static LoadDocument Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 7, nameof(LoadDocument));
        return new LoadDocument(
            Wire.ReadText(ref reader, "LoadDocument.Url"),
            Wire.ReadText(ref reader, "LoadDocument.ContentType"),
            (int)Wire.ReadRange(ref reader, "LoadDocument.Length", 0, MaxLength),
            Wire.ReadPayload(ref reader, "LoadDocument.Data"),
            new DocumentLimits(
                (int)Wire.ReadRange(ref reader, "LoadDocument.MaxDepth", 1, int.MaxValue),
                (int)Wire.ReadRange(ref reader, "LoadDocument.MaxNodes", 1, int.MaxValue),
                (int)Wire.ReadRange(ref reader, "LoadDocument.MaxMilliseconds", 1, int.MaxValue)));
    }
}

/// <summary>What a page may cost.</summary>
/// <param name="MaxDepth">Elements inside one another.</param>
/// <param name="MaxNodes">Nodes of the document.</param>
/// <param name="MaxMilliseconds">Of parsing, or of one query.</param>
internal readonly record struct DocumentLimits(int MaxDepth, int MaxNodes, int MaxMilliseconds);

/// <summary>Renderer → parent: the page is parsed and stays alive for queries.</summary>
/// <param name="Title">Its title, with white space collapsed; empty for none.</param>
/// <param name="Language">As declared; empty for none.</param>
/// <param name="CanonicalUrl">As declared, absolute; empty for none.</param>
/// <param name="Encoding">Its name, such as <c>utf-8</c>: what the bytes were decoded with.</param>
/// <param name="EncodingSource">What said so: <c>bom</c>, <c>transport</c>, <c>meta</c>, <c>xml</c> (an XML declaration) or <c>default</c>.</param>
/// <param name="Counts">How much there is of what.</param>
/// <param name="ParseMicroseconds">How long it took.</param>
/// <param name="Parser">What it was read as: <c>html</c>, <c>xml</c> or <c>text</c>.</param>
/// <param name="ParserNote">Why it was read as something else than it says, one sentence; empty when it was not.</param>
public readonly record struct DocumentLoaded(
    string Title, string Language, string CanonicalUrl, string Encoding, string EncodingSource, DocumentCounts Counts, long ParseMicroseconds,
    string Parser, string ParserNote) : IWireMessage<DocumentLoaded>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.DocumentLoaded;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(16);
        writer.Write(Title);
        writer.Write(Language);
        writer.Write(CanonicalUrl);
        writer.Write(Encoding);
        writer.Write(EncodingSource);
        writer.Write(Counts.Nodes);
        writer.Write(Counts.Depth);
        writer.Write(Counts.Links);
        writer.Write(Counts.Images);
        writer.Write(Counts.Headings);
        writer.Write(Counts.Forms);
        writer.Write(Counts.Words);
        writer.Write(Counts.TextLength);
        writer.Write(ParseMicroseconds);
        writer.Write(Parser);
        writer.Write(ParserNote);
    }

    /// <inheritdoc/>
    public static DocumentLoaded Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 16, nameof(DocumentLoaded));
        return new DocumentLoaded(
            Wire.ReadText(ref reader, "DocumentLoaded.Title"),
            Wire.ReadText(ref reader, "DocumentLoaded.Language"),
            Wire.ReadText(ref reader, "DocumentLoaded.CanonicalUrl"),
            Wire.ReadText(ref reader, "DocumentLoaded.Encoding"),
            Wire.ReadText(ref reader, "DocumentLoaded.EncodingSource"),
            new DocumentCounts(
                Count(ref reader, "Nodes"), Count(ref reader, "Depth"), Count(ref reader, "Links"), Count(ref reader, "Images"),
                Count(ref reader, "Headings"), Count(ref reader, "Forms"), Count(ref reader, "Words"), Count(ref reader, "TextLength")),
            Wire.ReadRange(ref reader, "DocumentLoaded.ParseMicroseconds", 0, long.MaxValue),
            Wire.ReadText(ref reader, "DocumentLoaded.Parser"),
            Wire.ReadText(ref reader, "DocumentLoaded.ParserNote"));
    }

    private static int Count(ref MessagePackReader reader, string what) => (int)Wire.ReadRange(ref reader, what, 0, int.MaxValue);
}

/// <summary>How much a page has of what.</summary>
/// <param name="Nodes">Nodes.</param>
/// <param name="Depth">The deepest element.</param>
/// <param name="Links">a and area elements with a reference.</param>
/// <param name="Images">img elements with a source.</param>
/// <param name="Headings">h1 to h6.</param>
/// <param name="Forms">Forms.</param>
/// <param name="Words">In the readable text.</param>
/// <param name="TextLength">Of the readable text, in characters.</param>
public readonly record struct DocumentCounts(int Nodes, int Depth, int Links, int Images, int Headings, int Forms, int Words, int TextLength);

/// <summary>Why a page, or a query about one, has no answer.</summary>
public enum DocumentFailure
{
    /// <summary>It is longer than allowed.</summary>
    TooLarge = 0,

    /// <summary>It has more nodes than allowed.</summary>
    TooManyNodes = 1,

    /// <summary>Its elements are nested deeper than allowed.</summary>
    TooDeep = 2,

    /// <summary>It took longer than allowed; the process is not to be used again.</summary>
    TimedOut = 3,

    /// <summary>It is no text.</summary>
    NotText = 4,

    /// <summary>The selector is none, or the query is not understood.</summary>
    InvalidQuery = 5,

    /// <summary>There is no document to ask.</summary>
    NoDocument = 6,

    /// <summary>The renderer failed at it.</summary>
    Failed = 7,
}

/// <summary>Renderer → parent: no answer.</summary>
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
            (DocumentFailure)Wire.ReadRange(ref reader, "DocumentFailed.Kind", 0, (int)DocumentFailure.Failed),
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
