using ActorBrowser.Transport;
using MessagePack;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>What is sent to a tab, between nodes. Its limits are those of the tab, which refuses what is beyond them by an answer.</summary>
internal static class TabCommandCodecs
{
    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<Navigate>("tab-navigate", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Url);
            writer.WriteTrace(message);
        }, static (ref fields) => new Navigate(fields.Text()) { TraceParent = TabPageFields.ReadTrace(ref fields) }),
        MessageCodec.Of<Stop>("tab-stop", WriteNothing, static (ref fields) => new Stop()),
        MessageCodec.Of<Reload>("tab-reload", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Resubmit);
            writer.WriteTrace(message);
        }, static (ref fields) => new Reload { Resubmit = fields.Flag(), TraceParent = TabPageFields.ReadTrace(ref fields) }),
        MessageCodec.Of<Back>("tab-back", WriteTraced, static (ref fields) => new Back { TraceParent = TabPageFields.ReadTrace(ref fields) }),
        MessageCodec.Of<Forward>("tab-forward", WriteTraced, static (ref fields) => new Forward { TraceParent = TabPageFields.ReadTrace(ref fields) }),
        MessageCodec.Of<Close>("tab-close", WriteNothing, static (ref fields) => new Close()),
        MessageCodec.Of<KillRenderer>("tab-kill", WriteNothing, static (ref fields) => new KillRenderer()),
        MessageCodec.Of<GetSnapshot>("tab-get-snapshot", WriteNothing, static (ref fields) => new GetSnapshot()),
        MessageCodec.Of<Query>("tab-query", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.Write((int)message.Kind);
            writer.Write(message.Argument);
            writer.Write(message.Start);
            writer.Write(message.Count);
            writer.WriteTrace(message);
        }, static (ref fields) => new Query(fields.Choice<DocumentQuery>())
        {
            Argument = fields.Text(),
            Start = fields.Int32(),
            Count = fields.Int32(),
            TraceParent = TabPageFields.ReadTrace(ref fields),
        }),
        MessageCodec.Of<Evaluate>("tab-evaluate", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Code);
            writer.WriteTime(message.Timeout);
            writer.WriteTrace(message);
        }, static (ref fields) => new Evaluate(fields.Text()) { Timeout = fields.TimeOrNull(), TraceParent = TabPageFields.ReadTrace(ref fields) }),
        MessageCodec.Of<FetchResource>("tab-fetch", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Url);
            writer.WriteTrace(message);
        }, static (ref fields) => new FetchResource(fields.Text()) { TraceParent = TabPageFields.ReadTrace(ref fields) }),
        MessageCodec.Of<Act>("tab-act", WriteAct, ReadAct),
        MessageCodec.Of<CloseWithIdentity>("tab-close-all", WriteNothing, static (ref fields) => new CloseWithIdentity()),
    ];

    /// <summary>Writes a message without fields.</summary>
    internal static void WriteNothing<T>(ref MessagePackWriter writer, T message) => writer.WriteArrayHeader(0);

    private static void WriteTraced(ref MessagePackWriter writer, TracedMessage message)
    {
        writer.WriteArrayHeader(1);
        writer.WriteTrace(message);
    }

    private static void WriteAct(ref MessagePackWriter writer, Act act)
    {
        writer.WriteArrayHeader(10);
        writer.Write((int)act.Kind);
        writer.Write(act.Selector);
        writer.Write(act.Text);
        writer.WriteTexts(act.Values);
        writer.Write(act.IsOn);
        writer.Write(act.X);
        writer.Write(act.Y);
        writer.Write(act.Submitter);
        writer.WriteList(act.Files, static (ref writer, file) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(file.Name);
            writer.Write(file.Type);
            writer.WriteBytes(file.Bytes ?? throw new InvalidOperationException("A file on disk does not cross nodes."));
        });
        writer.WriteTrace(act);
    }

    private static Act ReadAct(ref Fields fields) => new(fields.Choice<ActKind>(), fields.Text())
    {
        Text = fields.Text(),
        Values = fields.Texts(ActOnPage.MostValues),
        IsOn = fields.Flag(),
        X = fields.Int32(),
        Y = fields.Int32(),
        Submitter = fields.Text(),
        Files = fields.List(ReadFile, ActOnPage.MostFiles),
        TraceParent = TabPageFields.ReadTrace(ref fields),
    };

    private static UploadFile ReadFile(ref Fields fields)
    {
        var (name, type) = (fields.Text(255), fields.Text(255));
        return UploadFile.FromBytes(name, fields.Bytes(), type);
    }
}
