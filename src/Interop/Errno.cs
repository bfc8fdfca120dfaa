namespace ActorBrowser.Interop;

/// <summary>The errno values that this code handles separately.</summary>
internal static class Errno
{
    internal const int NoEntry = 2;
    internal const int NoProcess = 3;
    internal const int Interrupted = 4;
    internal const int InputOutput = 5;
    internal const int BadDescriptor = 9;
    internal const int NoChild = 10;
    internal const int BrokenPipe = 32;

    internal static int WouldBlock => OperatingSystem.IsLinux() ? 11 : 35;

    internal static int ConnectionReset => OperatingSystem.IsLinux() ? 104 : 54;
}
