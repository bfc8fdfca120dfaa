using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Parent → secrets: carry a connection. Two sockets come with it: a program's, on which it begins TLS, and one that is connected to the host.</summary>
/// <param name="Host">The host, one of those in the role's arguments.</param>
/// <param name="Port">Its port.</param>
internal readonly record struct SecretConnection(string Host, int Port) : IWireMessage<SecretConnection>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.SecretConnection;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Host);
        writer.Write(Port);
    }

    /// <inheritdoc/>
    public static SecretConnection Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(SecretConnection));
        return new SecretConnection(Wire.ReadText(ref reader, "SecretConnection.Host"), (int)Wire.ReadRange(ref reader, "SecretConnection.Port", 1, ushort.MaxValue));
    }
}

/// <summary>Secrets → parent: a connection has failed, or was ended.</summary>
/// <param name="Host">The host that it was for.</param>
/// <param name="Port">Its port.</param>
/// <param name="Sentence">Why.</param>
internal readonly record struct SecretProblem(string Host, int Port, string Sentence) : IWireMessage<SecretProblem>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.SecretProblem;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write(Host);
        writer.Write(Port);
        writer.Write(Sentence);
    }

    /// <inheritdoc/>
    public static SecretProblem Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(SecretProblem));
        return new SecretProblem(
            Wire.ReadText(ref reader, "SecretProblem.Host"), (int)Wire.ReadRange(ref reader, "SecretProblem.Port", 1, ushort.MaxValue), Wire.ReadText(ref reader, "SecretProblem.Sentence"));
    }
}

/// <summary>Parent → secrets, under the id of a <see cref="SecretProblem"/>: the command was told, and its program may hear of it.</summary>
internal readonly record struct SecretNoted : IWireMessage<SecretNoted>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.SecretNoted;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static SecretNoted Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(SecretNoted));
        return default;
    }
}
