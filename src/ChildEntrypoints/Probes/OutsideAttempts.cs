using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>Attempts at files and terminals outside what is granted by ways that Landlock has no right for. Each gives 0 when it worked, else the errno.</summary>
internal static class OutsideAttempts
{
    private const int CurrentFolder = -100;
    private const int NoAttributesHere = 95;
    private const int OwnerReads = 0x180;
    private const int ReadWriteNotControlling = 0x102;

    internal static int Look(string path) => Outcome(RawSystemCall.InvokeWithTextAndBytes(Attempts.Number("statx"), 1, path, 4, new byte[256], CurrentFolder, 0, 0, 0x7ff, 0));

    /// <summary>The mode that the parent has given it.</summary>
    internal static int KeepMode(string path) => Attempts.CallWithText("fchmodat", 1, path, CurrentFolder, 0, OwnerReads, 0);

    internal static int SetTimes(string path) => Attempts.CallWithText("utimensat", 1, path, CurrentFolder, 0, 0, 0);

    /// <summary>A file system without attributes says so after it has let the caller ask.</summary>
    internal static int SetAttribute(string path)
    {
        var result = RawSystemCall.InvokeWithTextAndBytes(Attempts.Number("lsetxattr"), 0, path, 1, "user.actorbrowser-probe\0"u8, 0, 0, 0, 0, 0);
        return result == -NoAttributesHere ? 0 : Outcome(result);
    }

    internal static int OpenTerminal(string path)
    {
        var descriptor = RawSystemCall.InvokeWithText(Attempts.Number("openat"), 1, path, CurrentFolder, 0, ReadWriteNotControlling, 0);
        if (descriptor >= 0)
            Attempts.Close(descriptor);
        return descriptor < 0 ? (int)-descriptor : 0;
    }

    private static int Outcome(long result) => result < 0 ? (int)-result : 0;
}
