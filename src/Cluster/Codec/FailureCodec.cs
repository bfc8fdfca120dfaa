using System.Buffers;
using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>Failures between nodes.</summary>
internal static class FailureCodec
{
    private const int LongestMessage = 64 << 10;
    private const int LongestName = 4096;

    internal static readonly MessageCodec Codec = MessageCodec.Of<NodeFailure>("failure", Write, Read);

    private static void Write(ref MessagePackWriter writer, NodeFailure failure)
    {
        writer.WriteArrayHeader(7);
        writer.Write((int)failure.Kind);
        writer.Write(ChildExitedCodec.Cut(failure.Message, LongestMessage));
        writer.Write(failure.TypeName is { } name ? ChildExitedCodec.Cut(name, LongestName) : null);
        writer.WriteOrNil((long?)failure.Refusal);
        writer.Write(failure.WasStarted);
        writer.WriteBytes(failure.Report?.ToBytes());
        writer.WriteNested(failure.Exited, ChildExitedCodec.Write);
    }

    private static NodeFailure Read(ref Fields fields) => new(fields.Choice<NodeFailureKind>(), fields.Text(LongestMessage))
    {
        TypeName = fields.TextOrNull(LongestName),
        Refusal = fields.ChoiceOrNull<RoleRefusal>(),
        WasStarted = fields.Flag(),
        Report = fields.BytesOrNull() is { } report ? ReadReport(report) : null,
        Exited = fields.NestedOrNull(ChildExitedCodec.Read),
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
}
