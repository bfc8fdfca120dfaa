using System.Buffers;
using ActorBrowser.Transport;
using Akka.Actor;
using MessagePack;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Cluster;

/// <summary>Failures between nodes, and how a child ended.</summary>
internal static class FailureCodec
{
    private const int LongestMessage = 64 << 10;
    private const int LongestName = 4096;
    private const int MostLines = 10_000;
    private const int MostLayers = 64;
    private const int MostInFlight = 1 << 20;

    internal static readonly MessageCodec Codec = MessageCodec.Of<NodeFailure>("failure", Write, Read);

    private static void Write(ref MessagePackWriter writer, NodeFailure failure)
    {
        writer.WriteArrayHeader(7);
        writer.Write((int)failure.Kind);
        writer.Write(Cut(failure.Message, LongestMessage));
        writer.Write(failure.TypeName is { } name ? Cut(name, LongestName) : null);
        writer.WriteOrNil((long?)failure.Refusal);
        writer.Write(failure.WasStarted);
        writer.WriteBytes(failure.Report?.ToBytes());
        writer.WriteNested(failure.Exited, WriteExited);
    }

    private static NodeFailure Read(ref Fields fields) => new(fields.Choice<NodeFailureKind>(), fields.Text(LongestMessage))
    {
        TypeName = fields.TextOrNull(LongestName),
        Refusal = fields.ChoiceOrNull<RoleRefusal>(),
        WasStarted = fields.Flag(),
        Report = fields.BytesOrNull() is { } report ? ReadReport(report) : null,
        Exited = fields.NestedOrNull(ReadExited),
    };

    /// <summary>Writes how a child ended. Its actor stays on its node.</summary>
    internal static void WriteExited(ref MessagePackWriter writer, ChildExited exited)
    {
        writer.WriteArrayHeader(17);
        writer.Write(exited.Role);
        writer.Write(exited.ProcessId);
        writer.Write((int)exited.Reason);
        writer.Write((int)exited.Cause);
        writer.WriteOrNil(exited.ExitCode);
        writer.WriteOrNil(exited.Signal);
        writer.Write(Cut(exited.Message, LongestMessage));
        writer.WriteList(exited.InFlight, static (ref writer, id) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(id);
        });
        writer.WriteTexts(exited.LastStderrLines);
        writer.WriteMoment(exited.StartedAt);
        writer.WriteMoment(exited.ReadyAt);
        writer.WriteMoment(exited.EndedAt);
        writer.WriteList(exited.Layers, static (ref writer, layer) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(layer.Layer);
            writer.Write(layer.Enforced);
            writer.Write(layer.Detail);
        });
        writer.Write((int)exited.Image);
        writer.Write(exited.WillRecur);
        writer.Write(exited.DiedAtStart);
        writer.Write(exited.Limit);
    }

    internal static ChildExited ReadExited(ref Fields fields) => new(
        ActorRefs.Nobody, fields.Text(256), fields.Int32(0), fields.Choice<ExitReason>(), fields.Choice<KillCause>(), (int?)fields.NumberOrNull(int.MinValue, int.MaxValue),
        (int?)fields.NumberOrNull(0, 64), fields.Text(LongestMessage), fields.List(static (ref fields) => fields.Id(), MostInFlight), fields.Texts(MostLines),
        fields.Moment(), fields.MomentOrNull(), fields.Moment())
    {
        Layers = fields.List(static (ref fields) => new LayerReport(fields.Text(256), fields.Flag(), fields.Text(LongestMessage)), MostLayers),
        Image = fields.Choice<ChildImage>(),
        WillRecur = fields.Flag(),
        DiedAtStart = fields.Flag(),
        Limit = fields.TextOrNull(256),
    };

    private static RoleFailureReport ReadReport(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return RoleFailureReport.Read(new ReadOnlySequence<byte>(bytes));
        }
        catch (RoleFormatException e)
        {
            throw new WireFormatException(e.Message);
        }
    }

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest];
}
