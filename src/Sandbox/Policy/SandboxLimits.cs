using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>The limits of a child; 0 for no limit.</summary>
public sealed record SandboxLimits
{
    /// <summary>Memory, in bytes: the control group's if there is one, else private writable memory.</summary>
    public long Memory { get; init; }

    /// <summary>Processor time, in seconds.</summary>
    public long ProcessorTime { get; init; }

    /// <summary>Time since the launch.</summary>
    public TimeSpan WallTime { get; init; }

    /// <summary>Processes and threads. Needs a control group or a user namespace.</summary>
    public long Processes { get; init; }

    /// <summary>Open descriptors.</summary>
    public long Descriptors { get; init; }

    /// <summary>The longest file that it may write, in bytes.</summary>
    public long FileSize { get; init; }

    /// <summary>Output to stdout and stderr together, in bytes.</summary>
    public long Output { get; init; }

    /// <summary>The size of each private folder for temporary files, in bytes. Needs a world.</summary>
    public long Temporary { get; init; }

    /// <summary>The child's share of the processors while other processes compete for them: 100 equals one ordinary process; 0 gives each of its processes a share. Needs a control group.</summary>
    public int ProcessorWeight { get; init; }

    /// <summary>The same for the disks, if their scheduler supports weights. Needs a control group.</summary>
    public int DiskWeight { get; init; }

    /// <summary>For commands: the percentage of its folder's free disk space that may be lost while it runs; 0 for no limit. Needs a world.</summary>
    public int DiskShare { get; init; }

    /// <summary>
    /// These limits, cut to the hard limits of this process, above which the kernel refuses. A command gets at most half of what the
    /// kernel counts for the whole user, so that it cannot take this process's part.
    /// </summary>
    internal SandboxLimits WithinThisProcess(bool isCommand)
    {
        if (!OperatingSystem.IsLinux())
            return this;
        var share = isCommand && !CurrentProcess.IsPrivileged ? 2 : 1;
        return this with
        {
            // Descriptors in transit through sockets are counted for the whole user.
            Descriptors = Within(Descriptors, ProcessLimit.Descriptors, share),
            Processes = share == 1 ? Processes : Within(Processes, ProcessLimit.Processes, share),
            FileSize = Within(FileSize, ProcessLimit.FileSize, 1),
        };
    }

    private static long Within(long limit, ProcessLimit kind, int share) => limit == 0 ? 0 : (long)Math.Min((ulong)limit, ProcessLimits.Get(kind).Hard / (ulong)share);
}
