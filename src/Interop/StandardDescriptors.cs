namespace ActorBrowser.Interop;

/// <summary>
/// Repairs the descriptors 0, 1 and 2 of a process that was started without one of them: before Main, the runtime has
/// opened its own files with these numbers, and a write to standard output would go into one of them.
/// </summary>
internal static unsafe class StandardDescriptors
{
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int GetFlags = 1;
    private const int SetFlags = 2;
    private const int CloseOnExec = 1;
    private const int LinuxOpenCloseOnExec = 0x80000;

    /// <summary>
    /// Opens /dev/null for a missing standard stream, in the wrong direction, so that using it fails as on a closed stream.
    /// On Linux, if one is missing, this process executes its program again, and this method does not return.
    /// </summary>
    /// <exception cref="SystemCallException">/dev/null cannot be opened, or the program cannot be executed again.</exception>
    public static void Reserve()
    {
        if (OperatingSystem.IsWindows())
            return;
        var missing = false;
        for (var number = 0; number <= 2; number++)
        {
            if (IsInherited(number))
                continue;
            missing = true;
            Fill(number);
        }
        // The runtime keeps using its descriptor with that number: only a new image of the program has 0, 1 and 2 free.
        if (missing && OperatingSystem.IsLinux())
            ExecuteAgain();
    }

    // Every descriptor that the runtime opens is close-on-exec; an inherited one is not.
    private static bool IsInherited(int number)
    {
        var flags = LibC.Fcntl(number, GetFlags, 0);
        return flags >= 0 && (flags & CloseOnExec) == 0;
    }

    private static void Fill(int number)
    {
        using var name = new NativeStrings(["/dev/null"u8.ToArray()]);
        var opened = LibC.Open(name.Pointers[0], (number == 0 ? WriteOnly : ReadOnly) | (OperatingSystem.IsLinux() ? LinuxOpenCloseOnExec : 0), 0);
        if (opened < 0)
            throw SystemCallException.FromLastError("open(/dev/null)");
        if (opened == number ? LibC.Fcntl(number, SetFlags, 0) < 0 : LibC.DuplicateTo(opened, number) < 0)
            throw SystemCallException.FromLastError("dup2");
    }

    private static void ExecuteAgain()
    {
        using var program = new NativeStrings(["/proc/self/exe"u8.ToArray()]);
        using var arguments = new NativeStrings(Terminated(File.ReadAllBytes("/proc/self/cmdline")));
        using var environment = new NativeStrings(Terminated(File.ReadAllBytes("/proc/self/environ")));
        _ = LibC.Execute(program.Pointers[0], arguments.Pointers, environment.Pointers);
        throw SystemCallException.FromLastError("execve(/proc/self/exe)");
    }

    private static List<ReadOnlyMemory<byte>> Terminated(byte[] text)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        for (var start = 0; start < text.Length;)
        {
            var length = text.AsSpan(start).IndexOf((byte)0);
            length = length < 0 ? text.Length - start : length;
            parts.Add(text.AsMemory(start, length));
            start += length + 1;
        }
        return parts;
    }
}
