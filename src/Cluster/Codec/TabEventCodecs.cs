using ActorBrowser.Transport;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>What a tab answers and tells, between nodes.</summary>
internal static class TabEventCodecs
{
    /// <summary>The longest history that a tab may be configured to have between nodes, in entries.</summary>
    internal const int MostHistory = 10_000;

    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<TabSnapshot>("tab-snapshot", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(9);
            writer.Write(message.Number);
            writer.Write((int)message.State);
            writer.Write(message.Url);
            writer.Write(message.Title);
            writer.Write(message.ProcessId);
            writer.WriteTexts(message.History);
            writer.Write(message.Position);
            writer.WriteNested(message.Page, TabPageFields.Write);
            writer.Write(message.Problem);
        }, static (ref fields) => new TabSnapshot(
            fields.Int32(), fields.Choice<TabState>(), fields.Text(), fields.Text(), fields.Int32(0), fields.Texts(MostHistory), fields.Int32(-1), fields.NestedOrNull(TabPageFields.ReadPage), fields.TextOrNull())),
        MessageCodec.Of<Evaluated>("tab-evaluated", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Json);
        }, static (ref fields) => new Evaluated(fields.Text())),
        MessageCodec.Of<EvaluationFailed>("tab-not-evaluated", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.Write((int)message.Kind);
            writer.Write(message.Message);
            writer.Write(message.Line);
            writer.Write(message.Column);
            writer.WriteNested(message.Exited, ChildExitedCodec.Write);
        }, static (ref fields) => new EvaluationFailed(fields.Choice<ScriptFailure>(), fields.Text(), fields.Int32(0), fields.Int32(0)) { Exited = fields.NestedOrNull(ChildExitedCodec.Read) }),
        MessageCodec.Of<ResourceFetched>("tab-fetched", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(4);
            writer.Write(message.Url);
            writer.Write(message.Status);
            writer.Write(message.ContentType);
            writer.WriteBytes(message.Body);
        }, static (ref fields) => new ResourceFetched(fields.Text(), fields.Int32(0, 999), fields.Text(), fields.Bytes())),
        MessageCodec.Of<QueryResult>("tab-result", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Total);
            writer.WriteList(message.Items, TabPageFields.Write);
        }, static (ref fields) => new QueryResult(fields.Int32(0), fields.List(TabPageFields.ReadItem, QueryDocument.MostItems))),
        MessageCodec.Of<QueryFailed>("tab-query-failed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.WriteOrNil((long?)message.Kind);
            writer.Write(message.Message);
            writer.WriteOrNil((long?)message.Act);
            writer.Write(message.Field);
            writer.WriteNested(message.Exited, ChildExitedCodec.Write);
        }, static (ref fields) => new QueryFailed(fields.ChoiceOrNull<DocumentFailure>(), fields.Text())
        {
            Act = fields.ChoiceOrNull<ActFailure>(),
            Field = fields.Text(),
            Exited = fields.NestedOrNull(ChildExitedCodec.Read),
        }),
        MessageCodec.Of<Acted>("tab-acted", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.WriteOrNil(message.Load);
        }, static (ref fields) => new Acted((int?)fields.NumberOrNull(0, int.MaxValue))),
        .. Loads(),
    ];

    private static MessageCodec[] Loads() =>
    [
        MessageCodec.Of<LoadStarted>("tab-load-started", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Load);
            writer.Write(message.Url);
        }, static (ref fields) => new LoadStarted(fields.Int32(0), fields.Text())),
        MessageCodec.Of<Progress>("tab-progress", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Load);
            writer.Write(message.Bytes);
            writer.Write(message.Total);
        }, static (ref fields) => new Progress(fields.Int32(0), fields.Number(0, long.MaxValue), fields.Number(-1, long.MaxValue))),
        MessageCodec.Of<TitleChanged>("tab-title", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Load);
            writer.Write(message.Title);
        }, static (ref fields) => new TitleChanged(fields.Int32(0), fields.Text())),
        MessageCodec.Of<ResourceLoaded>("tab-resource", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.Write(message.Load);
            writer.Write(message.Url);
            writer.Write(message.Status);
            writer.Write(message.Bytes);
            writer.Write(message.Problem);
        }, static (ref fields) => new ResourceLoaded(fields.Int32(0), fields.Text(), fields.Int32(0, 999), fields.Number(0, long.MaxValue), fields.TextOrNull())),
        MessageCodec.Of<TabProtocol.ImageDecoded>("tab-image", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(6);
            writer.Write(message.Load);
            writer.Write(message.Url);
            writer.Write(message.Format);
            writer.Write(message.Width);
            writer.Write(message.Height);
            writer.Write(message.Frames);
        }, static (ref fields) => new TabProtocol.ImageDecoded(fields.Int32(0), fields.Text(), fields.Text(64), fields.Int32(0), fields.Int32(0), fields.Int32(0))),
        MessageCodec.Of<LoadFinished>("tab-loaded", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Load);
            TabPageFields.Write(ref writer, message.Page);
        }, static (ref fields) => new LoadFinished(fields.Int32(0), fields.Nested(TabPageFields.ReadPage))),
        MessageCodec.Of<LoadFailed>("tab-load-failed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(4);
            writer.Write(message.Load);
            writer.Write(message.Url);
            writer.Write(message.Message);
            writer.WriteOrNil((long?)message.Kind);
        }, static (ref fields) => new LoadFailed(fields.Int32(0), fields.Text(), fields.Text()) { Kind = fields.ChoiceOrNull<FetchErrorKind>() }),
        MessageCodec.Of<StayedOnPage>("tab-stayed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(4);
            writer.Write(message.Load);
            writer.Write(message.Url);
            writer.Write(message.Status);
            writer.WriteNested(message.Page, TabPageFields.Write);
        }, static (ref fields) => new StayedOnPage(fields.Int32(0), fields.Text(), fields.Int32(0, 999), fields.NestedOrNull(TabPageFields.ReadPage))),
        MessageCodec.Of<Crashed>("tab-crashed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(4);
            writer.Write(message.Load);
            writer.Write(message.Message);
            writer.WriteNested(message.Exited, ChildExitedCodec.Write);
            writer.Write(message.Crashes);
        }, static (ref fields) => new Crashed(fields.Int32(0), fields.Text(), fields.NestedOrNull(ChildExitedCodec.Read), fields.Int32(0))),
        MessageCodec.Of<TabUnresponsive>("tab-unresponsive", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Load);
            writer.WriteTime(message.For);
        }, static (ref fields) => new TabUnresponsive(fields.Int32(0), fields.Time())),
        MessageCodec.Of<TabProtocol.Closed>("tab-closed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Problem);
        }, static (ref fields) => new TabProtocol.Closed { Problem = fields.TextOrNull() }),
    ];
}
