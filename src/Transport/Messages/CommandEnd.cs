using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>What ended a command.</summary>
public enum ExitCause
{
    /// <summary>It ended by itself, or by a signal that ActorBrowser did not send.</summary>
    Itself = 0,

    /// <summary>It was killed on request.</summary>
    Kill = 1,

    /// <summary>It ran for too long.</summary>
    TotalTimeout = 2,

    /// <summary>It was silent for too long.</summary>
    IdleTimeout = 3,

    /// <summary>Its processor time was used up.</summary>
    ProcessorTimeLimit = 4,

    /// <summary>It wrote too long a file.</summary>
    FileSizeLimit = 5,

    /// <summary>It wrote too much output.</summary>
    OutputLimit = 6,

    /// <summary>Its memory was used up.</summary>
    MemoryLimit = 7,

    /// <summary>The process that ran it is gone, and it with it.</summary>
    RunnerLost = 8,

    /// <summary>It had as many processes as its world may have.</summary>
    ProcessLimit = 9,

    /// <summary>Its processes together held as many descriptors as its world may, or more inotify instances than its share while its user had none left.</summary>
    DescriptorLimit = 10,

    /// <summary>While it ran, its folder's disk lost more of its free space than a command may take.</summary>
    DiskLimit = 11,
}

/// <summary>Runner → parent: the command itself has ended. <see cref="Closed"/> follows.</summary>
/// <param name="ExitCode">0 to 255; −1 when a signal ended it.</param>
/// <param name="Signal">The signal; 0 when it exited.</param>
/// <param name="CoreDumped">Whether it left a core.</param>
/// <param name="Cause">Why.</param>
/// <param name="UserTime">In microseconds, of the command and the descendants it has waited for.</param>
/// <param name="SystemTime">In microseconds, of the same.</param>
/// <param name="PeakMemory">The largest resident set, in bytes.</param>
/// <param name="WallTime">From the start to the end, in microseconds.</param>
internal readonly record struct Exit(
    int ExitCode, int Signal, bool CoreDumped, ExitCause Cause, long UserTime, long SystemTime, long PeakMemory, long WallTime) : IWireMessage<Exit>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Exit;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(8);
        writer.Write(ExitCode);
        writer.Write(Signal);
        writer.Write(CoreDumped);
        writer.Write((int)Cause);
        writer.Write(UserTime);
        writer.Write(SystemTime);
        writer.Write(PeakMemory);
        writer.Write(WallTime);
    }

    /// <inheritdoc/>
    public static Exit Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 8, nameof(Exit));
        return new Exit(
            (int)Wire.ReadRange(ref reader, "Exit.ExitCode", -1, 255),
            (int)Wire.ReadRange(ref reader, "Exit.Signal", 0, 127),
            reader.ReadBoolean(),
            ReadCause(ref reader),
            Wire.ReadRange(ref reader, "Exit.UserTime", 0, long.MaxValue),
            Wire.ReadRange(ref reader, "Exit.SystemTime", 0, long.MaxValue),
            Wire.ReadRange(ref reader, "Exit.PeakMemory", 0, long.MaxValue),
            Wire.ReadRange(ref reader, "Exit.WallTime", 0, long.MaxValue));
    }

    // That the runner is lost is not the runner's to tell.
    private static ExitCause ReadCause(ref MessagePackReader reader) =>
        (ExitCause)Wire.ReadRange(ref reader, "Exit.Cause", 0, (int)ExitCause.DiskLimit) is var cause && cause != ExitCause.RunnerLost
            ? cause : throw new WireFormatException("Exit.Cause says that the runner is lost.");
}

/// <summary>Runner → parent: no process of the session is left; nothing more about it follows.</summary>
/// <param name="Survivors">How many processes were still there when their time was over, and were killed.</param>
internal readonly record struct Closed(int Survivors) : IWireMessage<Closed>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Closed;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Survivors);
    }

    /// <inheritdoc/>
    public static Closed Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(Closed));
        return new Closed((int)Wire.ReadRange(ref reader, "Closed.Survivors", 0, int.MaxValue));
    }
}
