using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// One profile's runner as its commands see it. Their frames go straight to the process, bypassing the runner's actor, or are queued
/// in order until there is a process. Frames about a command go to its session. Thread-safe.
/// </summary>
internal sealed class RunnerQueue
{
    private readonly Lock _lock = new();
    private readonly List<Outgoing> _waiting = [];
    private IActorRef _runner = ActorRefs.Nobody;
    private ChildRouter? _router;
    private bool _stopped;

    /// <summary>Whether a process of this runner was ever given work.</summary>
    internal bool WasUsed { get; private set; }

    /// <summary>Whether frames wait for a process.</summary>
    internal bool HasWaiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count > 0;
        }
    }

    /// <summary>The runner's folder for temporary files; null if its profile grants none.</summary>
    internal string? Temporary { get; init; }

    /// <summary>The path of that folder as its commands see it; null for what the environment says.</summary>
    internal string? TemporarySeen { get; init; }

    /// <summary>Whether the process has its own file system and pid namespace, so that nothing is left when it is gone.</summary>
    internal bool HasWorld { get; init; }

    /// <summary>Whether it serves one command only.</summary>
    internal bool ServesOne { get; init; }

    /// <summary>Its commands, as its egress knows them; null if its profile has no named egress, or none here.</summary>
    internal EgressAudience? Egress { get; init; }

    /// <summary>The variables by which its commands' programs find the egress and its certificates, and the placeholders of secrets.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];

    /// <summary>Why its commands have no network although their profile has a named egress; null if they have one, or need none.</summary>
    internal string? WhyNoEgress { get; init; }

    /// <summary>Its workspace, kept open so that the inode number is not reused for another folder until the runner stops.</summary>
    internal SafeDescriptor? Workspace { get; init; }

    /// <summary>Held until its command has ended, so that the command's scratch is not applied meanwhile; null for none. Who is told of the end may apply it at once.</summary>
    internal IDisposable? Scratch { get; init; }

    /// <summary>The protected names of its workspace that its world does not hold; null if the workspace is not writable.</summary>
    internal ProtectedNames? Names { get; init; }

    /// <summary>The actor to ask for a process if there is none.</summary>
    internal IActorRef Runner { set => _runner = value; }

    /// <summary>Requests a command. Its frames go to the session; the registry reports the loss of the runner.</summary>
    /// <param name="id">The command's id.</param>
    /// <param name="request">The command to start.</param>
    /// <param name="session">The actor that gets the command's frames.</param>
    /// <param name="descriptors">Sent with the request; the queue owns them from now on.</param>
    /// <param name="span">The command's span; null for none.</param>
    /// <param name="name">The command, for a task manager.</param>
    internal void Begin<T>(ulong id, in T request, IActorRef session, SafeDescriptor[] descriptors, RequestSpan? span = null, string? name = null) where T : struct, IWireMessage<T> =>
        Send(new Outgoing<T>(id, request, session, span, name, descriptors));

    /// <summary>Sends a frame about a command; it is dropped if the command was lost.</summary>
    internal void Send<T>(ulong id, in T message) where T : struct, IWireMessage<T> => Send(new Outgoing<T>(id, message, null, null, null, []));

    /// <summary>The limit at which one of its processes was killed or refused; null for none.</summary>
    internal string? LimitHit()
    {
        ChildRouter? router;
        lock (_lock)
            router = _router;
        return router?.LimitHit();
    }

    /// <summary>What confines its process, and so its commands; null if it has none.</summary>
    internal CommandConfinement? Confinement()
    {
        lock (_lock)
            return _router?.Confinement;
    }

    /// <summary>Returns the protected names that exist in its workspace now and did not when its world was made.</summary>
    internal IReadOnlyList<string> Appeared()
    {
        lock (_lock)
            return _stopped || Names is null ? [] : Names.Appeared();
    }

    /// <summary>Withdraws a command that no process has been given yet, with all its queued frames.</summary>
    /// <returns>False if a process has it, or it is gone.</returns>
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

    /// <summary>Reports that the process broke the protocol.</summary>
    internal void Report(ProtocolViolation violation)
    {
        lock (_lock)
            _router?.Child.Tell(new ChildProcessActor.ReportViolation(violation), ActorRefs.NoSender);
    }

    /// <summary>A process is ready: sends it what was queued.</summary>
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

    /// <summary>The process is gone.</summary>
    /// <returns>The ids of the commands that it had and whose end it did not report.</returns>
    internal ulong[] Close()
    {
        lock (_lock)
        {
            var lost = _router?.InFlight ?? [];
            _router = null;
            return lost;
        }
    }

    /// <summary>No process will come for the queued commands.</summary>
    /// <returns>The ids of the commands that will not start.</returns>
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

    /// <summary>The runner has stopped: nothing is sent or queued any more.</summary>
    internal void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            Workspace?.Dispose();
            Scratch?.Dispose();
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

    private sealed class Outgoing<T>(ulong id, in T message, IActorRef? session, RequestSpan? span, string? name, SafeDescriptor[] descriptors) : Outgoing(id) where T : struct, IWireMessage<T>
    {
        private readonly T _message = message;

        internal override bool Begins => session is not null;

        internal override void SendOn(ChildRouter router) => router.Send(Id, _message, Begins, session, span, name, descriptors);

        internal override void Discard() => SafeDescriptor.DisposeAll(descriptors);
    }
}
