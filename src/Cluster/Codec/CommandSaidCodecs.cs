using MessagePack;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>What an actor says to a command of another node.</summary>
internal static class CommandSaidCodecs
{
    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<CommandSubscription>("command-subscribe", WriteSubscription, ReadSubscription),
        MessageCodec.Of<GrantOutput>("command-grant", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Bytes);
        }, static (ref fields) => new GrantOutput(fields.Number(0, long.MaxValue))),
        MessageCodec.Of<WriteInput>("command-write", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.WriteBytes(message.Data);
            writer.WriteOrNil(message.Offset);
        }, static (ref fields) => new WriteInput(fields.Bytes()) { Offset = fields.NumberOrNull(long.MinValue, long.MaxValue) }),
        MessageCodec.Of<CloseInput>("command-close-input", WriteNothing, static (ref _) => CloseInput.Instance),
        MessageCodec.Of<SendSignal>("command-signal", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Number);
        }, static (ref fields) => new SendSignal(fields.Int32(1, 64))),
        MessageCodec.Of<ResizeTerminal>("command-resize", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Columns);
            writer.Write(message.Rows);
        }, static (ref fields) => new ResizeTerminal(fields.Int32(1, ushort.MaxValue), fields.Int32(1, ushort.MaxValue))),
        MessageCodec.Of<Terminate>("command-terminate", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.WriteTime(message.Grace);
        }, static (ref fields) => new Terminate(fields.TimeOrNull())),
        MessageCodec.Of<GetSnapshot>("command-get-snapshot", WriteNothing, static (ref _) => GetSnapshot.Instance),
        MessageCodec.Of<Poll>("command-poll", static (ref writer, message) => CommandCodecs.WriteText(ref writer, message.Handle),
            static (ref fields) => new Poll(fields.Text(CommandCodecs.LongestHandle))),
        MessageCodec.Of<Wait>("command-wait", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Handle);
            writer.WriteTime(message.Timeout);
        }, static (ref fields) => new Wait(fields.Text(CommandCodecs.LongestHandle), fields.TimeOrNull())),
        MessageCodec.Of<KillCommand>("command-kill", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Handle);
            writer.WriteTime(message.Grace);
        }, static (ref fields) => new KillCommand(fields.Text(CommandCodecs.LongestHandle), fields.TimeOrNull())),
        MessageCodec.Of<Release>("command-release", static (ref writer, message) => CommandCodecs.WriteText(ref writer, message.Handle),
            static (ref fields) => new Release(fields.Text(CommandCodecs.LongestHandle))),
    ];

    internal static void WriteSubscription(ref MessagePackWriter writer, CommandSubscription subscription)
    {
        writer.WriteArrayHeader(3);
        writer.Write(subscription.From);
        writer.Write(subscription.Text);
        writer.Write(subscription.Credit);
    }

    internal static CommandSubscription ReadSubscription(ref Fields fields) => new(fields.Number(0, long.MaxValue), fields.Flag(), fields.Number(0, long.MaxValue));

    private static void WriteNothing<T>(ref MessagePackWriter writer, T message) => writer.WriteArrayHeader(0);
}
