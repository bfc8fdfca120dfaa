using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>One layer of confinement, as the child measured it on itself.</summary>
/// <param name="Layer">Its name, such as <c>no-new-privileges</c>.</param>
/// <param name="Enforced">Whether the measurement found it in force.</param>
/// <param name="Detail">A description of the measurement, for humans.</param>
public readonly record struct LayerReport(string Layer, bool Enforced, string Detail);

/// <summary>Child → parent, first.</summary>
/// <param name="ProtocolVersion">Must equal <see cref="WireProtocol.Version"/>.</param>
/// <param name="BuildId">Must equal the parent's <see cref="WireProtocol.BuildId"/>.</param>
/// <param name="Role">The role that the child runs.</param>
/// <param name="ProcessId">The child's own pid.</param>
/// <param name="Layers">The layers that confine the child, as measured.</param>
internal readonly record struct Hello(int ProtocolVersion, Guid BuildId, string Role, int ProcessId, IReadOnlyList<LayerReport> Layers)
    : IWireMessage<Hello>
{
    private const int MaxLayers = 64;

    /// <summary>Whether the child is a native program; otherwise a JIT compiler generates its code at run time.</summary>
    public bool IsNative { get; init; }

    /// <summary>The Hello of a child of this build, for tests that play a child.</summary>
    /// <param name="role">The role asked for.</param>
    /// <param name="processId">The child's pid.</param>
    public static Hello Of(string role, int processId) => new(WireProtocol.Version, WireProtocol.BuildId, role, processId, []);

    /// <inheritdoc/>
    public static MessageType Type => MessageType.Hello;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(6);
        writer.Write(ProtocolVersion);
        writer.WriteBinHeader(16);
        BuildId.TryWriteBytes(writer.GetSpan(16));
        writer.Advance(16);
        writer.Write(Role);
        writer.Write(ProcessId);
        writer.Write(IsNative);
        writer.WriteArrayHeader(Layers.Count);
        for (var i = 0; i < Layers.Count; i++)
        {
            writer.WriteArrayHeader(3);
            writer.Write(Layers[i].Layer);
            writer.Write(Layers[i].Enforced);
            writer.Write(Layers[i].Detail);
        }
    }

    /// <inheritdoc/>
    public static Hello Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 6, nameof(Hello));
        var version = reader.ReadInt32();
        var id = Wire.ReadPayload(ref reader, "Hello.BuildId");
        if (id.Length != 16)
            throw new WireFormatException($"Hello.BuildId has 16 bytes, not {id.Length}.");
        var role = Wire.ReadText(ref reader, "Hello.Role");
        var pid = (int)Wire.ReadRange(ref reader, "Hello.ProcessId", 1, int.MaxValue);
        var isNative = reader.ReadBoolean();
        var layers = new LayerReport[Wire.ReadCount(ref reader, "Hello.Layers", MaxLayers)];
        for (var i = 0; i < layers.Length; i++)
        {
            Wire.ReadArrayOf(ref reader, 3, nameof(LayerReport));
            layers[i] = new LayerReport(
                Wire.ReadText(ref reader, "LayerReport.Layer"), reader.ReadBoolean(), Wire.ReadText(ref reader, "LayerReport.Detail"));
        }
        return new Hello(version, new Guid(id.Span), role, pid, layers) { IsNative = isNative };
    }
}

/// <summary>Parent → child, once Hello is accepted: limits and the role's configuration.</summary>
/// <param name="MaxBodyBytes">The frame limit of this connection, in bytes.</param>
/// <param name="MaxDescriptorsPerFrame">The descriptor limit of this connection.</param>
/// <param name="RoleArgs">The role's configuration, encoded by the role's args type; may be empty.</param>
internal readonly record struct ChildArgs(int MaxBodyBytes, int MaxDescriptorsPerFrame, ReadOnlyMemory<byte> RoleArgs)
    : IWireMessage<ChildArgs>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.ChildArgs;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write(MaxBodyBytes);
        writer.Write(MaxDescriptorsPerFrame);
        writer.Write(RoleArgs.Span);
    }

    /// <inheritdoc/>
    public static ChildArgs Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(ChildArgs));
        return new ChildArgs(
            (int)Wire.ReadRange(ref reader, "ChildArgs.MaxBodyBytes", 1024, 1 << 30),
            (int)Wire.ReadRange(ref reader, "ChildArgs.MaxDescriptorsPerFrame", 0, 253),
            Wire.ReadPayload(ref reader, "ChildArgs.RoleArgs"));
    }
}

/// <summary>Child → parent: the role is set up and takes work.</summary>
internal readonly record struct Ready : IWireMessage<Ready>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Ready;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static Ready Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(Ready));
        return default;
    }
}

/// <summary>Parent → child: a request for a sign of life, matched to its answer by correlation id.</summary>
/// <param name="Timestamp">Any number; it comes back in the Pong.</param>
internal readonly record struct Ping(long Timestamp) : IWireMessage<Ping>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Ping;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Timestamp);
    }

    /// <inheritdoc/>
    public static Ping Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(Ping));
        return new Ping(reader.ReadInt64());
    }
}

/// <summary>Child → parent: the answer to a Ping.</summary>
/// <param name="Timestamp">The number of the Ping.</param>
internal readonly record struct Pong(long Timestamp) : IWireMessage<Pong>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Pong;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Timestamp);
    }

    /// <inheritdoc/>
    public static Pong Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(Pong));
        return new Pong(reader.ReadInt64());
    }
}

/// <summary>Parent → child: finish and exit with code 0.</summary>
internal readonly record struct Shutdown : IWireMessage<Shutdown>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Shutdown;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static Shutdown Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(Shutdown));
        return default;
    }
}

/// <summary>A message of an embedder's role. ActorBrowser checks only its size.</summary>
/// <param name="Kind">A number chosen by the embedder.</param>
/// <param name="Payload">The embedder's bytes.</param>
public readonly record struct RoleMessage(ushort Kind, ReadOnlyMemory<byte> Payload) : IWireMessage<RoleMessage>
{
    /// <inheritdoc/>
    static MessageType IWireMessage<RoleMessage>.Type => MessageType.RoleMessage;

    /// <inheritdoc/>
    void IWireMessage<RoleMessage>.Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Kind);
        writer.Write(Payload.Span);
    }

    /// <inheritdoc/>
    static RoleMessage IWireMessage<RoleMessage>.Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(RoleMessage));
        return new RoleMessage(reader.ReadUInt16(), Wire.ReadPayload(ref reader, "RoleMessage.Payload"));
    }
}
