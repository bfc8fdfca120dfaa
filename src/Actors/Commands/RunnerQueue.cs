using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// One profile's runner as its commands see it: what they send goes to the process at once, past the runner's actor, or
/// waits, in its order, until there is one. What the runner sends about a command goes to the command's session. Thread-safe.
/// </summary>
internal sealed class RunnerQueue
{
    private readonly Lock _lock = new();
    private readonly List<Outgoing> _waiting = [];
    private IActorRef _runner = ActorRefs.Nobody;
    private ChildRouter? _router;
    private bool _stopped;

    /// <summary>Whether a process of the runner's has ever been given work.</summary>
    internal bool WasUsed { get; private set; }

    /// <summary>Whether something waits for a process.</summary>
    internal bool HasWaiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count > 0;
        }
    }

    /// <summary>The runner's own folder for temporary files; null where its profile grants none.</summary>
    internal string? Temporary { get; init; }

    /// <summary>The folder for temporary files as its commands see it; null for what the environment says.</summary>
    internal string? TemporarySeen { get; init; }

    /// <summary>Whether the process has a file system and processes of its own: nothing of it is left when it is gone.</summary>
    internal bool HasWorld { get; init; }

    /// <summary>Whether it is for one command and no other.</summary>
    internal bool ServesOne { get; init; }

    /// <summary>The runner's workspace, kept open so that its inode number is not given to another folder before the queue stops.</summary>
    internal SafeDescriptor? Workspace { get; init; }

    /// <summary>The names of its workspace that its world does not hold; null where it writes none.</summary>
    internal ProtectedNames? Names { get; init; }

    /// <summary>The actor that is asked for a process when there is none.</summary>
    internal IActorRef Runner { set => _runner = value; }

    /// <summary>Asks for a command. Its frames go to the session; the runner's loss is told by the registry.</summary>
    /// <param name="id">The command's id.</param>
    /// <param name="request">What to start.</param>
    /// <param name="session">Who gets the frames about it.</param>
    /// <param name="descriptors">Ride on the request; the queue owns them from now on.</param>
    internal void Begin<T>(ulong id, in T request, IActorRef session, SafeDescriptor[] descriptors) where T : struct, IWireMessage<T> =>
        Send(new Outgoing<T>(id, request, session, descriptors));

    /// <summary>Sends something about a command. About one that was lost it is dropped.</summary>
    internal void Send<T>(ulong id, in T message) where T : struct, IWireMessage<T> => Send(new Outgoing<T>(id, message, null, []));

    /// <summary>Which limit its processes were killed or refused at, together; null for none.</summary>
    internal string? LimitHit()
    {
        ChildRouter? router;
        lock (_lock)
            router = _router;
        return router?.LimitHit();
    }

    /// <summary>Which protected names there are in its workspace now that were not when its world was made.</summary>
    internal IReadOnlyList<string> Appeared()
    {
        lock (_lock)
            return _stopped || Names is null ? [] : Names.Appeared();
    }

    /// <summary>Takes a command back that no process has been given yet, and all that waits about it.</summary>
    /// <returns>False when a process has it, or it is gone.</returns>
    internal bool TryWithdraw(ulong id)
    {
        lock (_lock)
        {
            var taken = _waiting.FindAll(waiting => waiting.Id == id);
            foreach (var outgoing in taken)
            {
                _waiting.Remove(outgoing);
                outgoing.Discard();
            }
            return taken.Count > 0;
        }
    }

    /// <summary>The process has broken the protocol.</summary>
    internal void Report(ProtocolViolation violation)
    {
        lock (_lock)
            _router?.Child.Tell(new ChildProcessActor.ReportViolation(violation), ActorRefs.NoSender);
    }

    /// <summary>There is a process: what waited goes to it.</summary>
    internal void Open(ChildRouter router)
    {
        lock (_lock)
        {
            _router = router;
            foreach (var outgoing in _waiting)
                SendNow(outgoing, router);
            _waiting.Clear();
        }
        router.Flush();
    }

    /// <summary>There is no process.</summary>
    /// <returns>The ids of the commands that it had and whose end it has not told.</returns>
    internal ulong[] Close()
    {
        lock (_lock)
        {
            var lost = _router?.InFlight ?? [];
            _router = null;
            return lost;
        }
    }

    /// <summary>There will be no process for what waits.</summary>
    /// <returns>The ids of the commands that will not begin.</returns>
    internal ulong[] Discard()
    {
        lock (_lock)
        {
            ulong[] ids = [.. _waiting.Where(static waiting => waiting.Begins).Select(static waiting => waiting.Id)];
            foreach (var waiting in _waiting)
                waiting.Discard();
            _waiting.Clear();
            return ids;
        }
    }

    /// <summary>The runner has stopped: nothing is sent or waits any more.</summary>
    internal void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            Workspace?.Dispose();
            _router = null;
            Discard();
        }
    }

    private void Send(Outgoing outgoing)
    {
        ChildRouter? router;
        lock (_lock)
        {
            router = _router;
            if (router is not null)
                SendNow(outgoing, router);
            else if (!_stopped && (outgoing.Begins || _waiting.Exists(waiting => waiting.Id == outgoing.Id)))
                _waiting.Add(outgoing);
            else
                outgoing.Discard();
        }
        if (router is not null)
            router.Flush();
        else if (outgoing.Begins)
            _runner.Tell(CommandRunner.Wanted.Instance, ActorRefs.NoSender);
    }

    private void SendNow(Outgoing outgoing, ChildRouter router)
    {
        outgoing.SendOn(router);
        WasUsed = true;
    }

    private abstract class Outgoing(ulong id)
    {
        internal ulong Id { get; } = id;

        internal abstract bool Begins { get; }

        internal abstract void SendOn(ChildRouter router);

        internal abstract void Discard();
    }

    private sealed class Outgoing<T>(ulong id, in T message, IActorRef? session, SafeDescriptor[] descriptors) : Outgoing(id) where T : struct, IWireMessage<T>
    {
        private readonly T _message = message;

        internal override bool Begins => session is not null;

        internal override void SendOn(ChildRouter router) => router.Send(Id, _message, Begins, session, descriptors);

        internal override void Discard() => SafeDescriptor.DisposeAll(descriptors);
    }
}
