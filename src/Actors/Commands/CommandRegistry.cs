using ActorBrowser.Interop;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// Starts commands, and answers questions about them by handle. When the table is full, a new command replaces the oldest one that has
/// ended; if none has ended, the registry kills the oldest running command, and the new command waits until that one is gone.
/// </summary>
internal sealed partial class CommandRegistry : UntypedActor
{
    private readonly ActorBrowserSettings _settings;
    private readonly IActorRef _permissions;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CommandTable _commands = new();
    private readonly CommandRunners _runners;
    private readonly Queue<(Spawn Spawn, IActorRef Requester)> _forRoom = new();
    private readonly string _instance = Random.Shared.Next().ToString("x8", null);
    private ulong _lastId;
    private IActorRef? _stopper;

    public CommandRegistry(ActorBrowserSettings settings, IChildLauncher launcher, IActorRef permissions, IActorRef resolver)
    {
        (_settings, _permissions) = (settings, permissions);
        _runners = new CommandRunners(settings, launcher, _log, permissions, resolver);
    }

    internal static Props Props(ActorBrowserSettings settings, IChildLauncher launcher, IActorRef permissions, IActorRef resolver) =>
        Akka.Actor.Props.Create(() => new CommandRegistry(settings, launcher, permissions, resolver));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        if (message is Spawn given)
        {
            if (Own(given) is not { } own)
                return;
            message = own;
        }
        if (!Entry.Admits(message, Sender))
        {
            (message as Spawn)?.InputDescriptor?.Dispose();
            return;
        }
        switch (message)
        {
            case BrowserShutdown.Drain drain:
                OnDrain(drain);
                break;
            case RoleTraffic.WorkBatch from:
                OnFrames(from.Frames);
                break;
            case Spawn spawn:
                OnSpawn(CommandSpans.Begin(_runners.WithProfile(spawn)), Sender);
                break;
            case Poll poll:
                Pass(poll.Handle, poll);
                break;
            case Wait wait:
                Pass(wait.Handle, wait);
                break;
            case KillCommand kill:
                Pass(kill.Handle, kill);
                break;
            case Release release:
                OnRelease(release.Handle);
                break;
            case ListHandles:
                Sender.Tell(new Handles([.. _commands.All.Select(static entry => (entry.Handle, entry.Session, entry.Record is not null))]));
                break;
            case CommandSession.NotStarted failed:
                Drop(failed.Handle, stop: false);
                break;
            case SubscribeTo subscribe:
                Pass(subscribe.Handle, subscribe.Subscription);
                break;
            case CommandSession.Unanswered late:
                OnUnanswered(late);
                break;
            case CommandSession.Over over:
                OnOver(over.Record);
                break;
            case CommandRunner.Lost lost:
                foreach (var id in lost.Commands)
                {
                    if (_commands.TryFind(id, out var entry) && entry.Record is null)
                        entry.Session.Tell(new CommandSession.RunnerLost(lost.Message, lost.Limit));
                }
                break;
            case ChildProcessProtocol.SandboxViolated:
                // The command has ended; while it ran, this would have gone to its session.
                break;
            case Terminated terminated when _runners.TakeStopped(terminated.ActorRef) is { } stopped:
                OnRunnerStopped(stopped);
                break;
            case Terminated terminated:
                OnSessionGone(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Ends every command with TERM and a grace; answers when the last one is gone.
    private void OnDrain(BrowserShutdown.Drain drain)
    {
        _stopper = Sender;
        while (_forRoom.TryDequeue(out var waiting))
            Refuse(waiting.Spawn, waiting.Requester, Stopping);
        foreach (var entry in _commands.Running)
            entry.Session.Tell(new Terminate(_settings.Commands.Grace < drain.Grace ? null : drain.Grace / 2));
        TellIfDrained();
    }

    private static SpawnRefused Stopping { get; } = new(Transport.SpawnFailure.Stopped, 0, BrowserStoppedException.Sentence);

    private void TellIfDrained()
    {
        if (!_commands.Running.Any())
            _stopper?.Tell(BrowserShutdown.Drained.Instance);
    }

    /// <summary>Answers every waiting actor, at a stop and at a restart. The sessions stop first and answer the actors that wait for their commands.</summary>
    protected override void PostStop()
    {
        while (_forRoom.TryDequeue(out var waiting))
            Refuse(waiting.Spawn, waiting.Requester, Stopping);
        foreach (var entry in _commands.All)
        {
            foreach (var releaser in entry.Releasers)
                releaser.Tell(new Released(entry.Handle, Found: true));
        }
        _stopper?.Tell(BrowserShutdown.Drained.Instance);
    }

    private void OnSpawn(Spawn spawn, IActorRef requester)
    {
        if (_stopper is not null)
        {
            Refuse(spawn, requester, Stopping);
            return;
        }
        if (_runners.Refusal(spawn) is { } refusal)
        {
            Refuse(spawn, requester, new SpawnRefused(refusal.Kind, 0, refusal.Message));
            return;
        }
        if (_commands.Count >= _settings.Commands.Capacity && _commands.Droppable is null)
        {
            MakeRoom(spawn, requester);
            return;
        }
        // The old command is dropped after the start, so that the runner gets its request sooner.
        Start(spawn, requester);
        if (_commands.Count > _settings.Commands.Capacity)
            Drop(_commands.Droppable!.Handle, stop: true);
    }

    private void Start(Spawn spawn, IActorRef requester)
    {
        if (_runners.For(spawn, Context, _commands.HasCommandsOf, out var problem) is not { } runner)
        {
            Refuse(spawn, requester, new SpawnRefused(Transport.SpawnFailure.Unavailable, 0, problem!));
            return;
        }
        spawn = CommandPipes.WithoutNull(spawn);
        var request = CommandRequest.Of(spawn, _settings.Commands, runner.TemporarySeen, runner.Variables);
        CommandPipes pipes;
        SafeDescriptor? memory = null;
        var length = 0;
        try
        {
            memory = CommandRequest.Share(request, out length);
            pipes = CommandPipes.Open(spawn);
        }
        catch (SystemCallException e)
        {
            memory?.Dispose();
            _runners.OnEnded(runner, Context);
            Refuse(spawn, requester, new SpawnRefused(Transport.SpawnFailure.NoResources, e.Errno, $"The command's pipes could not be opened: {e.Message}"));
            return;
        }
        var id = ++_lastId;
        var handle = $"cmd-{_instance}-{id}";
        var session = Context.ActorOf(CommandSession.Props(id, handle, spawn, pipes, _settings.Commands, runner, requester, _permissions), handle);
        pipes.StartFeed(session);
        runner.Egress?.Join(handle, spawn.Display, session, spawn.Span?.Context ?? default);
        if (memory is null)
            runner.Begin(id, request, session, pipes.TakeTheirs(), spawn.Span, spawn.Display);
        else
            runner.Begin(id, new Transport.LargeSpawnRequest(length), session, [.. pipes.TakeTheirs(), memory], spawn.Span, spawn.Display);
        Context.Watch(session);
        _commands.Add(new CommandEntry(id, handle, session, runner, spawn.Display, spawn.IsAwaited));
    }

    private static void Refuse(Spawn spawn, IActorRef requester, SpawnRefused refused)
    {
        spawn.InputDescriptor?.Dispose();
        CommandMetrics.Refused(refused.Kind);
        CommandSpans.Refuse(spawn.Span, refused.Kind, refused.Message);
        requester.Tell(refused);
    }

    private void MakeRoom(Spawn spawn, IActorRef requester)
    {
        if (_forRoom.Count >= _settings.Commands.MaxQueued)
        {
            Refuse(spawn, requester, new SpawnRefused(Transport.SpawnFailure.NoResources, 0,
                $"{_commands.Count} commands run and {_forRoom.Count} wait, as many as actorbrowser.commands.capacity and max-queued allow; retry when one has ended."));
            return;
        }
        _forRoom.Enqueue((spawn, requester));
        if (_commands.Victims >= _forRoom.Count || _commands.NextVictim is not { } oldest)
            return;
        oldest.Victim = true;
        _log.Warning("All {0} commands of the registry are running: the oldest, {1} ({2}), is killed to make room", _commands.Count, oldest.Handle, oldest.Display);
        oldest.Session.Tell(new Terminate());
    }

    private void Drop(string handle, bool stop)
    {
        if (!_commands.Remove(handle, out var entry))
            return;
        _runners.OnEnded(entry.Runner, Context);
        Context.Unwatch(entry.Session);
        if (stop)
            Context.Stop(entry.Session);
        foreach (var releaser in entry.Releasers)
            releaser.Tell(new Released(handle, Found: true));
        StartWaiting();
        TellIfDrained();
    }

    private void StartWaiting()
    {
        while (_forRoom.Count > 0 && _commands.Count < _settings.Commands.Capacity)
        {
            var (spawn, requester) = _forRoom.Dequeue();
            Start(spawn, requester);
        }
    }

    private void OnOver(CommandRecord record)
    {
        var handle = record.Snapshot.Handle;
        if (!_commands.TryFind(handle, out var entry))
            return;
        _commands.OnEnded(entry, record);
        _runners.OnEnded(entry.Runner, Context);
        Context.Unwatch(entry.Session);
        entry.Session.Tell(CommandSession.Retire.Instance);
        // If a command waits for room, the first command that ends is dropped for it.
        if (entry.Victim || entry.Releasing || (_forRoom.Count > 0 && !entry.IsAwaited))
            Drop(handle, stop: false);
        else
            TellIfDrained();
    }

    private void OnRelease(string handle)
    {
        if (!_commands.TryFind(handle, out var entry))
        {
            Sender.Tell(new Released(handle, Found: false));
            return;
        }
        entry.Releasers.Add(Sender);
        if (entry.Record is not null)
            Drop(handle, stop: true);
        else
            entry.Session.Tell(new Terminate());
    }

    private void OnRunnerStopped(RunnerQueue queue)
    {
        foreach (var entry in _commands.Running.Where(entry => entry.Runner == queue))
            entry.Session.Tell(new CommandSession.RunnerLost("The actor of the command runner has failed, and its process was killed with it.", Limit: null));
    }

    private void OnSessionGone(IActorRef session)
    {
        // The session failed, and has ended the command's processes.
        if (_commands.OfSession(session) is { } entry)
            Drop(entry.Handle, stop: false);
    }

    private void Pass(string handle, ICommand command)
    {
        if (!_commands.TryFind(handle, out var entry))
            Sender.Tell(new UnknownHandle(handle));
        else if (entry.Record is not { } record)
            entry.Session.Forward(command);
        else
            Answer(record, command);
    }
}
