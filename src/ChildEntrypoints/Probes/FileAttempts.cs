using System.Globalization;
using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>Attempts to use the process's own files to affect others outside the sandbox. Each returns 0 if it worked, otherwise the errno, and leaves nothing behind.</summary>
internal static class FileAttempts
{
    private const int CurrentFolder = -100;
    private const int CreateNew = 0x40 | 0x80 | 2;
    private const int OwnerOnly = 0x180;
    private const int SetUserIdBits = 0x9c0;
    private const int SetLease = 1024;
    private const int WriteLease = 1;
    private const int NoLease = 2;
    private const int InUse = 11;

    /// <summary>Tries every call that sets a mode.</summary>
    internal static int SetUserId(string folder)
    {
        var path = NameIn(folder);
        var file = RawSystemCall.InvokeWithText(Attempts.Number("openat"), 1, path, CurrentFolder, 0, CreateNew, OwnerOnly);
        if (file < 0)
            return (int)-file;
        var errno = Attempts.Call("fchmod", (nint)file, SetUserIdBits);
        if (errno != 0)
            errno = Attempts.CallWithText("fchmodat", 1, path, CurrentFolder, 0, SetUserIdBits);
        if (errno != 0 && Attempts.CallWithText("fchmodat2", 1, path, CurrentFolder, 0, SetUserIdBits, 0) == 0)
            errno = 0;
        Attempts.Close(file);
        Remove(path);
        return errno;
    }

    /// <summary>Tries every call that creates a file.</summary>
    internal static int CreateSetUserId(string folder)
    {
        var path = NameIn(folder);
        var file = RawSystemCall.InvokeWithText(Attempts.Number("openat"), 1, path, CurrentFolder, 0, CreateNew, SetUserIdBits);
        if (file < 0)
            file = RawSystemCall.InvokeWithTextAndBytes(Attempts.Number("openat2"), 1, path, 2, How(), CurrentFolder, 0, 0, 24, 0);
        if (file >= 0)
            Attempts.Close(file);
        else if (Attempts.CallWithText("mknodat", 1, path, CurrentFolder, 0, 0x8000 | SetUserIdBits, 0) == 0)
            file = 0;
        Remove(path);
        return file < 0 ? (int)-file : 0;
    }

    /// <summary>Takes a lease on a memory file that no other process opens.</summary>
    internal static int Lease()
    {
        var file = RawSystemCall.InvokeWithText(Attempts.Number("memfd_create"), 0, "lease", 0, 0);
        if (file < 0)
            return (int)-file;
        var errno = Attempts.Call("fcntl", (nint)file, SetLease, WriteLease);
        if (errno == 0)
            _ = Attempts.Call("fcntl", (nint)file, SetLease, NoLease);
        Attempts.Close(file);
        return errno == InUse ? 0 : errno;
    }

    // struct open_how: flags and mode.
    private static byte[] How()
    {
        var how = new byte[24];
        BitConverter.TryWriteBytes(how, (ulong)CreateNew);
        BitConverter.TryWriteBytes(how.AsSpan(8), (ulong)SetUserIdBits);
        return how;
    }

    private static string NameIn(string folder) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $".actorbrowser-file-{Environment.ProcessId}-{Environment.TickCount64}"));

    private static void Remove(string path) => RawSystemCall.InvokeWithText(Attempts.Number("unlinkat"), 1, path, CurrentFolder, 0, 0);
}
