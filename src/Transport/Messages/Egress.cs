using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>How a program has asked for a connection.</summary>
internal enum EgressKind
{
    /// <summary>It connected to an address, without a proxy.</summary>
    Tcp = 0,

    /// <summary>HTTP CONNECT.</summary>
    Connect = 1,

    /// <summary>An HTTP request, to the proxy or to port 80.</summary>
    Http = 2,

    /// <summary>SOCKS5.</summary>
    Socks = 3,

    /// <summary>A name query; nothing is connected.</summary>
    Name = 4,
}

/// <summary>Why there is no connection.</summary>
internal enum EgressFailure
{
    /// <summary>No rule grants it, or somebody has denied it.</summary>
    Denied = 0,

    /// <summary>The name has no address, or its host cannot be reached.</summary>
    Unreachable = 1,

    /// <summary>The host refuses connections to this port.</summary>
    Refused = 2,

    /// <summary>The host did not answer in time.</summary>
    TimedOut = 3,

    /// <summary>No route leads there.</summary>
    NoRoute = 4,
}

/// <summary>Parent → egress: a listening socket, which comes with it.</summary>
/// <param name="Kind">What it is for, as in <c>ListenerKind</c>.</param>
/// <param name="Port">Its port.</param>
internal readonly record struct EgressListen(int Kind, int Port) : IWireMessage<EgressListen>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.EgressListen;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Kind);
        writer.Write(Port);
    }

    /// <inheritdoc/>
    public static EgressListen Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(EgressListen));
        return new EgressListen((int)Wire.ReadRange(ref reader, "EgressListen.Kind", 1, 4), (int)Wire.ReadRange(ref reader, "EgressListen.Port", 1, ushort.MaxValue));
    }
}

/// <summary>Egress → parent: a program wants to connect.</summary>
/// <param name="Kind">How it has asked.</param>
/// <param name="Host">A name or an address, as the program wrote it; at most 255 characters.</param>
/// <param name="Port">1 to 65535; 0 for a name query.</param>
/// <param name="Method">The method of an HTTP request; empty for all else.</param>
internal readonly record struct EgressConnect(EgressKind Kind, string Host, int Port, string Method) : IWireMessage<EgressConnect>
{
    /// <summary>The longest host, in characters.</summary>
    internal const int MostHost = 255;

    /// <summary>The longest method, in characters.</summary>
    internal const int MostMethod = 32;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.EgressConnect;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(4);
        writer.Write((int)Kind);
        writer.Write(Host);
        writer.Write(Port);
        writer.Write(Method);
    }

    /// <inheritdoc/>
    public static EgressConnect Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 4, nameof(EgressConnect));
        var kind = (EgressKind)Wire.ReadRange(ref reader, "EgressConnect.Kind", 0, (int)EgressKind.Name);
        var host = Wire.ReadText(ref reader, "EgressConnect.Host");
        var isName = kind == EgressKind.Name;
        var port = (int)Wire.ReadRange(ref reader, "EgressConnect.Port", isName ? 0 : 1, isName ? 0 : ushort.MaxValue);
        var method = Wire.ReadText(ref reader, "EgressConnect.Method");
        if (host.Length is 0 or > MostHost)
            throw new WireFormatException($"EgressConnect.Host has {host.Length} characters; it has 1 to {MostHost}.");
        return method.Length > MostMethod ? throw new WireFormatException($"EgressConnect.Method has {method.Length} characters; at most {MostMethod} are allowed.")
            : new EgressConnect(kind, host, port, method);
    }
}

/// <summary>Parent → egress: granted. The connected socket comes with it, unless a name was asked for.</summary>
internal readonly record struct EgressConnected : IWireMessage<EgressConnected>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.EgressConnected;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static EgressConnected Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(EgressConnected));
        return default;
    }
}

/// <summary>Parent → egress: there is no connection.</summary>
/// <param name="Failure">Why.</param>
/// <param name="Sentence">For the program that has asked.</param>
internal readonly record struct EgressRefused(EgressFailure Failure, string Sentence) : IWireMessage<EgressRefused>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.EgressRefused;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)Failure);
        writer.Write(Sentence);
    }

    /// <inheritdoc/>
    public static EgressRefused Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(EgressRefused));
        return new EgressRefused((EgressFailure)Wire.ReadRange(ref reader, "EgressRefused.Failure", 0, (int)EgressFailure.NoRoute), Wire.ReadText(ref reader, "EgressRefused.Sentence"));
    }
}

/// <summary>Egress → parent: the program that asked is gone; the answer is not wanted.</summary>
internal readonly record struct EgressAbandon : IWireMessage<EgressAbandon>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.EgressAbandon;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static EgressAbandon Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(EgressAbandon));
        return default;
    }
}

/// <summary>Egress → parent: it has ended a connection that was granted, because a program used it for another host.</summary>
/// <param name="Host">The host that was granted.</param>
/// <param name="Port">The port.</param>
/// <param name="Other">The host that the program named.</param>
internal readonly record struct EgressMisuse(string Host, int Port, string Other) : IWireMessage<EgressMisuse>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.EgressMisuse;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write(Host);
        writer.Write(Port);
        writer.Write(Other);
    }

    /// <inheritdoc/>
    public static EgressMisuse Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(EgressMisuse));
        var misuse = new EgressMisuse(
            Wire.ReadText(ref reader, "EgressMisuse.Host"), (int)Wire.ReadRange(ref reader, "EgressMisuse.Port", 1, ushort.MaxValue), Wire.ReadText(ref reader, "EgressMisuse.Other"));
        return misuse.Host.Length > EgressConnect.MostHost || misuse.Other.Length > EgressConnect.MostHost
            ? throw new WireFormatException($"EgressMisuse names a host of more than {EgressConnect.MostHost} characters.") : misuse;
    }
}
