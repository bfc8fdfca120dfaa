using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>A child's exit codes (those of sysexits.h where one fits).</summary>
public static class ChildExitCodes
{
    /// <summary>The child shut down as asked.</summary>
    public const int Success = 0;

    /// <summary>Unknown role, the browser's own role, or no channel in the environment.</summary>
    public const int Usage = ChildExitNumbers.Usage;

    /// <summary>The parent broke the protocol.</summary>
    public const int Protocol = ChildExitNumbers.Protocol;

    /// <summary>The parent is gone: the channel has ended.</summary>
    public const int ParentGone = ChildExitNumbers.ParentGone;

    /// <summary>The role failed to start, or the channel failed.</summary>
    public const int Failed = ChildExitNumbers.Failed;

    /// <summary>The child could not install its system call filter.</summary>
    public const int Unconfined = ChildExitNumbers.Unconfined;

    /// <summary>A piece of work took longer than allowed and could not be stopped; the parent has been told.</summary>
    public const int OutOfTime = ChildExitNumbers.OutOfTime;

    /// <summary>The child reached its memory limit.</summary>
    public const int OutOfMemory = ChildExitNumbers.OutOfMemory;

    /// <summary>A script took longer than allowed and could not be stopped.</summary>
    public const int ScriptStuck = ChildExitNumbers.ScriptStuck;
}
