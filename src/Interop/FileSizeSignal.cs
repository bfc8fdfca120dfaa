using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>SIGXFSZ, whose default action kills a process that writes past its file size limit (RLIMIT_FSIZE).</summary>
internal static class FileSizeSignal
{
    private const int Number = 25;
    private const nint Ignored = 1;

    // Kept for the life of the process: when a registration is collected, the default action returns.
    private static readonly Lazy<PosixSignalRegistration> Registration =
        new(static () => PosixSignalRegistration.Create((PosixSignal)Number, static context => context.Cancel = true));

    /// <summary>Makes writes past the limit fail with EFBIG. Other handlers of the signal are still called.</summary>
    public static void Survive()
    {
        if (!OperatingSystem.IsWindows())
            _ = Registration.Value;
    }

    /// <summary>Like <see cref="Survive"/>, without the thread that handles signals: for a child process at its start.</summary>
    public static void Ignore()
    {
        if (!OperatingSystem.IsWindows())
            _ = LibC.SetSignalHandler(Number, Ignored);
    }
}
