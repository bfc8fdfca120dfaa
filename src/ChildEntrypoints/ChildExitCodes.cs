namespace ActorBrowser.ChildEntrypoints;

/// <summary>A child's own exit codes (from sysexits.h where one fits).</summary>
public static class ChildExitCodes
{
    /// <summary>Shut down as asked.</summary>
    public const int Success = 0;

    /// <summary>Unknown role, the browser's own role, or no channel in the environment.</summary>
    public const int Usage = 64;

    /// <summary>The parent broke the protocol.</summary>
    public const int Protocol = 65;

    /// <summary>The parent is gone: the channel is at its end.</summary>
    public const int ParentGone = 69;

    /// <summary>The role failed to start, or the channel failed.</summary>
    public const int Failed = 70;

    /// <summary>It could not put its system call filter on itself.</summary>
    public const int Unconfined = 71;

    /// <summary>A piece of work took longer than allowed and could not be stopped; the parent has been told.</summary>
    public const int OutOfTime = 72;
}
