using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>What ended a command.</summary>
public enum ExitCause
{
    /// <summary>The command ended by itself, or by a signal that ActorBrowser did not send.</summary>
    Itself = 0,

    /// <summary>The command was killed on request.</summary>
    Kill = 1,

    /// <summary>The command ran longer than its total timeout.</summary>
    TotalTimeout = 2,

    /// <summary>The command wrote nothing for longer than its idle timeout.</summary>
    IdleTimeout = 3,

    /// <summary>The command reached its limit of processor time.</summary>
    ProcessorTimeLimit = 4,

    /// <summary>The command wrote a file longer than its limit.</summary>
    FileSizeLimit = 5,

    /// <summary>The command wrote more output than its limit.</summary>
    OutputLimit = 6,

    /// <summary>The command reached its memory limit.</summary>
    MemoryLimit = 7,

    /// <summary>Its runner was lost, and the command was killed with it.</summary>
    RunnerLost = 8,

    /// <summary>The command reached the limit of processes in its namespace.</summary>
    ProcessLimit = 9,

    /// <summary>Its processes together held as many descriptors as its world may, or more inotify instances than its share while its user had none left.</summary>
    DescriptorLimit = 10,

    /// <summary>While the command ran, its folder's disk lost more of its free space than a command may use.</summary>
    DiskLimit = 11,

    /// <summary>The cluster's node that ran it was lost: how it ended is not known, and its last output is missing. Only ActorBrowser.Cluster reports this.</summary>
    NodeLost = 12,
}

/// <summary>Runner → parent: the command itself has ended. <see cref="Closed"/> follows.</summary>
/// <param name="ExitCode">0 to 255; −1 when a signal ended it.</param>
/// <param name="Signal">The signal; 0 when it exited.</param>
/// <param name="CoreDumped">Whether it left a core dump.</param>
/// <param name="Cause">What ended it.</param>
/// <param name="UserTime">Processor time in user mode, of the command and the descendants it waited for.</param>
/// <param name="SystemTime">Processor time in the kernel, of the same processes.</param>
/// <param name="PeakMemory">The largest resident set, in bytes.</param>
/// <param name="WallTime">From the start to the end.</param>
internal readonly record struct Exit(
    int ExitCode, int Signal, bool CoreDumped, ExitCause Cause, TimeSpan UserTime, TimeSpan SystemTime, long PeakMemory, TimeSpan WallTime) : IWireMessage<Exit>
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
        Wire.WriteTime(ref writer, UserTime);
        Wire.WriteTime(ref writer, SystemTime);
        writer.Write(PeakMemory);
        Wire.WriteTime(ref writer, WallTime);
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
            Wire.ReadTime(ref reader, "Exit.UserTime"),
            Wire.ReadTime(ref reader, "Exit.SystemTime"),
            Wire.ReadRange(ref reader, "Exit.PeakMemory", 0, long.MaxValue),
            Wire.ReadTime(ref reader, "Exit.WallTime"));
    }

    // A runner cannot report its own loss.
    private static ExitCause ReadCause(ref MessagePackReader reader) =>
        (ExitCause)Wire.ReadRange(ref reader, "Exit.Cause", 0, (int)ExitCause.DiskLimit) is var cause && cause != ExitCause.RunnerLost
            ? cause : throw new WireFormatException("Exit.Cause is RunnerLost, which a runner cannot report.");
}

/// <summary>Runner → parent: no process of the session is left; nothing more about it follows.</summary>
/// <param name="Survivors">How many processes were left after the drain timeout, and were killed.</param>
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
