using System.Diagnostics;
using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>The parts of the messages of tabs.</summary>
internal static class TabPageFields
{
    internal static void Write(ref MessagePackWriter writer, PageSummary page)
    {
        writer.WriteArrayHeader(8);
        writer.Write(page.Url);
        writer.Write(page.Status);
        writer.Write(page.ContentType);
        writer.Write(page.Bytes);
        Write(ref writer, page.Document);
        writer.Write(page.ProcessId);
        writer.WriteTime(page.Elapsed);
        writer.WriteNested(page.Scripts, static (ref writer, scripts) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(scripts.Run);
            writer.Write(scripts.Failed);
            writer.Write(scripts.OverBudget);
        });
    }

    internal static PageSummary ReadPage(ref Fields fields) => new(
        fields.Text(), fields.Int32(0, 999), fields.Text(), fields.Number(0, long.MaxValue), fields.Nested(ReadDocument), fields.Int32(0), fields.Time())
    {
        Scripts = fields.NestedOrNull(static (ref fields) => new PageScriptsEnd(fields.Int32(0), fields.Int32(0), fields.Flag())),
    };

    // A page whose renderer has not answered yet has a document of nothing.
    private static void Write(ref MessagePackWriter writer, DocumentLoaded document)
    {
        writer.WriteArrayHeader(9);
        writer.Write(document.Title);
        writer.Write(document.Language);
        writer.Write(document.CanonicalUrl);
        writer.Write(document.Encoding);
        writer.Write(document.EncodingSource);
        writer.WriteArrayHeader(8);
        DocumentLoaded.Write(ref writer, document.Counts);
        writer.Write(document.ParseMicroseconds);
        writer.Write(document.Parser);
        writer.Write(document.ParserNote);
    }

    private static DocumentLoaded ReadDocument(ref Fields fields) => new(
        fields.TextOrNull()!, fields.TextOrNull()!, fields.TextOrNull()!, fields.TextOrNull()!, fields.TextOrNull()!, fields.Nested(ReadCounts),
        fields.Number(0, long.MaxValue), fields.TextOrNull()!, fields.TextOrNull()!);

    private static DocumentCounts ReadCounts(ref Fields fields) => new(
        fields.Int32(0), fields.Int32(0), fields.Int32(0), fields.Int32(0), fields.Int32(0), fields.Int32(0), fields.Int32(0), fields.Int32(0));

    internal static void Write(ref MessagePackWriter writer, QueryItem item)
    {
        writer.WriteArrayHeader(4);
        writer.Write(item.Name);
        writer.Write(item.Value);
        writer.Write(item.Text);
        writer.Write(item.Level);
    }

    internal static QueryItem ReadItem(ref Fields fields) => new(fields.Text(), fields.Text(), fields.Text(), fields.Int32(0));

    /// <summary>Writes the span that a message's work is part of, as W3C's <c>traceparent</c>; nil for none.</summary>
    internal static void WriteTrace(this ref MessagePackWriter writer, TracedMessage message) => writer.Write(TraceText.Of(message.TraceParent));

    internal static ActivityContext ReadTrace(ref Fields fields) => TraceText.Read(fields.TextOrNull(64));
}
