using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>SIGXFSZ, whose default action ends the process that writes past its limit of file size (RLIMIT_FSIZE).</summary>
internal static class FileSizeSignal
{
    private const int Number = 25;
    private const nint Ignored = 1;

    // Held for the life of the process: a registration that is collected gives the default action back.
    private static readonly Lazy<PosixSignalRegistration> Registration =
        new(static () => PosixSignalRegistration.Create((PosixSignal)Number, static context => context.Cancel = true));

    /// <summary>From now on a write past the limit fails with EFBIG, as any other failed write. Other handlers of the signal are called as before.</summary>
    public static void Survive()
    {
        if (!OperatingSystem.IsWindows())
            _ = Registration.Value;
    }

    /// <summary>As <see cref="Survive"/>, without the thread that handles signals: for a child process at its start.</summary>
    public static void Ignore()
    {
        if (!OperatingSystem.IsWindows())
            _ = LibC.SetSignalHandler(Number, Ignored);
    }
}
