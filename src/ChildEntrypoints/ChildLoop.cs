using System.Runtime.CompilerServices;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// The loop of every role: <c>Hello → ChildArgs → OnStart → Ready → frames</c>. It answers pings and the shutdown request, and exits
/// at once when the channel ends, whatever the role's threads are doing.
/// </summary>
internal sealed class ChildLoop : IFrameHandler
{
    private readonly string _role;
    private readonly RoleContract _contract;
    private readonly IFrameRole _instance;
    private readonly IChannel _channel;
    private readonly Action<ChannelLimits> _setLimits;
    private ChildContext? _context;
    private bool _ready;
    private bool _shutdown;

    internal ChildLoop(string role, IFrameRole instance, IChannel channel, Action<ChannelLimits> setLimits)
    {
        _role = role;
        _contract = RoleContracts.Of(role);
        _instance = instance;
        _channel = channel;
        _setLimits = setLimits;
    }

    internal int ExitCode { get; private set; } = ChildExitCodes.ParentGone;

    internal Action? Ended { get; init; }

    /// <summary>Confines every thread of this process, then sends the first message.</summary>
    /// <returns>Null, or the reason why the child could not be confined.</returns>
    internal string? SayHello()
    {
        IReadOnlyList<LayerReport>? layers = [];
        SafeDescriptor? listener = null;
        if (OperatingSystem.IsLinux())
        {
            layers = SelfConfinement.Apply(out listener, out var reason);
            if (layers is null)
                return reason;
        }
        else if (OperatingSystem.IsWindows())
        {
            layers = WindowsMeasures.OfThisProcess();
        }
        var hello = new Hello(WireProtocol.Version, WireProtocol.BuildId, _role, Environment.ProcessId, layers) { IsNative = !RuntimeFeature.IsDynamicCodeSupported };
        if (listener is null)
            _channel.Write(0, hello);
        else
            _channel.Write(0, hello, [listener]);
        _channel.Flush();
        return null;
    }

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (!_ready)
            return OnArgs(frame);
        if (_contract.ToChild.Check(frame.Header) is { } forbidden)
            return forbidden;
        switch (frame.Type)
        {
            case MessageType.Ping:
                if (frame.TryRead<Ping>(out var ping) is { } malformed)
                    return malformed;
                _channel.Write(frame.CorrelationId, new Pong(ping.Timestamp));
                return null;
            case MessageType.Trace:
                if (frame.TryRead<Trace>(out _) is { } untraceable)
                    return untraceable;
                _context!.Traces.Begin(frame.CorrelationId);
                return null;
            case MessageType.Shutdown:
                _shutdown = true;
                _instance.OnShutdown();
                _channel.Flush();
                Exit(ChildExitCodes.Success);
                return null;
            default:
                return _instance.OnFrame(frame);
        }
    }

    public void OnBatchEnd() => _channel.Flush();

    public void OnClosed(ChannelClosed closed)
    {
        ExitCode = _shutdown ? ChildExitCodes.Success
            : closed.End == ChannelEnd.EndOfStream ? ChildExitCodes.ParentGone
            : closed.Error is OutOfMemoryException ? ActorBrowserChild.Fail(ChildExitCodes.OutOfMemory, "the child reached its memory limit")
            : closed.Violation is { } violation ? ActorBrowserChild.Fail(ChildExitCodes.Protocol, $"the parent broke the protocol: {violation.Message}")
            : ActorBrowserChild.Fail(ChildExitCodes.Failed, $"{ChildExitNumbers.RoleFailed}{closed.Error}");
        if (!_shutdown)
            _instance.OnParentGone();
        Ended?.Invoke();
        Exit(ExitCode);
    }

    private ProtocolViolation? OnArgs(in Frame frame)
    {
        if (frame.Type != MessageType.ChildArgs)
            return new ProtocolViolation(ViolationKind.OutOfState, $"{frame.Type} arrived before ChildArgs.");
        if ((frame.TryRead<ChildArgs>(out var args) ?? MessageSet.CheckDescriptors(frame.Header, _contract.ChildArgs)) is { } malformed)
            return malformed;
        _setLimits(ChannelLimits.Default with { MaxBodyBytes = args.MaxBodyBytes, MaxDescriptorsPerFrame = args.MaxDescriptorsPerFrame });
        BodySlots? slots = null;
        if (SharedMemory.IsSupported && frame.TakeDescriptors() is [var shared])
            slots = BodySlots.Open(shared);
        _context = new ChildContext(_role, _channel) { Slots = slots };
        _instance.OnStart(_context, args.RoleArgs);
        _ready = true;
        _channel.Write(0, default(Ready));
        return null;
    }

    /// <summary>Exits without running finalizers, which could wait for role threads that spin or block.</summary>
    private static void Exit(int code) => CurrentProcess.ExitNow(code);
}
