using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Agents;

/// <summary>The commands of one session, by handle. A handle of another session is unknown here.</summary>
internal sealed class AgentCommands(BrowserClient browser, ToolSessionOptions options, AgentWorkspace workspace, AgentChildren children, AgentGrants grants) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<AgentCommand> _commands = [];
    private int _starting;
    private bool _isClosed;

    /// <summary>Starts a shell line in the workspace.</summary>
    internal async Task<AgentCommand> StartAsync(string line, Func<Spawn, Spawn> change, CancellationToken cancellation)
    {
        if (MakeRoom() is { } dropped)
            await ReleaseAsync(dropped.Handle).ConfigureAwait(false);
        Spawned? spawned = null;
        try
        {
            var spawn = change(grants.AddTo(Spawn.Shell(line)) with { Folder = workspace.Path, TotalTimeout = options.MaxCommandTime });
            // Awaited, so that no other session's command can push it out of the registry.
            spawned = await browser.Commands.StartAsync((options.Prepare?.Invoke(spawn) ?? spawn) with { IsAwaited = true }, cancellation).ConfigureAwait(false);
            children.Note(spawned.Handle);
            return Add(new AgentCommand(spawned.Handle, line, spawned.Session, spawned.ProcessId));
        }
        catch (ObjectDisposedException) when (spawned is not null)
        {
            await ReleaseAsync(spawned.Handle).ConfigureAwait(false);
            throw;
        }
        finally
        {
            lock (_lock)
                _starting--;
        }
    }

    /// <summary>Finds a command of this session.</summary>
    /// <exception cref="ToolException">There is none with this handle.</exception>
    internal AgentCommand Find(string handle)
    {
        lock (_lock)
        {
            return _commands.Find(one => one.Handle == handle) ?? throw new ToolException(
                $"There is no command '{Foreign.Line(handle, 60)}' in this session. {(_commands.Count == 0 ? "None was started" : $"Its commands are {string.Join(", ", _commands.Select(static one => one.Handle))}")}; one that ended long ago may have been dropped.");
        }
    }

    /// <summary>Asks for a command's state.</summary>
    internal async Task<CommandSnapshot> SnapshotAsync(AgentCommand command, CancellationToken cancellation) =>
        Of(await AskAsync(new Poll(command.Handle), cancellation).ConfigureAwait(false), command);

    /// <summary>Waits until a command and all its processes have ended.</summary>
    internal async Task<CommandSnapshot> EndAsync(AgentCommand command, CancellationToken cancellation)
    {
        var waited = await AskAsync(new Wait(command.Handle), cancellation).ConfigureAwait(false);
        return NoteEnd(command, waited is Waited { Snapshot: var snapshot } ? snapshot : Of(waited, command));
    }

    /// <summary>Ends a command and every process it started; returns when all are gone.</summary>
    internal async Task<CommandSnapshot> KillAsync(AgentCommand command, TimeSpan? grace, CancellationToken cancellation) =>
        NoteEnd(command, Of(await AskAsync(new KillCommand(command.Handle, grace), cancellation).ConfigureAwait(false), command));

    /// <summary>Ends a command in any case, and forgets it.</summary>
    internal async Task DropAsync(AgentCommand command)
    {
        lock (_lock)
            _commands.Remove(command);
        await ReleaseAsync(command.Handle).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        AgentCommand[] commands;
        lock (_lock)
        {
            _isClosed = true;
            commands = [.. _commands];
            _commands.Clear();
        }
        await Task.WhenAll(commands.Select(command => ReleaseAsync(command.Handle))).ConfigureAwait(false);
    }

    private AgentCommand? MakeRoom()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            AgentCommand? dropped = null;
            if (_commands.Count + _starting >= options.MaxCommands)
            {
                dropped = _commands.Find(static one => one.HasEnded) ?? throw new ToolException(
                    $"{_commands.Count + _starting} commands run, as many as this session may have; end one with stop_command: {string.Join(", ", _commands.Select(static one => one.Handle))}.");
                _commands.Remove(dropped);
            }
            _starting++;
            return dropped;
        }
    }

    private AgentCommand Add(AgentCommand command)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _commands.Add(command);
            return command;
        }
    }

    private static CommandSnapshot NoteEnd(AgentCommand command, CommandSnapshot snapshot)
    {
        command.HasEnded |= snapshot.Status != CommandStatus.Running;
        return snapshot;
    }

    private CommandSnapshot Of(IEvent answer, AgentCommand command) => answer is CommandSnapshot snapshot
        ? NoteEnd(command, snapshot)
        : throw new ToolException($"The command {command.Handle} was lost; start it again.");

    private async Task<IEvent> AskAsync(IRegistryCommand question, CancellationToken cancellation) =>
        await (await browser.LifeAsync(cancellation).ConfigureAwait(false)).AskAsync<IEvent>(question, cancellation).ConfigureAwait(false);

    private async Task ReleaseAsync(string handle)
    {
        try
        {
            await AskAsync(new Release(handle), CancellationToken.None).ConfigureAwait(false);
        }
        catch (BrowserStoppedException)
        {
            // The browser ends its commands itself.
        }
    }
}

/// <summary>One command of a session.</summary>
/// <param name="handle">As in the registry.</param>
/// <param name="line">The shell line.</param>
/// <param name="session">Its actor.</param>
/// <param name="processId">Its pid.</param>
internal sealed class AgentCommand(string handle, string line, IActorRef session, int processId)
{
    internal string Handle { get; } = handle;

    internal string Line { get; } = line;

    internal IActorRef Session { get; } = session;

    internal int ProcessId { get; } = processId;

    /// <summary>Whether it is known to have ended.</summary>
    internal bool HasEnded { get; set; }
}
