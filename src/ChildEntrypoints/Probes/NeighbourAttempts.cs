using System.Buffers.Binary;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>Attempts to reach other processes and sockets in ways that Landlock does not check. Each returns 0 if it worked, otherwise the errno, and changes nothing.</summary>
internal static class NeighbourAttempts
{
    private const int SetDeathSignal = 1;
    private const int KillSignal = 9;
    private const int WrongKindOfSocket = 91;
    private const int FastOpenFlag = 0x20000000;

    /// <summary>Returns 0 if the pipe can be opened for writing. ENOENT counts as a refusal; a native parent has no such pipe.</summary>
    internal static int OpenDebuggerPipe(int process)
    {
        const int writeOnlyWithoutWaiting = 0x801;
        const int noEntry = 2;
        const int noReader = 6;
        foreach (var pipe in Directory.EnumerateFiles("/tmp", $"clr-debug-pipe-{process}-*-in", new EnumerationOptions { IgnoreInaccessible = true }))
        {
            var descriptor = RawSystemCall.InvokeWithText(Attempts.Number("openat"), 1, pipe, -100, 0, writeOnlyWithoutWaiting, 0);
            if (descriptor >= 0)
                Attempts.Close(descriptor);
            return descriptor >= 0 || descriptor == -noReader ? 0 : (int)-descriptor;
        }
        return noEntry;
    }

    internal static int ReadLimit(int process) => Attempts.CallWithBytes("prlimit64", 3, new byte[16], process, 7, 0, 0);

    internal static int KeepAffinity(int process)
    {
        var processors = new byte[128];
        var length = RawSystemCall.InvokeWithBytes(Attempts.Number("sched_getaffinity"), 2, processors, process, processors.Length, 0);
        return length < 0 ? (int)-length : Attempts.CallWithBytes("sched_setaffinity", 2, processors.AsSpan(0, (int)length), process, (nint)length, 0);
    }

    internal static int KeepPriority(int process)
    {
        // The system call returns 20 minus the nice value.
        var priority = RawSystemCall.Invoke(Attempts.Number("getpriority"), 0, process);
        return priority < 0 ? (int)-priority : Attempts.Call("setpriority", 0, process, (nint)(20 - priority));
    }

    internal static int ReadClock(int process) => Attempts.CallWithBytes("clock_gettime", 1, new byte[16], (~process << 3) | 2, 0);

    internal static int OutliveParent()
    {
        var result = Attempts.Call("prctl", SetDeathSignal, 0, 0, 0, 0);
        if (result == 0)
            Attempts.Call("prctl", SetDeathSignal, KillSignal, 0, 0, 0);
        return result;
    }

    internal static int SendFromPair(string path)
    {
        var pair = new byte[8];
        var made = RawSystemCall.InvokeWithBytes(Attempts.Number("socketpair"), 3, pair, 1, 2, 0, 0);
        if (made < 0)
            return (int)-made;
        var first = BinaryPrimitives.ReadInt32LittleEndian(pair);
        var address = new byte[110];
        address[0] = 1;
        Encoding.UTF8.GetBytes(path, address.AsSpan(2));
        var sent = RawSystemCall.InvokeWithBytes(Attempts.Number("sendto"), 4, address, first, 0, 0, 0, 0, address.Length);
        Attempts.Close(first);
        Attempts.Close(BinaryPrimitives.ReadInt32LittleEndian(pair.AsSpan(4)));
        // The target is a stream socket: an attempt that gets as far as EPROTOTYPE would have reached a datagram socket.
        return sent == -WrongKindOfSocket || sent >= 0 ? 0 : (int)-sent;
    }

    internal static int FastOpen(int port)
    {
        var socket = RawSystemCall.Invoke(Attempts.Number("socket"), 2, 1, 0);
        if (socket < 0)
            return (int)-socket;
        var sent = RawSystemCall.InvokeWithBytes(Attempts.Number("sendto"), 4, Attempts.Loopback(port), (nint)socket, 0, 0, FastOpenFlag, 0, 16);
        Attempts.Close(socket);
        return sent < 0 ? (int)-sent : 0;
    }

    internal static int Listen()
    {
        var socket = RawSystemCall.Invoke(Attempts.Number("socket"), 2, 1, 0);
        if (socket < 0)
            return (int)-socket;
        var listening = RawSystemCall.Invoke(Attempts.Number("listen"), (nint)socket, 1);
        Attempts.Close(socket);
        return listening < 0 ? (int)-listening : 0;
    }
}
