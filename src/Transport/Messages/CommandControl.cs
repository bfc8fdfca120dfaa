using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Parent → runner: a piece of a command's standard input. What has been sent before is ignored, so that a piece may be sent again.</summary>
/// <param name="Offset">Where in the input it starts; at most what has been sent.</param>
/// <param name="Data">Never empty.</param>
public readonly record struct Stdin(long Offset, ReadOnlyMemory<byte> Data) : IWireMessage<Stdin>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Stdin;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Offset);
        writer.Write(Data.Span);
    }

    /// <inheritdoc/>
    public static Stdin Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(Stdin));
        var offset = Wire.ReadRange(ref reader, "Stdin.Offset", 0, long.MaxValue);
        var data = Wire.ReadPayload(ref reader, "Stdin.Data");
        return data.IsEmpty ? throw new WireFormatException("Stdin.Data is empty.") : new Stdin(offset, data);
    }
}

/// <summary>Runner → parent: the command's input has taken bytes, or takes no more.</summary>
/// <param name="Taken">How many bytes, all in all.</param>
/// <param name="Ended">Whether no more are taken: the input is closed, on either side.</param>
public readonly record struct StdinTaken(long Taken, bool Ended) : IWireMessage<StdinTaken>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.StdinTaken;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Taken);
        writer.Write(Ended);
    }

    /// <inheritdoc/>
    public static StdinTaken Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(StdinTaken));
        return new StdinTaken(Wire.ReadRange(ref reader, "StdinTaken.Taken", 0, long.MaxValue), reader.ReadBoolean());
    }
}

/// <summary>Parent → runner: close the command's input once what was sent has been taken.</summary>
public readonly record struct CloseStdin : IWireMessage<CloseStdin>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.CloseStdin;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static CloseStdin Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(CloseStdin));
        return default;
    }
}

/// <summary>Parent → runner: send a signal to the command's process group.</summary>
/// <param name="Number">1 to 64.</param>
public readonly record struct SendSignal(int Number) : IWireMessage<SendSignal>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Signal;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Number);
    }

    /// <inheritdoc/>
    public static SendSignal Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(SendSignal));
        return new SendSignal((int)Wire.ReadRange(ref reader, "Signal.Number", 1, 64));
    }
}

/// <summary>Parent → runner: the terminal has another size.</summary>
/// <param name="Columns">At least 1.</param>
/// <param name="Rows">At least 1.</param>
public readonly record struct Resize(int Columns, int Rows) : IWireMessage<Resize>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Resize;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Columns);
        writer.Write(Rows);
    }

    /// <inheritdoc/>
    public static Resize Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(Resize));
        return new Resize(
            (int)Wire.ReadRange(ref reader, "Resize.Columns", 1, ushort.MaxValue), (int)Wire.ReadRange(ref reader, "Resize.Rows", 1, ushort.MaxValue));
    }
}

/// <summary>Parent → runner: end the command and every process it has started.</summary>
/// <param name="Grace">Between TERM and KILL, in milliseconds; 0 for KILL at once.</param>
/// <param name="Cause">What the exit is to say: a kill, or what the parent alone can see of a terminal.</param>
public readonly record struct Terminate(int Grace, ExitCause Cause = ExitCause.Kill) : IWireMessage<Terminate>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Terminate;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Grace);
        writer.Write((int)Cause);
    }

    /// <inheritdoc/>
    public static Terminate Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(Terminate));
        return new Terminate(
            (int)Wire.ReadRange(ref reader, "Terminate.Grace", 0, int.MaxValue),
            (ExitCause)Wire.ReadRange(ref reader, "Terminate.Cause", (int)ExitCause.Kill, (int)ExitCause.MemoryLimit));
    }
}
