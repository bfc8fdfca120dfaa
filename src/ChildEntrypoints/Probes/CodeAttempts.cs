using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>Attempts to create code after the start: each way to get executable memory.</summary>
internal static class CodeAttempts
{
    private const int Page = 4096;
    private const int ReadWrite = 3;
    private const int ReadExecute = 5;
    private const int PrivateAnonymous = 0x22;
    private const int Private = 2;
    private const int Shared = 1;

    internal static int MapAnonymous() => Map(7, PrivateAnonymous, -1);

    internal static int Protect() => OnPage(static page => Attempts.Call("mprotect", page, Page, ReadExecute));

    internal static int ProtectByKey() => OnPage(static page => Attempts.Call("pkey_mprotect", page, Page, ReadExecute, -1));

    internal static int MapMemoryFile()
    {
        var file = RawSystemCall.InvokeWithText(Attempts.Number("memfd_create"), 0, "code", 0, 0);
        if (file < 0)
            return (int)-file;
        _ = RawSystemCall.Invoke(Attempts.Number("ftruncate"), (nint)file, Page);
        var errno = Map(ReadExecute, Private, (int)file);
        _ = RawSystemCall.Invoke(Attempts.Number("close"), (nint)file);
        return errno;
    }

    internal static int AttachShared()
    {
        var segment = RawSystemCall.Invoke(Attempts.Number("shmget"), 0, Page, 0x3c0);
        if (segment < 0)
            return (int)-segment;
        var place = RawSystemCall.Invoke(Attempts.Number("shmat"), (nint)segment, 0, 0x8000);
        if (place is < 0 and > -Page)
            return (int)-place;
        _ = RawSystemCall.Invoke(Attempts.Number("shmdt"), (nint)place);
        _ = RawSystemCall.Invoke(Attempts.Number("shmctl"), (nint)segment, 0, 0);
        return 0;
    }

    /// <summary>remap_file_pages maps anew and takes a protection, which kernels since 4.0 want to be 0.</summary>
    internal static int RemapFile()
    {
        var file = RawSystemCall.InvokeWithText(Attempts.Number("memfd_create"), 0, "code", 0, 0);
        if (file < 0)
            return (int)-file;
        _ = RawSystemCall.Invoke(Attempts.Number("ftruncate"), (nint)file, 2 * Page);
        var place = (nint)RawSystemCall.Invoke(Attempts.Number("mmap"), 0, 2 * Page, ReadWrite, Shared, (nint)file, 0);
        var errno = Attempts.Call("remap_file_pages", place, Page, 0, 1, 0);
        _ = RawSystemCall.Invoke(Attempts.Number("munmap"), place, 2 * Page);
        _ = RawSystemCall.Invoke(Attempts.Number("close"), (nint)file);
        return errno;
    }

    private static int Map(int protection, int flags, int file)
    {
        var place = RawSystemCall.Invoke(Attempts.Number("mmap"), 0, Page, protection, flags, file, 0);
        if (place is < 0 and > -Page)
            return (int)-place;
        _ = RawSystemCall.Invoke(Attempts.Number("munmap"), (nint)place, Page);
        return 0;
    }

    private static int OnPage(Func<nint, int> attempt)
    {
        var page = (nint)RawSystemCall.Invoke(Attempts.Number("mmap"), 0, Page, ReadWrite, PrivateAnonymous, -1, 0);
        var errno = attempt(page);
        _ = RawSystemCall.Invoke(Attempts.Number("munmap"), page, Page);
        return errno;
    }
}
