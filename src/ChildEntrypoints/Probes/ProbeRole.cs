using System.Buffers.Binary;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>The questions that a <see cref="ProbeRole"/> answers.</summary>
internal enum ProbeQuestion : ushort
{
    /// <summary>Attempt one of <see cref="ProbeBattery.All"/>: the payload is its index in the list, 4 bytes. The answer is the errno, 4 bytes.</summary>
    Attempt = 1,

    /// <summary>Make a system call as a 32-bit program. The filter ends the process.</summary>
    WrongArchitecture = 2,

    /// <summary>Take memory until none is left, and keep it. The answer, if any, is how many MiB it took.</summary>
    FloodMemory = 3,

    /// <summary>Open descriptors until none is left, and keep them. The answer is how many it opened.</summary>
    FloodDescriptors = 4,

    /// <summary>Start threads until no more can be started, and keep them. The answer is how many it started.</summary>
    FloodProcesses = 5,

    /// <summary>Use the processor forever.</summary>
    Spin = 6,
}

/// <summary>
/// A role that attacks its sandbox, for <c>doctor</c> and for tests. It is started exactly as the role whose profile is
/// tested: same program, same policy, same descriptors.
/// </summary>
internal sealed class ProbeRole : IFrameRole
{
    /// <summary>The role's name.</summary>
    public const string Name = ProbeContract.Name;

    private const int MostThreads = 2000;

    /// <summary>The parent death signal of the main thread; other threads' signals do not matter.</summary>
    internal static int DeathSignal { get; private set; }

    private ChildContext? _context;
    private ProbeTargets? _targets;

    /// <summary>Creates the role, before the filter is installed.</summary>
    public ProbeRole()
    {
        if (OperatingSystem.IsLinux())
            Interop.RawSystemCall.PrepareCode();
    }

    /// <summary>For attempts by a process that is not a child.</summary>
    internal static void Prepare()
    {
        Interop.RawSystemCall.PrepareCode();
        DeathSignal = Interop.CurrentProcess.ParentDeathSignal;
    }

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        _context = context;
        DeathSignal = Interop.CurrentProcess.ParentDeathSignal;
        _targets = ProbeTargets.FromBytes(roleArgs.Span);
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (frame.TryRead<RoleMessage>(out var message) is { } malformed)
            return malformed;
        var id = frame.CorrelationId;
        var kind = message.Kind;
        var payload = message.Payload.ToArray();
        // The channel's own thread stays free: a child under attack still answers its pings.
        new Thread(() => Answer(id, kind, payload)) { IsBackground = true }.UnsafeStart();
        return null;
    }

    /// <inheritdoc/>
    public void OnShutdown()
    {
    }

    private void Answer(ulong id, ushort kind, byte[] payload)
    {
        // Its attempts are system calls of Linux.
        var answer = !OperatingSystem.IsLinux() ? -1 : (ProbeQuestion)kind switch
        {
            ProbeQuestion.Attempt => ProbeBattery.All[BinaryPrimitives.ReadInt32LittleEndian(payload)].Try(_targets!),
            ProbeQuestion.WrongArchitecture => (int)Interop.RawSystemCall.As32Bit(),
            ProbeQuestion.FloodMemory => FloodMemory(),
            ProbeQuestion.FloodDescriptors => FloodDescriptors(),
            ProbeQuestion.FloodProcesses => FloodProcesses(),
            ProbeQuestion.Spin => Spin(),
            _ => -1,
        };
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, answer);
        _context!.Write(id, new RoleMessage(kind, bytes));
        _context.Flush();
    }

    private static int FloodMemory()
    {
        var taken = 0;
        while (Interop.RawSystemCall.TakeMemory(1 << 20))
            taken++;
        return taken;
    }

    private static int FloodDescriptors()
    {
        var number = Attempts.Number("fcntl");
        var opened = 0;
        // F_DUPFD on descriptor 0.
        while (Interop.RawSystemCall.Invoke(number, 0, 0, 0) >= 0)
            opened++;
        return opened;
    }

    private static int FloodProcesses()
    {
        var never = new ManualResetEventSlim();
        var started = 0;
        try
        {
            for (; started < MostThreads; started++)
                new Thread(() => never.Wait(Timeout.Infinite), maxStackSize: 64 << 10) { IsBackground = true }.UnsafeStart();
        }
        catch (OutOfMemoryException)
        {
            // .NET throws this when it cannot create a thread.
        }
        return started;
    }

    private static int Spin()
    {
        while (true)
            Thread.SpinWait(1000);
    }
}
