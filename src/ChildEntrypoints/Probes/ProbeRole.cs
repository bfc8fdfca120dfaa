using System.Buffers.Binary;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>What one question to a <see cref="ProbeRole"/> is about.</summary>
internal enum ProbeQuestion : ushort
{
    /// <summary>Attempt one of <see cref="ProbeBattery.All"/>: the payload is its place in the list, 4 bytes. Answered by the errno, 4 bytes.</summary>
    Attempt = 1,

    /// <summary>Call the kernel as a 32-bit program. A filter ends the process.</summary>
    WrongArchitecture = 2,

    /// <summary>Take memory until there is none, and keep it. Answered, if at all, by how many MiB there were.</summary>
    FloodMemory = 3,

    /// <summary>Open descriptors until there are none, and keep them. Answered by how many there were.</summary>
    FloodDescriptors = 4,

    /// <summary>Start threads until there are none, and keep them. Answered by how many there were.</summary>
    FloodProcesses = 5,

    /// <summary>Use the processor and do nothing else, for good.</summary>
    Spin = 6,
}

/// <summary>
/// A role that attacks, for <c>doctor</c> and for tests. It is started exactly as the role whose profile is tried: same
/// program, same policy, same descriptors.
/// </summary>
internal sealed class ProbeRole : IChildRole
{
    /// <summary>Its name.</summary>
    public const string Name = ProbeContract.Name;

    private const int MostThreads = 2000;

    /// <summary>Of the thread that leads this process: another's would say nothing.</summary>
    internal static int DeathSignal { get; private set; }

    private ChildContext? _context;
    private ProbeTargets? _targets;

    /// <summary>A role that has not begun: made before the filter is on.</summary>
    public ProbeRole()
    {
        if (OperatingSystem.IsLinux())
            Interop.RawSystemCall.PrepareCode();
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
        var answer = (ProbeQuestion)kind switch
        {
            ProbeQuestion.Attempt => ProbeBattery.All[BinaryPrimitives.ReadInt32LittleEndian(payload)].Attempt(_targets!),
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
        var number = Attempts.Number("dup");
        var opened = 0;
        while (Interop.RawSystemCall.Invoke(number, 0) >= 0)
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
            // What .NET throws when it cannot create a thread.
        }
        return started;
    }

    private static int Spin()
    {
        while (true)
            Thread.SpinWait(1000);
    }
}
