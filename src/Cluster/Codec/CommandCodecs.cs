using ActorBrowser.Transport;
using MessagePack;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>The conversation about a command between nodes.</summary>
internal static class CommandCodecs
{
    internal const int LongestHandle = 256;

    private const int MostHandles = 1_000_000;

    /// <summary>What an actor may say to a command of another node.</summary>
    internal static readonly MessageTable Said = new(CommandSaidCodecs.All);

    /// <summary>What it may hear.</summary>
    internal static readonly MessageTable Heard = new(CommandEventCodecs.All);

    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<CommandOrder>("command", CommandOrderCodec.Write, CommandOrderCodec.Read),
        MessageCodec.Of<CommandAttach>("command-attach", static (ref writer, message) => WriteText(ref writer, message.Handle),
            static (ref fields) => new CommandAttach(fields.Text(LongestHandle))),
        MessageCodec.Of<CommandStarted>("command-started", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Handle);
            writer.Write(message.ProcessId);
            writer.WriteMoment(message.StartedAt);
        }, static (ref fields) => new CommandStarted(fields.Text(LongestHandle), fields.Int32(0), fields.Moment())),
        MessageCodec.Of<SpawnRefused>("command-refused", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write((int)message.Kind);
            writer.Write(message.Errno);
            writer.Write(message.Message);
        }, static (ref fields) => new SpawnRefused(fields.Choice<SpawnFailure>(), fields.Int32(), fields.Text(CommandEventCodecs.LongestSentence))),
        MessageCodec.Of<CommandSaid>("command-said", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Actor);
            Said.Write(ref writer, message.Message);
        }, static (ref fields) => new CommandSaid(fields.Number(1, long.MaxValue), fields.Message(Said))),
        MessageCodec.Of<CommandHeard>("command-heard", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Actor);
            Heard.Write(ref writer, message.Event);
        }, static (ref fields) => new CommandHeard(fields.Number(1, long.MaxValue), fields.Message(Heard))),
        MessageCodec.Of<CommandForget>("command-forget", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Actor);
        }, static (ref fields) => new CommandForget(fields.Number(1, long.MaxValue))),
        MessageCodec.Of<CommandOver>("command-over", static (ref writer, _) => writer.WriteArrayHeader(0), static (ref _) => new CommandOver()),
        MessageCodec.Of<CommandHandlesOrder>("command-list", static (ref writer, _) => writer.WriteArrayHeader(0), static (ref _) => new CommandHandlesOrder()),
        MessageCodec.Of<CommandHandles>("command-handles", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.WriteList(message.Entries, static (ref writer, entry) =>
            {
                writer.WriteArrayHeader(2);
                writer.Write(entry.Handle);
                writer.Write(entry.IsOver);
            });
        }, static (ref fields) => new CommandHandles(fields.List(static (ref fields) => new CommandHandles.Entry(fields.Text(LongestHandle), fields.Flag()), MostHandles))),
    ];

    internal static void WriteText(ref MessagePackWriter writer, string text)
    {
        writer.WriteArrayHeader(1);
        writer.Write(text);
    }
}
