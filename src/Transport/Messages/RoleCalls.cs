using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Parent → child: a message of a typed role. Its bytes are in <see cref="Data"/>, in pieces that follow, or in a sealed memory file sent with it.</summary>
/// <param name="Index">The message's place in the role's definition.</param>
/// <param name="Milliseconds">How much time is left for the answer; 0 for no limit.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Data">The first bytes; empty if they come in a memory file.</param>
internal readonly record struct RoleRequest(ushort Index, int Milliseconds, int Length, ReadOnlyMemory<byte> Data) : IWireMessage<RoleRequest>, IPayloadRequest<RoleRequest>
{
    /// <summary>The longest message, in bytes.</summary>
    public const int MaxLength = 256 << 20;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.RoleRequest;

    /// <inheritdoc/>
    public RoleRequest WithoutData() => this with { Data = default };

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(4);
        writer.Write(Index);
        writer.Write(Milliseconds);
        writer.Write(Length);
        writer.Write(Data.Span);
    }

    /// <inheritdoc/>
    public static RoleRequest Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 4, nameof(RoleRequest));
        return new RoleRequest(
            reader.ReadUInt16(),
            (int)Wire.ReadRange(ref reader, "RoleRequest.Milliseconds", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "RoleRequest.Length", 0, MaxLength),
            Wire.ReadPayload(ref reader, "RoleRequest.Data"));
    }
}

/// <summary>The meaning of a <see cref="RoleReply"/>.</summary>
internal enum RoleReplyKind : byte
{
    /// <summary>The first bytes of what the next reply ends: they did not fit into one frame.</summary>
    Part,

    /// <summary>The answer; nothing more about the request follows.</summary>
    Answer,

    /// <summary>Items of a stream, one after another.</summary>
    Items,

    /// <summary>The stream, or the handling of a one-way message, has ended.</summary>
    End,

    /// <summary>The request failed; nothing more about it follows.</summary>
    Failed,

    /// <summary>An event that the role publishes.</summary>
    Event,
}

/// <summary>Child → parent: a part of the answer to a <see cref="RoleRequest"/>, its end or its failure; or, under the id 0, an event.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Index">An event's place in the role's definition; otherwise 0.</param>
/// <param name="Data">The bytes.</param>
internal readonly record struct RoleReply(RoleReplyKind Kind, ushort Index, ReadOnlyMemory<byte> Data) : IWireMessage<RoleReply>
{
    /// <summary>The credit that the items of one frame need: a reader keeps more of a frame than its bytes.</summary>
    internal static int CostOf(int bytes) => Math.Max(bytes, 64);

    /// <inheritdoc/>
    public static MessageType Type => MessageType.RoleReply;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write((byte)Kind);
        writer.Write(Index);
        writer.Write(Data.Span);
    }

    /// <inheritdoc/>
    public static RoleReply Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(RoleReply));
        return new RoleReply(
            (RoleReplyKind)Wire.ReadRange(ref reader, "RoleReply.Kind", 0, (long)RoleReplyKind.Event),
            reader.ReadUInt16(),
            Wire.ReadPayload(ref reader, "RoleReply.Data"));
    }
}
