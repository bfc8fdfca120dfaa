using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>The kinds of query about a live document.</summary>
public enum DocumentQuery
{
    /// <summary>The elements that a CSS selector finds: name, outer HTML as value, text.</summary>
    Select = 0,

    /// <summary>Where a text occurs in the readable text, ignoring case: the position as level, the surroundings as text.</summary>
    Find = 1,

    /// <summary>Links in document order: the absolute URL as value, the text, rel as name.</summary>
    Links = 2,

    /// <summary>Images in document order: the absolute URL as value, the alternative text.</summary>
    Images = 3,

    /// <summary>Headings in document order: level and text.</summary>
    Headings = 4,

    /// <summary>Forms: method as name, the absolute action as value, the fields' names as text.</summary>
    Forms = 5,

    /// <summary>Metadata, including Open Graph: name and value.</summary>
    Metadata = 6,

    /// <summary>
    /// The readable text in pieces of 4096 characters, one per item: where blocks end in the piece as name, a hash of the whole text as
    /// value, the piece's position as level.
    /// </summary>
    Text = 7,

    /// <summary>The text of the main content, without what surrounds it; in pieces like <see cref="Text"/>.</summary>
    MainText = 8,

    /// <summary>The readable text as Markdown; in pieces like <see cref="Text"/>.</summary>
    Markdown = 9,

    /// <summary>The main content as Markdown; in pieces like <see cref="Text"/>.</summary>
    MainMarkdown = 10,

    /// <summary>What a JSON Schema with selectors, the argument, takes out of the page: JSON, in pieces like <see cref="Text"/>.</summary>
    Extract = 11,

    /// <summary>
    /// What a crawler follows: items <c>link</c> (or <c>sitemap</c>, with the argument <c>sitemap</c>) with many URLs as value, separated by
    /// line feeds, each without a fragment and once, and before them an item <c>robots</c> with the page's rules. Start counts URLs.
    /// </summary>
    Follow = 12,
}

/// <summary>Parent → renderer: a query about the live document.</summary>
/// <param name="Query">The kind of query.</param>
/// <param name="Argument">A selector, a text, a schema, or nothing.</param>
/// <param name="Start">How many items to skip.</param>
/// <param name="Count">The most items to return.</param>
internal readonly record struct QueryDocument(DocumentQuery Query, string Argument, int Start, int Count) : IWireMessage<QueryDocument>
{
    /// <summary>The most items one answer may have.</summary>
    public const int MostItems = 1000;

    /// <summary>The characters of each piece of a text but the last; a character of two units is not cut.</summary>
    public const int PieceLength = 4096;

    /// <summary>The longest selector or text, in characters. It is limited because the parser of nested selectors recurses.</summary>
    public const int LongestArgument = 16 << 10;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.QueryDocument;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(4);
        writer.Write((int)Query);
        writer.Write(Argument);
        writer.Write(Start);
        writer.Write(Count);
    }

    /// <inheritdoc/>
    public static QueryDocument Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 4, nameof(QueryDocument));
        return new QueryDocument(
            // Read leniently: an unknown query or a bad range gets a failure as its answer, and the page stays loaded.
            (DocumentQuery)Wire.ReadRange(ref reader, "QueryDocument.Query", int.MinValue, int.MaxValue),
            Wire.ReadText(ref reader, "QueryDocument.Argument"),
            (int)Wire.ReadRange(ref reader, "QueryDocument.Start", int.MinValue, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "QueryDocument.Count", int.MinValue, int.MaxValue));
    }
}

/// <summary>One item found; the meaning of its parts depends on the query. Each part is shortened.</summary>
/// <param name="Name">A name.</param>
/// <param name="Value">A value.</param>
/// <param name="Text">A text.</param>
/// <param name="Level">A number.</param>
public readonly record struct QueryItem(string Name, string Value, string Text, int Level);

/// <summary>Renderer → parent: the answer to a query.</summary>
/// <param name="Total">How many items there are in total.</param>
/// <param name="Items">The items asked for, as many as fit into one frame.</param>
internal readonly record struct QueryAnswer(int Total, IReadOnlyList<QueryItem> Items) : IWireMessage<QueryAnswer>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.QueryAnswer;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Total);
        writer.WriteArrayHeader(Items.Count * 4);
        for (var i = 0; i < Items.Count; i++)
        {
            writer.Write(Items[i].Name);
            writer.Write(Items[i].Value);
            writer.Write(Items[i].Text);
            writer.Write(Items[i].Level);
        }
    }

    /// <inheritdoc/>
    public static QueryAnswer Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(QueryAnswer));
        var total = (int)Wire.ReadRange(ref reader, "QueryAnswer.Total", 0, int.MaxValue);
        var parts = Wire.ReadCount(ref reader, "QueryAnswer.Items", QueryDocument.MostItems * 4);
        if (parts % 4 != 0)
            throw new WireFormatException($"QueryAnswer.Items has {parts} parts; an item has 4.");
        var items = parts == 0 ? [] : new QueryItem[parts / 4];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = new QueryItem(
                Wire.ReadText(ref reader, "QueryItem.Name"), Wire.ReadText(ref reader, "QueryItem.Value"), Wire.ReadText(ref reader, "QueryItem.Text"),
                (int)Wire.ReadRange(ref reader, "QueryItem.Level", 0, int.MaxValue));
        }
        return new QueryAnswer(total, items);
    }
}

/// <summary>Renderer → parent: resources that the document needs; the parent may fetch them. A resource is named by its index in the list.</summary>
/// <param name="Images">Absolute URLs of images, each once, in document order.</param>
internal readonly record struct ResourcesWanted(IReadOnlyList<string> Images) : IWireMessage<ResourcesWanted>
{
    /// <summary>The most resources of one document.</summary>
    public const int Most = 512;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.ResourcesWanted;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.WriteArrayHeader(Images.Count);
        for (var i = 0; i < Images.Count; i++)
            writer.Write(Images[i]);
    }

    /// <inheritdoc/>
    public static ResourcesWanted Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(ResourcesWanted));
        var images = new string[Wire.ReadCount(ref reader, "ResourcesWanted.Images", Most)];
        for (var i = 0; i < images.Length; i++)
            images[i] = Wire.ReadText(ref reader, "ResourcesWanted.Images");
        return new ResourcesWanted(images);
    }
}

/// <summary>Parent → renderer: an image has arrived, or has failed.</summary>
/// <param name="Resource">Its index in <see cref="ResourcesWanted"/>.</param>
/// <param name="Width">In pixels; 0 if the image has failed.</param>
/// <param name="Height">In pixels; 0 if the image has failed.</param>
internal readonly record struct ResourceArrived(int Resource, int Width, int Height) : IWireMessage<ResourceArrived>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.ResourceArrived;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write(Resource);
        writer.Write(Width);
        writer.Write(Height);
    }

    /// <inheritdoc/>
    public static ResourceArrived Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(ResourceArrived));
        return new ResourceArrived(
            (int)Wire.ReadRange(ref reader, "ResourceArrived.Resource", 0, ResourcesWanted.Most - 1),
            (int)Wire.ReadRange(ref reader, "ResourceArrived.Width", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "ResourceArrived.Height", 0, int.MaxValue));
    }
}
