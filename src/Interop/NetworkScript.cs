using System.Buffers.Binary;

namespace ActorBrowser.Interop;

/// <summary>
/// The system calls that set up a <see cref="WorldNetwork"/>: the loopback device, a route that makes every address local, and the
/// listening sockets, each sent to the spawning process as soon as it listens. The program that is started later never holds them, so
/// it cannot exchange them.
/// </summary>
internal sealed unsafe class NetworkScript : IDisposable
{
    private const int Internet = 2;
    private const int Internet6 = 10;
    private const int Netlink = 16;
    private const int Stream = 1;
    private const int Datagram = 2;
    private const int Raw = 3;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int DontWait = 0x40;
    private const int Backlog = 1024;
    private const int Loopback = 1;
    private const int Ipv6Level = 41;
    private const int OnlyV6 = 26;
    private const int ReportBytes = 4;
    private const int StepsPerSocket = 6;

    private readonly WorldNetwork _network;
    private readonly SafeDescriptor _ours;
    private readonly SafeDescriptor _theirs;
    // Its number is free in the new process: each socket gets it in turn, so that later steps know the number.
    private readonly SafeDescriptor _slot = PathProbe.OpenNull();

    internal NetworkScript(WorldNetwork network)
    {
        _network = network;
        (_ours, _theirs) = UnixSocket.CreatePair();
    }

    /// <summary>The most steps that a network needs.</summary>
    internal static int StepsOf(WorldNetwork network) => 4 + (2 * StepsPerSocket * network.Wanted.Count());

    internal void Add(PreExecProgram script)
    {
        var families = HasV6 ? new[] { Internet, Internet6 } : [Internet];
        AddRoutes(script, families);
        foreach (var (kind, port) in _network.Wanted)
        {
            foreach (var family in families)
                AddSocket(script, kind, port, family);
        }
    }

    /// <summary>Reads the sockets that the new process has sent.</summary>
    internal void Receive()
    {
        Span<byte> report = stackalloc byte[ReportBytes];
        var received = new SafeDescriptor?[1];
        while (UnixSocket.Receive(_ours, report, received, wait: false) is { Status: SocketStatus.Ok, Bytes: ReportBytes, Descriptors: 1 })
            _network.Add(new NetworkListener((ListenerKind)report[0], BinaryPrimitives.ReadUInt16LittleEndian(report[2..]), received[0]!));
    }

    public void Dispose() => SafeDescriptor.DisposeAll(_ours, _theirs, _slot);

    private static bool HasV6 { get; } = CanUseV6();

    private static bool CanUseV6()
    {
        var socket = LibC.CreateSocket(Internet6, Stream | CloseOnExec, 0);
        if (socket >= 0)
            _ = LibC.Close(socket);
        return socket >= 0;
    }

    // The kernel answers each message on the socket, which is closed unread: without the route, no program there reaches anything.
    private static void AddRoutes(PreExecProgram script, int[] families)
    {
        var length = 32 + (36 * families.Length);
        var messages = new Span<byte>(script.Zeroes(length), length);
        var up = messages[..32];
        WriteHeader(up, type: 16, flags: 1);
        BinaryPrimitives.WriteInt32LittleEndian(up[20..], Loopback);
        BinaryPrimitives.WriteUInt32LittleEndian(up[24..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(up[28..], 1);
        for (var i = 0; i < families.Length; i++)
        {
            var route = messages.Slice(32 + (36 * i), 36);
            WriteHeader(route, type: 24, flags: 1 | 0x400);
            route[16] = (byte)families[i];
            // The table "local", a static route, the scope of this host, an address of its own.
            (route[20], route[21], route[22], route[23]) = (255, 4, 254, 2);
            BinaryPrimitives.WriteUInt16LittleEndian(route[28..], 8);
            BinaryPrimitives.WriteUInt16LittleEndian(route[30..], 4);
            BinaryPrimitives.WriteInt32LittleEndian(route[32..], Loopback);
        }
        var open = script.Add("opening the network's settings", CallNumbers.MakeSocket, false, Netlink, Raw | CloseOnExec, 0);
        fixed (byte* bytes = messages)
        {
            var write = script.Add("making every address local", CallNumbers.Write, false, 0, (nint)bytes, length);
            script.Pass(open, write);
        }
    }

    private static void WriteHeader(Span<byte> message, ushort type, ushort flags)
    {
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], flags);
    }

    private void AddSocket(PreExecProgram script, ListenerKind kind, int port, int family)
    {
        var isDatagram = kind == ListenerKind.Names;
        var name = $"listening on port {port}";
        var open = script.Add(name, CallNumbers.MakeSocket, false, family, (isDatagram ? Datagram : Stream) | CloseOnExec | NonBlocking, 0);
        var place = script.Add(name, CallNumbers.Duplicate, false, 0, _slot.Value, CloseOnExec);
        script.Pass(open, place);
        if (family == Internet6)
        {
            var on = script.Zeroes(sizeof(int));
            *(int*)on = 1;
            script.Add(name, CallNumbers.SetSocketOption, false, _slot.Value, Ipv6Level, OnlyV6, (nint)on, sizeof(int));
        }
        // sockaddr_in and sockaddr_in6 both begin with the family and the port; the address stays "any".
        var length = family == Internet ? 16 : 28;
        var address = script.Zeroes(length);
        *(ushort*)address = (ushort)family;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + 2, 2), (ushort)port);
        script.Add(name, CallNumbers.BindSocket, false, _slot.Value, (nint)address, length);
        if (!isDatagram)
            script.Add(name, CallNumbers.ListenOnSocket, false, _slot.Value, Backlog);
        AddReport(script, kind, port);
    }

    private void AddReport(PreExecProgram script, ListenerKind kind, int port)
    {
        var report = script.Zeroes(ReportBytes);
        report[0] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(report + 2, 2), (ushort)port);
        // msghdr: name, its length, vector, its count, control data, its length, flags. The control data carry one descriptor.
        var vector = (nint*)script.Zeroes(16);
        (vector[0], vector[1]) = ((nint)report, ReportBytes);
        var control = script.Zeroes(24);
        *(nint*)control = 20;
        ((int*)control)[2] = 1;
        ((int*)control)[3] = 1;
        ((int*)control)[4] = _slot.Value;
        var message = (nint*)script.Zeroes(56);
        (message[2], message[3], message[4], message[5]) = ((nint)vector, 1, (nint)control, 24);
        script.Add($"passing on port {port}", CallNumbers.SendMessage, false, _theirs.Value, (nint)message, DontWait);
    }
}
