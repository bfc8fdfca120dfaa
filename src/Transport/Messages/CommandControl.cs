using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Parent → runner: send a signal to the command's process group.</summary>
/// <param name="Number">1 to 64.</param>
internal readonly record struct SendSignal(int Number) : IWireMessage<SendSignal>
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

/// <summary>Parent → runner: the terminal's size has changed.</summary>
/// <param name="Columns">At least 1.</param>
/// <param name="Rows">At least 1.</param>
internal readonly record struct Resize(int Columns, int Rows) : IWireMessage<Resize>
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
/// <param name="Grace">The time between SIGTERM and SIGKILL, in milliseconds; 0 for SIGKILL at once.</param>
/// <param name="Cause">The cause that Exit must report: a kill, or a limit that only the parent can check.</param>
internal readonly record struct Terminate(int Grace, ExitCause Cause = ExitCause.Kill) : IWireMessage<Terminate>
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
