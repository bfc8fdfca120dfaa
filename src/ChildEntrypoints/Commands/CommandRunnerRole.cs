using System.Collections.Concurrent;
using System.Globalization;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// The command runner: starts programs for the parent, many at once, each in a session and process group of its own. It
/// is the parent of all they leave behind, and when it is told to stop, or its own parent is gone, ends all of it.
/// </summary>
public sealed class CommandRunnerRole : IChildRole
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(900);

    [ThreadStatic]
    private static byte[]? t_children;

    // Programs are started, and orphans adopted, by the thread that leads this process: the one that serves the channel.
    private readonly SafeDescriptor _children = SmallFile.Open($"/proc/self/task/{Environment.ProcessId}/children");
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, RunningCommand> _byId = [];
    // Added to with the lock held, as long as a process is being started: the reaper, which finds one mostly, need not wait for that.
    private readonly ConcurrentDictionary<int, RunningCommand> _byProcess = new();
    private readonly HashSet<RunningCommand> _draining = [];
    // It does not spin: there is seldom work before the processor has something better to do.
    private readonly ManualResetEventSlim _hasChildren = new(initialState: false, spinCount: 0);
    private ChildContext? _context;
    private CommandSpawner? _spawner;
    private SessionMark _mark;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        _context = context;
        var reader = new MessagePackReader(roleArgs);
        _mark = SessionMark.FromValue(reader.ReadInt64());
        _spawner = new CommandSpawner(this, _mark);
        CurrentProcess.AdoptOrphans();
        new Thread(Reap) { IsBackground = true, Name = "ActorBrowser reaper" }.UnsafeStart();
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame) => frame.Type switch
    {
        MessageType.SpawnRequest => OnSpawn(frame),
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

    internal void Send<T>(ulong id, in T message, SafeDescriptor descriptor) where T : struct, IWireMessage<T> => _context!.Write(id, message, [descriptor]);

    internal void Flush() => _context!.Flush();

    /// <summary>Starts a process, tells the parent, and makes it known, all before its exit can be seen.</summary>
    internal RunningCommand? Register(Func<RunningCommand?> start)
    {
        lock (_lock)
        {
            if (start() is not { } command)
                return null;
            _byId.Add(command.Id, command);
            _byProcess[command.ProcessId] = command;
            _hasChildren.Set();
            return command;
        }
    }

    internal void Forget(RunningCommand command)
    {
        lock (_lock)
        {
            _byId.Remove(command.Id);
            _draining.Remove(command);
        }
    }

    /// <summary>Takes an exit; as long as it has not been taken, the pid is known as a running command's.</summary>
    /// <param name="processId">Whose.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="usage">What it had used.</param>
    /// <param name="leftovers">Whether there are processes that ended commands have left behind.</param>
    internal bool TryReap(int processId, out ProcessEnd end, out ProcessUsage usage, out bool leftovers)
    {
        lock (_lock)
        {
            leftovers = false;
            if (!ChildWait.TryReap(processId, out end, out usage))
                return false;
            _byProcess.TryRemove(processId, out _);
            leftovers = HasAdopted();
            return true;
        }
    }

    /// <summary>This command waits for what may be its survivors.</summary>
    internal void AddDraining(RunningCommand command)
    {
        lock (_lock)
            _draining.Add(command);
    }

    /// <summary>
    /// Whether this process has children that are no running command's own: what ended commands have left behind. Cheap,
    /// so that the usual command, which leaves nothing, costs no search of all processes. With the lock held.
    /// </summary>
    private bool HasAdopted()
    {
        var buffer = t_children ??= new byte[64 << 10];
        var length = SmallFile.ReadAgain(_children, buffer);
        if (length == buffer.Length)
            return true;
        for (ReadOnlySpan<byte> rest = buffer.AsSpan(0, length); !rest.IsEmpty;)
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
        try
        {
            if (frame.TryRead<Transport.SpawnRequest>(out var request) is { } malformed)
                return malformed;
            lock (_lock)
            {
                if (_byId.ContainsKey(frame.CorrelationId))
                    return new ProtocolViolation(ViolationKind.OutOfState, $"Session {frame.CorrelationId} exists already.");
            }
            if (descriptors.Length != CommandSpawner.DescriptorsOf(request))
                return new ProtocolViolation(ViolationKind.Descriptors, $"{descriptors.Length} descriptors came with a SpawnRequest of input {request.Input} and output {request.Output}.");
            for (var i = 0; i < descriptors.Length; i++)
                descriptors[i] = DescriptorFlags.RaiseAboveChildNumbers(descriptors[i]);
            if (_spawner!.Spawn(frame.CorrelationId, request, descriptors) is { } failure)
                Send(frame.CorrelationId, failure);
            return null;
        }
        finally
        {
            SafeDescriptor.DisposeAll(descriptors);
        }
    }

    private RunningCommand? Find(in Frame frame)
    {
        // One that has ended meanwhile is no error: the frame had been on its way.
        lock (_lock)
            return _byId.GetValueOrDefault(frame.CorrelationId);
    }

    private RunningCommand? Find(int processId)
    {
        if (_byProcess.TryGetValue(processId, out var command))
            return command;
        // It may have ended before it was made known.
        lock (_lock)
            return _byProcess.GetValueOrDefault(processId);
    }

    private ProtocolViolation? Do(in Frame frame, Action<RunningCommand> action)
    {
        if (Find(frame) is { } command)
            action(command);
        return null;
    }

    private void Reap()
    {
        while (true)
        {
            _hasChildren.Reset();
            var processId = ChildWait.ForAny();
            if (processId == 0)
            {
                _hasChildren.Wait(Timeout.Infinite);
                continue;
            }
            if (Find(processId) is { } command)
                command.OnExited();
            else if (TryReap(processId, out _, out _, out var leftovers) && !leftovers)
                TellDraining();
        }
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

    private void EndEverything() => MarkedProcesses.KillAll(mark => mark.IsOf(_mark), Patience, out _);
}
