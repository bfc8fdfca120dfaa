using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>Attempts at actions that a confined process must not be able to do. Each returns 0 if it worked, otherwise the errno.</summary>
internal static class Attempts
{
    private const int CurrentFolder = -100;
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int NoSuchCall = 38;
    private const int AccessDenied = 13;
    private const int MostOwnDescriptors = 8;

    /// <summary>Makes a system call by name, with numbers as arguments; closes a descriptor that it returns.</summary>
    internal static int Call(string name, params ReadOnlySpan<nint> arguments) => Outcome(RawSystemCall.Invoke(Number(name), arguments));

    internal static int CallWithText(string name, int at, string text, params ReadOnlySpan<nint> arguments) =>
        Outcome(RawSystemCall.InvokeWithText(Number(name), at, text, arguments));

    internal static int CallWithBytes(string name, int at, ReadOnlySpan<byte> bytes, params ReadOnlySpan<nint> arguments) =>
        Outcome(RawSystemCall.InvokeWithBytes(Number(name), at, bytes, arguments));

    internal static int Read(string path)
    {
        var descriptor = RawSystemCall.InvokeWithText(Number("openat"), 1, path, CurrentFolder, 0, ReadOnly, 0);
        if (descriptor < 0)
            return (int)-descriptor;
        var room = new byte[64];
        var read = RawSystemCall.InvokeWithBytes(Number("read"), 1, room, (nint)descriptor, 0, room.Length);
        Close(descriptor);
        return read < 0 ? (int)-read : 0;
    }

    internal static int Write(string path)
    {
        var descriptor = RawSystemCall.InvokeWithText(Number("openat"), 1, path, CurrentFolder, 0, WriteOnly, 0);
        if (descriptor >= 0)
            Close(descriptor);
        return descriptor < 0 ? (int)-descriptor : 0;
    }

    internal static int MakeFileIn(string folder)
    {
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $".actorbrowser-probe-{Environment.ProcessId}-{Environment.TickCount64}"));
        var descriptor = RawSystemCall.InvokeWithText(Number("openat"), 1, path, CurrentFolder, 0, WriteOnly | Create, 384);
        if (descriptor < 0)
            return (int)-descriptor;
        Close(descriptor);
        RawSystemCall.InvokeWithText(Number("unlinkat"), 1, path, CurrentFolder, 0, 0);
        return 0;
    }

    /// <summary>Creates a file in the folder of a file that must exist; if that file is missing, another folder is mounted there.</summary>
    internal static int MakeFileBeside(string file) => OutsideAttempts.Look(file) is var errno && errno != 0 ? errno : MakeFileIn(Path.GetDirectoryName(file)!);

    internal static int MakeDevice(string folder)
    {
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $".actorbrowser-device-{Environment.ProcessId}"));
        var result = RawSystemCall.InvokeWithText(Number("mknodat"), 1, path, CurrentFolder, 0, 0x2000 | 384, 0x103);
        if (result < 0)
            return (int)-result;
        RawSystemCall.InvokeWithText(Number("unlinkat"), 1, path, CurrentFolder, 0, 0);
        return 0;
    }

    internal static int Socket(int domain, int type, int protocol) => Call("socket", domain, type, protocol);

    internal static int ConnectTcp(int port) => OnSocket(2, "connect", Loopback(port));

    internal static int BindTcp() => OnSocket(2, "bind", Loopback(0));

    internal static int ConnectUnix(string name, bool isAbstract)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var address = new byte[2 + (isAbstract ? 1 : 0) + text.Length + (isAbstract ? 0 : 1)];
        address[0] = 1;
        text.CopyTo(address, isAbstract ? 3 : 2);
        return OnSocket(1, "connect", address);
    }

    internal static int Fork()
    {
        var result = RawSystemCall.Fork();
        if (result <= 0)
            return (int)-result;
        RawSystemCall.Invoke(Number("wait4"), (nint)result, 0, 0, 0);
        return 0;
    }

    /// <summary>Executes an empty memory file. Outside a sandbox this fails because the file is not a program.</summary>
    internal static int ExecuteMemory()
    {
        var file = RawSystemCall.InvokeWithText(Number("memfd_create"), 0, "probe", 0, 1);
        if (file < 0)
            return (int)-file;
        // Without arguments and environment: if exec gets as far as the file, it reports that the file is not a program.
        var result = RawSystemCall.InvokeWithText(Number("execveat"), 1, "", (nint)file, 0, 0, 0, 0x1000);
        Close(file);
        return (int)-result;
    }

    /// <summary>Executes an empty memory file by its path, as any program with the right to execute may. Returns 0 for ENOEXEC: exec got as far as the file.</summary>
    internal static int ExecuteMemoryByName()
    {
        const int noProgram = 8;
        var file = RawSystemCall.InvokeWithText(Number("memfd_create"), 0, "probe", 0, 0);
        if (file < 0)
            return (int)-file;
        _ = Call("fchmod", (nint)file, 448);
        var result = RawSystemCall.InvokeWithText(Number("execve"), 0, string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file}"), 0, 0, 0);
        Close(file);
        return result == -noProgram ? 0 : (int)-result;
    }

    /// <summary>Returns 0 if a descriptor of this process refers to one of the parent's targets, as far as /proc can be read.</summary>
    internal static int InheritedDescriptor(ProbeTargets targets)
    {
        try
        {
            foreach (var link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            {
                var target = new FileInfo(link).LinkTarget ?? "";
                if (target.StartsWith(Path.GetDirectoryName(targets.SecretFile)!, StringComparison.Ordinal))
                    return 0;
            }
        }
        catch (UnauthorizedAccessException)
        {
            // A native renderer cannot look. It may have its four standard descriptors, and a few for the filter and the channel.
            return CountDescriptors() > MostOwnDescriptors ? 0 : AccessDenied;
        }
        return 2;
    }

    private static int CountDescriptors()
    {
        const int readFlags = 1;
        var open = 0;
        for (var descriptor = 0; descriptor < 1024; descriptor++)
        {
            if (RawSystemCall.Invoke(Number("fcntl"), descriptor, readFlags, 0) >= 0)
                open++;
        }
        return open;
    }

    internal static int Number(string name) => SystemCallTable.Current.TryGetNumber(name, out var number) ? number : -NoSuchCall;

    internal static byte[] Loopback(int port)
    {
        var address = new byte[16];
        address[0] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), (ushort)port);
        address[4] = 127;
        address[7] = 1;
        return address;
    }

    private static int OnSocket(int domain, string call, byte[] address)
    {
        var socket = RawSystemCall.Invoke(Number("socket"), domain, 1, 0);
        if (socket < 0)
            return (int)-socket;
        var result = RawSystemCall.InvokeWithBytes(Number(call), 1, address, (nint)socket, 0, address.Length);
        Close(socket);
        return result < 0 ? (int)-result : 0;
    }

    private static int Outcome(long result)
    {
        if (result < 0)
            return (int)-result;
        // Most of these calls return a descriptor if they return a value.
        if (result > 2)
            Close(result);
        return 0;
    }

    internal static void Close(long descriptor) => RawSystemCall.Invoke(Number("close"), (nint)descriptor);
}
