using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>Attempts to use files and terminals outside the granted paths in ways for which Landlock has no right. Each returns 0 if it worked, otherwise the errno.</summary>
internal static class OutsideAttempts
{
    private const int CurrentFolder = -100;
    private const int NoAttributesHere = 95;
    private const int OwnerReads = 0x180;
    private const int ReadWriteNotControlling = 0x102;

    internal static int Look(string path) => Outcome(RawSystemCall.InvokeWithTextAndBytes(Attempts.Number("statx"), 1, path, 4, new byte[256], CurrentFolder, 0, 0, 0x7ff, 0));

    /// <summary>Sets the mode that the file already has.</summary>
    internal static int KeepMode(string path) => Attempts.CallWithText("fchmodat", 1, path, CurrentFolder, 0, OwnerReads, 0);

    internal static int SetTimes(string path) => Attempts.CallWithText("utimensat", 1, path, CurrentFolder, 0, 0, 0);

    /// <summary>Sets an attribute. A file system without attributes returns EOPNOTSUPP after the permission check: counted as 0.</summary>
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
