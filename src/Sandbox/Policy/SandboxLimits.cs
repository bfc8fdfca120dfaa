using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>The limits of a child. 0 for none.</summary>
public sealed record SandboxLimits
{
    /// <summary>Memory, in bytes: of the control group where there is one, of private writable memory where not.</summary>
    public long Memory { get; init; }

    /// <summary>Processor time, in seconds.</summary>
    public long ProcessorTime { get; init; }

    /// <summary>Time from the launch, whatever it does.</summary>
    public TimeSpan WallTime { get; init; }

    /// <summary>Processes and threads. Needs a control group or a user namespace.</summary>
    public long Processes { get; init; }

    /// <summary>Open descriptors.</summary>
    public long Descriptors { get; init; }

    /// <summary>The longest file it can write, in bytes.</summary>
    public long FileSize { get; init; }

    /// <summary>What it writes to stdout and stderr together, in bytes.</summary>
    public long Output { get; init; }

    /// <summary>What each of its private folders for temporary files holds, in bytes. Needs a world.</summary>
    public long Temporary { get; init; }

    /// <summary>The share of the processors that all of it has together while others want them, too: 100 is one ordinary process's; 0 for a share for each. Needs a control group.</summary>
    public int ProcessorWeight { get; init; }

    /// <summary>The same for the disks, where their scheduler weighs. Needs a control group.</summary>
    public int DiskWeight { get; init; }

    /// <summary>For commands: how many percent of what was free on the disk of their folder may be gone while one runs; 0 for no limit. Needs a world.</summary>
    public int DiskShare { get; init; }

    /// <summary>
    /// These limits as far as the hard limits of this process let it give them: a higher one would be refused by the kernel. A command of an ordinary user
    /// gets at most half of what the kernel counts for the user as a whole, so that it cannot take this process's part.
    /// </summary>
    internal SandboxLimits WithinThisProcess(bool isCommand)
    {
        if (!OperatingSystem.IsLinux())
            return this;
        var share = isCommand && !CurrentProcess.IsPrivileged ? 2 : 1;
        return this with
        {
            // The descriptors that are on their way through sockets are counted so.
            Descriptors = Within(Descriptors, ProcessLimit.Descriptors, share),
            Processes = share == 1 ? Processes : Within(Processes, ProcessLimit.Processes, share),
            FileSize = Within(FileSize, ProcessLimit.FileSize, 1),
        };
    }

    private static long Within(long limit, ProcessLimit kind, int share) => limit == 0 ? 0 : (long)Math.Min((ulong)limit, ProcessLimits.Get(kind).Hard / (ulong)share);
}
