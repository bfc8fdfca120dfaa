using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Runner → parent, on Windows: a piece of a command's output. Elsewhere output goes through pipes that the parent has made.</summary>
/// <param name="Stream">Which stream.</param>
/// <param name="Data">The bytes; never empty.</param>
internal readonly record struct OutputPiece(OutputStream Stream, ReadOnlyMemory<byte> Data) : IWireMessage<OutputPiece>
{
    /// <summary>The longest piece, in bytes.</summary>
    public const int MostBytes = 32 << 10;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.OutputPiece;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)Stream);
        writer.Write(Data.Span);
    }

    /// <inheritdoc/>
    public static OutputPiece Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(OutputPiece));
        var stream = (OutputStream)Wire.ReadRange(ref reader, "OutputPiece.Stream", (int)OutputStream.Output, (int)OutputStream.Error);
        var data = Wire.ReadPayload(ref reader, "OutputPiece.Data");
        return data.IsEmpty || data.Length > MostBytes ? throw new WireFormatException($"OutputPiece.Data has {data.Length} bytes, not 1 to {MostBytes}.") : new OutputPiece(stream, data);
    }
}

/// <summary>Parent → runner, on Windows: this many more bytes of a command's output may be sent. Without credit the command waits.</summary>
/// <param name="Stream">Which stream.</param>
/// <param name="Bytes">At least 1.</param>
internal readonly record struct OutputCredit(OutputStream Stream, long Bytes) : IWireMessage<OutputCredit>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.OutputCredit;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)Stream);
        writer.Write(Bytes);
    }

    /// <inheritdoc/>
    public static OutputCredit Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(OutputCredit));
        return new OutputCredit(
            (OutputStream)Wire.ReadRange(ref reader, "OutputCredit.Stream", (int)OutputStream.Output, (int)OutputStream.Error),
            Wire.ReadRange(ref reader, "OutputCredit.Bytes", 1, long.MaxValue));
    }
}

/// <summary>Parent → runner, on Windows: a piece of a command's input.</summary>
/// <param name="Data">The bytes; empty only at the end.</param>
/// <param name="Ends">Whether the input ends here.</param>
internal readonly record struct InputPiece(ReadOnlyMemory<byte> Data, bool Ends) : IWireMessage<InputPiece>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.InputPiece;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Data.Span);
        writer.Write(Ends);
    }

    /// <inheritdoc/>
    public static InputPiece Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(InputPiece));
        return new InputPiece(Wire.ReadPayload(ref reader, "InputPiece.Data"), reader.ReadBoolean());
    }
}

/// <summary>Runner → parent, on Windows: how much of its input a command has taken.</summary>
/// <param name="Taken">In all, in bytes.</param>
/// <param name="Ended">Whether it takes no more.</param>
internal readonly record struct InputProgress(long Taken, bool Ended) : IWireMessage<InputProgress>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.InputProgress;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Taken);
        writer.Write(Ended);
    }

    /// <inheritdoc/>
    public static InputProgress Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(InputProgress));
        return new InputProgress(Wire.ReadRange(ref reader, "InputProgress.Taken", 0, long.MaxValue), reader.ReadBoolean());
    }
}
