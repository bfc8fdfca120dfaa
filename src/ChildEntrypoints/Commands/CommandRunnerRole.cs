using System.Globalization;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// The command runner: starts programs for the parent, many at once, each in a separate session and process group. It
/// adopts the processes that they leave behind, and kills them all when it shuts down or its parent is gone. One
/// thread starts programs and reaps them, so that no exit is reported before its start.
/// </summary>
internal sealed class CommandRunnerRole : IFrameRole
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(900);

    // The main thread, which serves the channel, starts programs and adopts orphans: the kernel lists both as its children.
    private readonly SafeDescriptor _children = SmallFile.Open($"/proc/self/task/{Environment.ProcessId}/children");
    private readonly byte[] _childrenText = new byte[64 << 10];
    private readonly Dictionary<int, RunningCommand> _byProcess = [];
    private readonly List<(RunningCommand Command, ProcessEnd End, ProcessUsage Usage)> _ended = [];
    private readonly Lock _lock = new();
    // Under the lock: commands also end on other threads, by a timer or after the search for their survivors.
    private readonly Dictionary<ulong, RunningCommand> _byId = [];
    private readonly HashSet<RunningCommand> _draining = [];
    private ChildContext? _context;
    private ChildExits? _exits;
    private CommandSpawner? _spawner;
    private SessionTag _tag;
    private WorldUsage? _usage;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        _context = context;
        var (tag, limits, servesOne) = CommandRunnerContract.ReadArgs(roleArgs);
        _tag = SessionTag.FromValue(tag);
        OwnsAllThatIsLeft = HasOwnProcesses && servesOne;
        _spawner = new CommandSpawner(this, _tag);
        CurrentProcess.AdoptOrphans();
        _exits = ChildExits.Open();
        context.Watch(_exits.Descriptor, OnExits);
        // Without a separate pid namespace, the runner would also count processes that are not its commands'.
        if (HasOwnProcesses && limits != default)
            _usage = new WorldUsage(limits, EndAll);
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame) => frame.Type switch
    {
        MessageType.SpawnRequest => OnSpawn(frame),
        MessageType.LargeSpawnRequest => OnSpawn(frame),
        MessageType.Signal => frame.TryRead<SendSignal>(out var signal) ?? Do(frame, command => command.Signal(signal.Number)),
        MessageType.Resize => frame.TryRead<Resize>(out var size) ?? Do(frame, command => command.Resize(size.Columns, size.Rows)),
        MessageType.Terminate => frame.TryRead<Terminate>(out var end)
            ?? Do(frame, command => ThreadPool.QueueUserWorkItem(static state => state.command.Terminate(state.end.Grace, state.end.Cause), (command, end), preferLocal: false)),
        _ => new ProtocolViolation(ViolationKind.UnknownMessage, $"The command runner knows no message of type {frame.Type}."),
    };

    /// <inheritdoc/>
    public void OnShutdown() => EndEverything();

    /// <inheritdoc/>
    public void OnParentGone() => EndEverything();

    internal void Send<T>(ulong id, in T message) where T : struct, IWireMessage<T> => _context!.Write(id, message);

    internal void Send<T>(ulong id, in T message, params ReadOnlySpan<SafeDescriptor> descriptors) where T : struct, IWireMessage<T> => _context!.Write(id, message, descriptors);

    /// <summary>Whether this is the first process of a pid namespace: all other processes in it belong to its commands, and its exit kills them.</summary>
    internal bool HasOwnProcesses { get; } = Environment.ProcessId == 1;

    /// <summary>Whether all other processes belong to its one command, tagged or not.</summary>
    internal bool OwnsAllThatIsLeft { get; private set; }

    /// <summary>The trace of a command; null if it is not traced.</summary>
    internal ChildTrace? TraceOf(ulong id) => _context!.Traces.Of(id);

    internal void Flush() => _context!.Flush();

    /// <summary>Adds a command that has started.</summary>
    internal void Register(RunningCommand command)
    {
        _byProcess.Add(command.ProcessId, command);
        lock (_lock)
            _byId.Add(command.Id, command);
        _usage?.Watch();
    }

    internal void Forget(RunningCommand command)
    {
        lock (_lock)
        {
            _byId.Remove(command.Id);
            _draining.Remove(command);
            if (_byId.Count == 0)
                _usage?.Rest();
        }
    }

    /// <summary>Adds a command that waits for its possible survivors to exit.</summary>
    internal void AddDraining(RunningCommand command)
    {
        lock (_lock)
            _draining.Add(command);
    }

    /// <summary>
    /// Whether this process has children other than the running commands: processes that ended commands left behind. The check
    /// is cheap, so that a command that leaves nothing, as most do, costs no search of all processes.
    /// </summary>
    private bool HasAdopted()
    {
        var length = SmallFile.ReadAgain(_children, _childrenText);
        if (length == _childrenText.Length)
            return true;
        for (ReadOnlySpan<byte> rest = _childrenText.AsSpan(0, length); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)' ');
            var number = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !_byProcess.ContainsKey(pid))
                return true;
        }
        return false;
    }

    private ProtocolViolation? OnSpawn(in Frame frame)
    {
        var descriptors = frame.TakeDescriptors();
        Span<SafeDescriptor> own = descriptors;
        try
        {
            if (RequestOf(frame, ref own, out var request) is { } malformed)
                return malformed;
            lock (_lock)
            {
                if (_byId.ContainsKey(frame.CorrelationId))
                    return new ProtocolViolation(ViolationKind.OutOfState, $"Session {frame.CorrelationId} exists already.");
            }
            if (own.Length != CommandSpawner.DescriptorsOf(request))
                return new ProtocolViolation(ViolationKind.Descriptors, $"{own.Length} descriptors arrived with a SpawnRequest of input {request.Input} and output {request.Output}.");
            foreach (ref var descriptor in own)
                descriptor = DescriptorFlags.RaiseAboveChildNumbers(descriptor);
            _usage?.Begin();
            var trace = TraceOf(frame.CorrelationId);
            var starting = trace?.Begin("start") ?? 0;
            var refused = _spawner!.Spawn(frame.CorrelationId, request, own);
            trace?.End(starting);
            if (refused is { } failure)
                Send(frame.CorrelationId, failure);
            return null;
        }
        finally
        {
            SafeDescriptor.DisposeAll(descriptors);
        }
    }

    /// <summary>Reads the request from the frame, or from the memory file sent with it as the last descriptor.</summary>
    private static ProtocolViolation? RequestOf(in Frame frame, ref Span<SafeDescriptor> descriptors, out Transport.SpawnRequest request)
    {
        if (frame.Type == MessageType.SpawnRequest)
            return frame.TryRead(out request);
        request = default;
        if (frame.TryRead<LargeSpawnRequest>(out var large) is { } malformed)
            return malformed;
        if (descriptors.IsEmpty || !OperatingSystem.IsLinux())
            return new ProtocolViolation(ViolationKind.Descriptors, "A LargeSpawnRequest arrived without its memory file.");
        var file = descriptors[^1];
        descriptors = descriptors[..^1];
        if ((SharedMemory.SealsOf(file) & Seals.Shrink) == 0 || SharedMemory.LengthOf(file) < large.Length)
            return new ProtocolViolation(ViolationKind.Descriptors, "The memory file of a LargeSpawnRequest is too short, or is not sealed against shrinking.");
        using var memory = new MappedMemory(file, large.Length, writable: false);
        // Copied: the request's texts are slices of these bytes and outlive the mapping.
        return new Frame(frame.Header, memory.GetSpan().ToArray(), null).TryRead(out request);
    }

    private RunningCommand? Find(in Frame frame)
    {
        // An ended command is no error: the frame was on its way when the command ended.
        lock (_lock)
            return _byId.GetValueOrDefault(frame.CorrelationId);
    }

    private ProtocolViolation? Do(in Frame frame, Action<RunningCommand> action)
    {
        if (Find(frame) is { } command)
            action(command);
        return null;
    }

    private void OnExits()
    {
        _exits!.Clear();
        var orphans = false;
        bool children;
        while (ChildExits.TryReapAny(out var processId, out var end, out var usage, out children))
        {
            if (_byProcess.Remove(processId, out var command))
                _ended.Add((command, end, usage));
            else
                orphans = true;
        }
        // One check for all commands that have ended. Without any child, nothing was left behind.
        var leftovers = children && HasAdopted();
        foreach (var (command, end, usage) in _ended)
            command.OnExited(end, usage, leftovers);
        _ended.Clear();
        if (orphans && !leftovers)
            TellDraining();
        Flush();
    }

    private void TellDraining()
    {
        RunningCommand[] draining;
        lock (_lock)
        {
            draining = [.. _draining];
            _draining.Clear();
        }
        foreach (var command in draining)
            command.OnNothingLeft();
    }

    private void EndAll(ExitCause cause)
    {
        RunningCommand[] commands;
        lock (_lock)
            commands = [.. _byId.Values];
        foreach (var command in commands)
            command.Blame(cause);
        // Kills all of them at once, however fast they fork: a signal to pid −1 spares only this process, the first of the namespace.
        CurrentProcess.KillAllOthers();
    }

    private void EndEverything() => MarkedProcesses.KillAll(tag => tag.IsOf(_tag), Patience, out _);
}
