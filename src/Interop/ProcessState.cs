using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>Whether a process runs, is stopped or has ended. Linux.</summary>
internal static class ProcessState
{
    private const int Room = 512;

    /// <summary>Reads the letter by which the kernel names a process's state.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>As in proc(5): R, S or D for one that lives, T or t for a stopped one, Z or X for one that has ended; null if it is gone.</returns>
    public static char? TryRead(int process)
    {
        Span<byte> buffer = stackalloc byte[Room];
        var length = SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"), buffer);
        if (length < 0)
            return null;
        // The name is in parentheses and may hold any character; the state follows it.
        var state = buffer[..length].LastIndexOf((byte)')') + 2;
        return state >= length ? null : (char)buffer[state];
    }

    /// <summary>Whether a process has ended, reaped or not.</summary>
    /// <param name="process">A pid.</param>
    public static bool IsOver(int process) => TryRead(process) is null or 'Z' or 'X';

    /// <summary>Whether a signal or a debugger has stopped a process.</summary>
    /// <param name="process">A pid.</param>
    public static bool IsStopped(int process) => TryRead(process) is 'T' or 't';
}
