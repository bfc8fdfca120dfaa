using ActorBrowser.Transport;
using Akka.Actor;
using MessagePack;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Cluster;

/// <summary>How a process of another node ended, wherever a message says so. Its actor stays on its node: <see cref="ChildExited.Child"/> is nobody here. What is longer than may be read is cut as it is written.</summary>
internal static class ChildExitedCodec
{
    private const int LongestMessage = 64 << 10;
    private const int LongestName = 256;
    private const int LongestPath = 4096;
    private const int LongestLine = 64 << 10;
    private const int MostLines = 10_000;
    private const int MostLayers = 64;
    private const int MostInFlight = 1 << 20;
    private const int LastSignal = 64;

    internal static void Write(ref MessagePackWriter writer, ChildExited exited)
    {
        writer.WriteArrayHeader(18);
        writer.Write(Cut(exited.Role, LongestName));
        writer.Write(exited.ProcessId);
        writer.Write((int)exited.Reason);
        writer.Write((int)exited.Cause);
        writer.WriteOrNil(exited.ExitCode);
        writer.WriteOrNil(exited.Signal);
        writer.Write(Cut(exited.Message, LongestMessage));
        writer.WriteList(First(exited.InFlight, MostInFlight), static (ref writer, id) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(id);
        });
        writer.WriteTexts([.. First(exited.LastStderrLines, MostLines).Select(static line => Cut(line, LongestLine))]);
        writer.WriteMoment(exited.StartedAt);
        writer.WriteMoment(exited.ReadyAt);
        writer.WriteMoment(exited.EndedAt);
        writer.WriteList(First(exited.Layers, MostLayers), static (ref writer, layer) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(Cut(layer.Layer, LongestName));
            writer.Write(layer.Enforced);
            writer.Write(Cut(layer.Detail, LongestMessage));
        });
        writer.Write((int)exited.Image);
        writer.Write(exited.WillRecur);
        writer.Write(exited.DiedAtStart);
        writer.Write(exited.Limit is { } limit ? Cut(limit, LongestName) : null);
        writer.Write(exited.Dump is { } dump ? Cut(dump, LongestPath) : null);
    }

    internal static ChildExited Read(ref Fields fields) => new(
        ActorRefs.Nobody, fields.Text(LongestName), fields.Int32(0), fields.Choice<ExitReason>(), fields.Choice<KillCause>(), (int?)fields.NumberOrNull(int.MinValue, int.MaxValue),
        (int?)fields.NumberOrNull(0, LastSignal), fields.Text(LongestMessage), fields.List(static (ref fields) => fields.Id(), MostInFlight), fields.Texts(MostLines, LongestLine),
        fields.Moment(), fields.MomentOrNull(), fields.Moment())
    {
        Layers = fields.List(static (ref fields) => new LayerReport(fields.Text(LongestName), fields.Flag(), fields.Text(LongestMessage)), MostLayers),
        Image = fields.Choice<ChildImage>(),
        WillRecur = fields.Flag(),
        DiedAtStart = fields.Flag(),
        Limit = fields.TextOrNull(LongestName),
        Dump = fields.TextOrNull(LongestPath),
    };

    /// <summary>The beginning of a text that is too long.</summary>
    internal static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest];

    private static IReadOnlyList<T> First<T>(IReadOnlyList<T> all, int most) => all.Count <= most ? all : [.. all.Take(most)];
}
