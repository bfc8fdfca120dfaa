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

    // Linux's numbers; the code that uses them runs only there.
    internal const int TooManyInSystem = 23;
    internal const int TooMany = 24;
    internal const int NetworkUnreachable = 101;
    internal const int TimedOut = 110;
    internal const int ConnectionRefused = 111;
    internal const int HostUnreachable = 113;
    internal const int InProgress = 115;

    internal static int WouldBlock => OperatingSystem.IsLinux() ? 11 : 35;

    internal static int ConnectionReset => OperatingSystem.IsLinux() ? 104 : 54;
}
