namespace ActorBrowser.Cluster;

/// <summary>What carries the messages of a tab, between nodes.</summary>
internal static class TabWireCodecs
{
    private const int LongestName = (2 * TabName.Longest) + 1;
    private const int LongestNode = 512;

    private static readonly MessageTable s_commands = new(TabCommandCodecs.All);

    private static readonly MessageTable s_events = new(TabEventCodecs.All);

    /// <summary>Within a conversation.</summary>
    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<TabOrder>("tab", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(6);
            writer.Write(message.EntityId);
            writer.Write(message.MustExist);
            writer.Write(message.IsPrivate);
            writer.Write(message.LoadImages);
            writer.Write((int)message.Initiator);
            writer.WriteOrNil((long?)message.Scripts);
        }, static (ref fields) => new TabOrder(fields.Text(LongestName))
        {
            MustExist = fields.Flag(),
            IsPrivate = fields.Flag(),
            LoadImages = fields.Flag(),
            Initiator = fields.Choice<FetchInitiator>(),
            Scripts = fields.ChoiceOrNull<PageScripts>(),
        }),
        MessageCodec.Of<TabJoined>("tab-joined", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Life);
        }, static (ref fields) => new TabJoined(fields.Id())),
        MessageCodec.Of<TabUnknown>("tab-unknown", TabCommandCodecs.WriteNothing, static (ref fields) => new TabUnknown()),
        MessageCodec.Of<TabMoved>("tab-moved", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Problem);
        }, static (ref fields) => new TabMoved(fields.Text(64 << 10))),
        MessageCodec.Of<TabAsk>("tab-ask", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Id);
            s_commands.Write(ref writer, message.Command);
        }, static (ref fields) => new TabAsk(fields.Id(), fields.Message(s_commands))),
        MessageCodec.Of<TabAnswer>("tab-answer", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Id);
            s_events.Write(ref writer, message.Answer);
        }, static (ref fields) => new TabAnswer(fields.Id(), fields.Message(s_events))),
        MessageCodec.Of<TabRefused>("tab-refused", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Id);
            writer.Write(message.Invalid);
            writer.Write(message.Problem);
        }, static (ref fields) => new TabRefused(fields.Id(), fields.TextOrNull(256), fields.Text())),
        MessageCodec.Of<TabTold>("tab-told", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            s_events.Write(ref writer, message.Happened);
        }, static (ref fields) => new TabTold(fields.Message(s_events))),
    ];

    /// <summary>By Akka itself: to and from shard regions, and what is kept of tabs.</summary>
    internal static readonly MessageCodec[] Wire =
    [
        MessageCodec.Of<FindTab>("tab-find", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.EntityId);
        }, static (ref fields) => new FindTab(fields.Text(LongestName))),
        MessageCodec.Of<TabIsAt>("tab-at", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.EntityId);
            writer.Write(message.Node);
        }, static (ref fields) => new TabIsAt(fields.Text(LongestName), fields.Text(LongestNode))),
        MessageCodec.Of<ListTabs>("tabs-list", TabCommandCodecs.WriteNothing, static (ref fields) => new ListTabs()),
        MessageCodec.Of<TabsHere>("tabs-here", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.WriteTexts(message.EntityIds);
            writer.Write(message.IsLast);
        }, static (ref fields) => new TabsHere(fields.Texts(TabsHere.Most, LongestName), fields.Flag())),
        MessageCodec.Of<KeptRegister>("tab-kept", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Version);
            writer.Write(message.Writer);
            writer.WriteBytes(message.State);
        }, static (ref fields) => new KeptRegister(fields.Number(0, long.MaxValue), fields.Text(LongestNode), fields.BytesOrNull())),
        MessageCodec.Of<KeptState>("tab-state", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.WriteBytes(message.State);
        }, static (ref fields) => new KeptState(fields.BytesOrNull())),
    ];
}
