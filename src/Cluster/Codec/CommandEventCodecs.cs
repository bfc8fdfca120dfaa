using ActorBrowser.Transport;
using MessagePack;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>What an actor hears of a command of another node.</summary>
internal static class CommandEventCodecs
{
    internal const int LongestSentence = 64 << 10;

    private const int MostAppeared = 10_000;
    private const int MostLayers = 100;

    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<OutputChunk>("command-output", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(4);
            writer.Write((int)message.Stream);
            writer.Write(message.Offset);
            writer.Write(message.Position);
            writer.WriteBytes(message.Data);
        }, static (ref fields) => new OutputChunk(fields.Choice<OutputStream>(), fields.Number(0, long.MaxValue), fields.Number(0, long.MaxValue), fields.Bytes())),
        MessageCodec.Of<OutputText>("command-text", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(4);
            writer.Write((int)message.Stream);
            writer.Write(message.Position);
            writer.Write(message.Bytes);
            writer.Write(message.Text);
        }, static (ref fields) => new OutputText(fields.Choice<OutputStream>(), fields.Number(0, long.MaxValue), fields.Int32(0), fields.Text(int.MaxValue))),
        MessageCodec.Of<OutputGap>("command-gap", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Position);
            writer.Write(message.Bytes);
        }, static (ref fields) => new OutputGap(fields.Number(0, long.MaxValue), fields.Number(0, long.MaxValue))),
        MessageCodec.Of<CommandExited>("command-exited", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Handle);
            WriteExit(ref writer, message.Exit);
        }, static (ref fields) => new CommandExited(fields.Text(CommandCodecs.LongestHandle), fields.Nested(ReadExit))),
        MessageCodec.Of<CommandClosed>("command-closed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.Write(message.Handle);
            WriteExit(ref writer, message.Exit);
            writer.Write(message.OutputBytes);
            writer.Write(message.ErrorBytes);
            writer.Write(message.Survivors);
        }, static (ref fields) => new CommandClosed(
            fields.Text(CommandCodecs.LongestHandle), fields.Nested(ReadExit), fields.Number(0, long.MaxValue), fields.Number(0, long.MaxValue), fields.Int32(0))),
        MessageCodec.Of<InputTaken>("command-taken", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Taken);
            writer.Write(message.Ended);
        }, static (ref fields) => new InputTaken(fields.Number(0, long.MaxValue), fields.Flag())),
        MessageCodec.Of<InputRefused>("command-input-refused", static (ref writer, message) => CommandCodecs.WriteText(ref writer, message.Message),
            static (ref fields) => new InputRefused(fields.Text(LongestSentence))),
        MessageCodec.Of<SpillFailed>("command-spill-failed", static (ref writer, message) => CommandCodecs.WriteText(ref writer, message.Message),
            static (ref fields) => new SpillFailed(fields.Text(LongestSentence))),
        MessageCodec.Of<CommandSnapshot>("command-snapshot", WriteSnapshot, ReadSnapshot),
        MessageCodec.Of<Waited>("command-waited", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            WriteSnapshot(ref writer, message.Snapshot);
            writer.Write(message.TimedOut);
        }, static (ref fields) => new Waited(fields.Nested(ReadSnapshot), fields.Flag())),
        MessageCodec.Of<Released>("command-released", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Handle);
            writer.Write(message.Found);
        }, static (ref fields) => new Released(fields.Text(CommandCodecs.LongestHandle), fields.Flag())),
        MessageCodec.Of<UnknownHandle>("command-unknown", static (ref writer, message) => CommandCodecs.WriteText(ref writer, message.Handle),
            static (ref fields) => new UnknownHandle(fields.Text(CommandCodecs.LongestHandle))),
        FailureCodec.Codec,
    ];

    private static void WriteExit(ref MessagePackWriter writer, CommandExit exit)
    {
        writer.WriteArrayHeader(13);
        writer.WriteOrNil(exit.ExitCode);
        writer.WriteOrNil(exit.Signal);
        writer.Write(exit.CoreDumped);
        writer.Write((int)exit.Cause);
        writer.WriteTime(exit.UserTime);
        writer.WriteTime(exit.SystemTime);
        writer.Write(exit.PeakMemory);
        writer.WriteTime(exit.WallTime);
        writer.WriteMoment(exit.EndedAt);
        writer.Write(exit.Blocked);
        writer.Write(exit.IsBlockedTold);
        writer.WriteTexts(exit.Appeared);
        writer.WriteNested(exit.Confinement, WriteConfinement);
    }

    private static CommandExit ReadExit(ref Fields fields) => new(
        (int?)fields.NumberOrNull(0, 255), (int?)fields.NumberOrNull(1, 64), fields.Flag(), fields.Choice<ExitCause>(), fields.Time(), fields.Time(),
        fields.Number(0, long.MaxValue), fields.Time(), fields.Moment())
    {
        Blocked = fields.TextOrNull(LongestSentence),
        IsBlockedTold = fields.Flag(),
        Appeared = fields.Texts(MostAppeared),
        Confinement = fields.NestedOrNull(ReadConfinement),
    };

    private static void WriteConfinement(ref MessagePackWriter writer, CommandConfinement confinement)
    {
        writer.WriteArrayHeader(2);
        writer.WriteTexts(confinement.Layers);
        writer.WriteTexts(confinement.Missing);
    }

    private static CommandConfinement ReadConfinement(ref Fields fields) => new(fields.Texts(MostLayers, LongestSentence), fields.Texts(MostLayers, LongestSentence));

    private static void WriteSnapshot(ref MessagePackWriter writer, CommandSnapshot snapshot)
    {
        writer.WriteArrayHeader(10);
        writer.Write(snapshot.Handle);
        writer.Write(snapshot.Command);
        writer.Write((int)snapshot.Status);
        writer.Write(snapshot.ProcessId);
        writer.WriteMoment(snapshot.StartedAt);
        writer.WriteMoment(snapshot.EndedAt);
        writer.WriteNested(snapshot.Exit, WriteExit);
        WriteRetained(ref writer, snapshot.Output);
        WriteRetained(ref writer, snapshot.Error);
        writer.Write(snapshot.Position);
    }

    private static CommandSnapshot ReadSnapshot(ref Fields fields) => new(
        fields.Text(CommandCodecs.LongestHandle), fields.Text(int.MaxValue), fields.Choice<CommandStatus>(), fields.Int32(0), fields.Moment(), fields.MomentOrNull(),
        fields.NestedOrNull(ReadExit), fields.Nested(ReadRetained), fields.Nested(ReadRetained), fields.Number(0, long.MaxValue));

    private static void WriteRetained(ref MessagePackWriter writer, RetainedOutput retained)
    {
        writer.WriteArrayHeader(3);
        writer.WriteBytes(retained.Head);
        writer.Write(retained.Gap);
        writer.WriteBytes(retained.Tail);
    }

    private static RetainedOutput ReadRetained(ref Fields fields) => new(fields.Bytes(), fields.Number(0, long.MaxValue), fields.Bytes());
}
