using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.TestChild;

/// <summary>
/// Every way in which a child can misbehave, each as a role. Those that break the handshake act in their constructor, before the loop
/// sends Hello; the others misbehave once they are ready.
/// </summary>
internal static class HostileRoles
{
    internal static ChildRoles All { get; } = ChildRoles.BuiltIn
        .With(TypedRole.Role)
        .With(Plugged.Role)
        .With(Plugged.Role.Named("plugged-too"))
        .WithFrames("echo", static () => new EchoRole())
        .WithFrames("silent", static () => BeforeHello(static () => Thread.Sleep(Timeout.Infinite)))
        .WithFrames("garbage", static () => BeforeHello(static () => WriteRaw([0xde, 0xad, 0xbe, 0xef, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])))
        .WithFrames("half-frame", static () => BeforeHello(static () => { WriteRaw([8, 0, 0, 0, 4, 0, 0]); Environment.Exit(3); }))
        .WithFrames("wrong-version", static () => BeforeHello(static () => SayHello(WireProtocol.Version + 1, WireProtocol.BuildId, "wrong-version", Environment.ProcessId)))
        .WithFrames("wrong-build", static () => BeforeHello(static () => SayHello(WireProtocol.Version, Guid.NewGuid(), "wrong-build", Environment.ProcessId)))
        .WithFrames("wrong-role", static () => BeforeHello(static () => SayHello(WireProtocol.Version, WireProtocol.BuildId, "somebody-else", Environment.ProcessId)))
        .WithFrames("wrong-pid", static () => BeforeHello(static () => SayHello(WireProtocol.Version, WireProtocol.BuildId, "wrong-pid", 1)))
        .WithFrames("too-long", static () => new AfterReady(static context => context.Write(1, new RoleMessage(1, new byte[2 << 20]))))
        .WithFrames("not-its-message", static () => new AfterReady(static context => context.Write(1, new FetchCancel())))
        .WithFrames("out-of-memory", static () => new AfterReady(static _ => TakeAll()))
        .WithFrames("out-of-memory-in-small-pieces", static () => new AfterReady(static _ => TakeAllInSmallPieces()))
        .WithFrames("out-of-memory-at-once", static () => new AfterReady(static _ => TakeAtOnce()))
        .WithFrames("out-of-memory-on-threads", static () => new AfterReady(static _ => TakeAllOnThreads()))
        .WithFrames("out-of-memory-on-its-channel", static () => new AfterReady(static _ => { }, TakeAll))
        .WithFrames("exit-before-hello", static () => BeforeHello(static () => Environment.Exit(7)))
        .WithFrames("exit-7", static () => new AfterReady(static _ => Environment.Exit(7)))
        .WithFrames("abort", static () => new AfterReady(static _ => Environment.FailFast("aborted on purpose")))
        .WithFrames("abort-without-memory", static () => new AfterReady(static _ => AbortWithoutMemory()))
        .WithFrames("fault", static () => new AfterReady(static _ => Fault()))
        .WithFrames("fork", static () => new AfterReady(static _ => Fork()))
        .WithFrames("throw", static () => new AfterReady(static _ => throw new InvalidOperationException("thrown on purpose")))
        .WithFrames("overflow", static () => new AfterReady(static _ => Overflow(1)))
        .WithFrames("busy", static () => new AfterReady(static _ => Spin()))
        .WithFrames("hang", static () => new AfterReady(static _ => { }, static () => Thread.Sleep(Timeout.Infinite)))
        .WithFrames("flood-stderr", static () => new AfterReady(static _ => FloodStderr()))
        .WithFrames("three-lines", static () => new AfterReady(static _ => { Console.Error.WriteLine("one"); Console.Error.WriteLine("two"); Console.Error.WriteLine("three"); Environment.Exit(9); }))
        .WithFrames("flood-frames", static () => new AfterReady(static context => { while (true) { context.Write(1, new Pong(1)); context.Flush(); } }))
        .WithFrames("half-frame-when-ready", static () => new AfterReady(static _ => { WriteRaw([8, 0, 0, 0, 5, 0, 0]); Environment.Exit(3); }))
        .WithFrames("undeclared-descriptors", static () => new AfterReady(static _ => SendDescriptor()));

    private static IFrameRole BeforeHello(Action act)
    {
        act();
        // The action has sent its bytes; the child must not go on to send a proper Hello.
        Thread.Sleep(Timeout.Infinite);
        return new EchoRole();
    }

