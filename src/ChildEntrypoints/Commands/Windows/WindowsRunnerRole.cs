using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// The command runner on Windows: starts programs for the parent, each in a job of its own, and carries their output and input in
/// frames. Its exit, however it comes about, closes the jobs and so ends every program. Run under Wine 8; never on Windows.
/// </summary>
internal sealed class WindowsRunnerRole : IFrameRole
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, WindowsCommand> _commands = [];
    private ChildContext? _context;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        _context = context;
        // The limits for all commands together are those of this process's own job; the tag is for systems that have no jobs.
        _ = CommandRunnerContract.ReadArgs(roleArgs);
        _ = WindowsInterrupt.Prepare();
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame) => frame.Type switch
    {
        MessageType.SpawnRequest => frame.TryRead<Transport.SpawnRequest>(out var request) ?? OnSpawn(frame.CorrelationId, request),
        MessageType.OutputCredit => frame.TryRead<OutputCredit>(out var credit) ?? Do(frame, command => command.Grant(credit)),
        MessageType.InputPiece => frame.TryRead<InputPiece>(out var input) ?? OnInput(frame, input),
        MessageType.Signal => frame.TryRead<SendSignal>(out var signal) ?? Do(frame, command => command.Signal(signal.Number)),
        MessageType.Resize => frame.TryRead<Resize>(out var size) ?? Do(frame, command => command.Resize(size.Columns, size.Rows)),
        MessageType.Terminate => frame.TryRead<Terminate>(out var end) ?? Do(frame, command => command.Terminate(end.Grace, end.Cause)),
        _ => new ProtocolViolation(ViolationKind.UnknownMessage, $"The command runner of Windows knows no message of type {frame.Type}."),
    };

    /// <inheritdoc/>
    public void OnShutdown() => EndAll();

    /// <inheritdoc/>
    public void OnParentGone() => EndAll();

    internal void Send<T>(ulong id, in T message) where T : struct, IWireMessage<T>
    {
        _context!.Write(id, message);
        _context.Flush();
    }

    /// <summary>Forgets a command whose Closed was sent.</summary>
    internal void Forget(ulong id)
    {
        lock (_lock)
            _commands.Remove(id);
    }

    private ProtocolViolation? OnSpawn(ulong id, in Transport.SpawnRequest request)
    {
        lock (_lock)
        {
            if (_commands.ContainsKey(id))
                return new ProtocolViolation(ViolationKind.OutOfState, $"Session {id} exists already.");
        }
        if (WindowsCommand.TryStart(this, id, request, out var command) is { } failed)
        {
            Send(id, failed);
            return null;
        }
        lock (_lock)
            _commands.Add(id, command!);
        command!.Run();
        return null;
    }

    // The piece lies in the channel's buffer.
    private ProtocolViolation? OnInput(in Frame frame, in InputPiece piece)
    {
        var own = piece with { Data = piece.Data.ToArray() };
        return Do(frame, command => command.Write(own));
    }

    private ProtocolViolation? Do(in Frame frame, Action<WindowsCommand> action)
    {
        WindowsCommand? command;
        // An ended command is no error: the frame was on its way when the command ended.
        lock (_lock)
            command = _commands.GetValueOrDefault(frame.CorrelationId);
        if (command is not null)
            action(command);
        return null;
    }

    private void EndAll()
    {
        lock (_lock)
        {
            foreach (var command in _commands.Values)
                command.Terminate(0, ExitCause.Kill);
        }
    }
}