    private static void WriteRaw(byte[] bytes)
    {
        using var socket = DescriptorFlags.Duplicate(new SafeDescriptor(WireProtocol.ChildDescriptor));
        UnixSocket.Send(socket, bytes, [], wait: true);
    }

    private static void SendDescriptor()
    {
        using var socket = DescriptorFlags.Duplicate(new SafeDescriptor(WireProtocol.ChildDescriptor));
        var (read, write) = UnixPipe.Create();
        var header = new byte[FrameHeader.Size + 2];
        new FrameHeader(2, MessageType.Pong, 0, 1).Write(header);
        header[^2] = 0x91;
        UnixSocket.Send(socket, header, [read, write], wait: true);
    }

    private static void SayHello(int version, Guid build, string role, int pid)
    {
        using var channel = new BlockingSocketChannel(DescriptorFlags.Duplicate(new SafeDescriptor(WireProtocol.ChildDescriptor)), ChannelLimits.Default);
        channel.Write(0, new Hello(version, build, role, pid, []));
        channel.Flush();
    }

    private static void Spin()
    {
        for (var i = 0; i < 2; i++)
            new Thread(static () => { while (true) { } }) { IsBackground = false }.Start();
    }

    // The C library finds no heap at that address; as this is not managed code, the runtime cannot turn the fault into an exception.
    private static void Fault() => System.Runtime.InteropServices.Marshal.FreeHGlobal(4096 + 16);

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "fork")]
    private static extern int Fork();

    private static void AbortWithoutMemory()
    {
        while (RawSystemCall.TakeMemory(1 << 20))
        {
            // Takes memory until none is left.
        }
        Environment.FailFast("aborted on purpose");
    }

    private static int Overflow(int depth) => depth == int.MaxValue ? 0 : Overflow(depth + 1) + 1;

    private static void TakeAll()
    {
        var taken = new List<byte[]>();
        while (true)
        {
            var piece = new byte[1 << 20];
            Array.Fill(piece, (byte)1);
            taken.Add(piece);
        }
    }

    private static void TakeAllInSmallPieces()
    {
        object? last = null;
        while (true)
            last = new Tuple<object?, object>(last, new());
    }

    private static void TakeAtOnce()
    {
        var taken = new List<byte[]>();
        while (true)
            taken.Add(new byte[400 << 20]);
    }

    private static void TakeAllOnThreads()
    {
        for (var i = 0; i < 8; i++)
            new Thread(TakeAllInSmallPieces).Start();
        TakeAll();
    }

    private static void FloodStderr()
    {
        var line = new string('x', 200);
        while (true)
            Console.Error.WriteLine(line);
    }

    /// <summary>Behaves until it is ready, then runs an action on a separate thread; it may block its channel's thread.</summary>
    private sealed class AfterReady(Action<ChildContext> act, Action? onFrame = null) : IFrameRole
    {
        public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
        {
            // The first message starts the action, so that the parent has seen Ready by then.
            _context = context;
        }

        private ChildContext _context = null!;

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            onFrame?.Invoke();
            new Thread(() => act(_context)) { IsBackground = true }.Start();
            return null;
        }

        public void OnShutdown()
        {
        }
    }
}

/// <summary>
/// Sends every role message back. Kind 1: the numbers of its open descriptors; 2: its environment; 3: its command line; any other
/// kind, and descriptors: unchanged.
/// </summary>
internal sealed class EchoRole : IFrameRole
{
    private ChildContext _context = null!;

    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs) => _context = context;

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (frame.Type != MessageType.RoleMessage)
            return new ProtocolViolation(ViolationKind.UnknownMessage, $"The echo role knows no {frame.Type}.");
        if (frame.TryRead<RoleMessage>(out var message) is { } malformed)
            return malformed;
        var payload = message.Kind switch
        {
            1 => System.Text.Encoding.UTF8.GetBytes(string.Join('\n', new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
                .Select(f => $"{f.Name} {f.LinkTarget}"))),
            2 => System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Environment.GetEnvironmentVariables().Keys.Cast<string>())),
            3 => System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Environment.GetCommandLineArgs())),
            _ => message.Payload,
        };
        _context.Write(frame.CorrelationId, new RoleMessage(message.Kind, payload), frame.TakeDescriptors());
        return null;
    }

    public void OnShutdown()
    {
    }
}
