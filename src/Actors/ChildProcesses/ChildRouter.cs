using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// Routes frames between a child's channel and the actors that use the child, bypassing the child's actor. That actor learns of the
/// channel's end only after every frame was passed, so users have every frame before they learn that the child is lost. Frames for an
/// actor's own request go to that actor; all others go to the child's user. Thread-safe.
/// </summary>
/// <param name="child">The child's actor, the sender of each message.</param>
/// <param name="maxBody">The longest frame body, in bytes.</param>
internal sealed class ChildRouter(IActorRef child, int maxBody)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Request> _inFlight = [];
    private readonly Dictionary<ulong, RequestSpan> _traced = [];
    private volatile IActorRef _user = ActorRefs.Nobody;
    private volatile IChannel? _channel;
    private volatile Func<string?>? _limitHit;
    private volatile Func<NetworkListener[]>? _takeListeners;
    private volatile CommandConfinement? _confinement;
    private volatile int _asked;

    internal IActorRef Child => child;

    /// <summary>The child's pid, once it is ready.</summary>
    internal int ProcessId { get; private set; }

    internal IActorRef User { set => _user = value; }

    /// <summary>How the child was started; null before it is ready.</summary>
    internal ChildStart? Start { get; private set; }

    /// <summary>The site or tab that has borrowed the child, for a task manager; null while it is not lent.</summary>
    internal ChildLoan? Loan { get; set; }

    /// <summary>How many requests the child has not ended.</summary>
    internal int Load
    {
        get
        {
            lock (_lock)
                return _inFlight.Count + _asked;
        }
    }

    /// <summary>The names of the requests in flight that have one, such as commands, for a task manager; at most <paramref name="most"/>.</summary>
    internal string[] NamesInFlight(int most)
    {
        lock (_lock)
            return [.. _inFlight.Values.Where(static request => request.Name is not null).Take(most).Select(static request => request.Name!)];
    }

    /// <summary>The listening sockets of the child's own network, which the caller owns from now on; none if it has no such network.</summary>
    internal NetworkListener[] TakeListeners() => _takeListeners?.Invoke() ?? [];

    /// <summary>How many requests the child's own actor has sent and not got an answer to.</summary>
    internal int Asked { set => _asked = value; }

    /// <summary>The span of the one request on which the child works; null if it works on none or on several, or if that request is not traced.</summary>
    internal RequestSpan? OnlyWork
    {
        get
        {
            lock (_lock)
            {
                if (_traced.Count != 1)
                    return null;
                var (id, span) = _traced.Single();
                var others = _inFlight.ContainsKey(id) ? _inFlight.Count - 1 + _asked : PendingTable.IsIdOf(id) ? _inFlight.Count + _asked - 1 : _inFlight.Count + _asked;
                return others == 0 ? span : null;
            }
        }
    }

    /// <summary>The ids of the requests that the child has not ended.</summary>
    internal ulong[] InFlight
    {
        get
        {
            lock (_lock)
                return [.. _inFlight.Keys];
        }
    }

    /// <summary>What confines the child; null before it is ready.</summary>
    internal CommandConfinement? Confinement => _confinement;

    /// <summary>Opens the router, because the child is ready.</summary>
    internal void Open(IChannel channel, int processId, Func<string?>? limitHit = null, ChildStart? start = null, Func<NetworkListener[]>? takeListeners = null, CommandConfinement? confinement = null)
    {
        _confinement = confinement;
        _takeListeners = takeListeners;
        Start = start;
        _limitHit = limitHit;
        ProcessId = processId;
        _channel = channel;
    }

    /// <summary>The limit of the child's control group at which the kernel killed or refused one of its processes; null for none.</summary>
    internal string? LimitHit() => _limitHit?.Invoke();

    /// <summary>Closes the router: later frames to the child are dropped.</summary>
    internal void Close() => _channel = null;

    /// <summary>Queues a frame for the child until <see cref="Flush"/>. A frame for a child that accepts no more is dropped.</summary>
    /// <param name="id">The request's id.</param>
    /// <param name="message">The frame.</param>
    /// <param name="opens">Whether the frame begins a request, which stays in flight until a frame from the child ends it.</param>
    /// <param name="receiver">The actor that gets the request's frames; null for the child's user.</param>
    /// <param name="span">The span of the request that the frame begins; null for none.</param>
    /// <param name="name">The request's name for a task manager, such as a command; null for none.</param>
    /// <param name="descriptors">Sent with the frame; the router owns them from now on.</param>
    internal void Send<T>(ulong id, in T message, bool opens = false, IActorRef? receiver = null, RequestSpan? span = null, string? name = null, params ReadOnlySpan<SafeDescriptor> descriptors) where T : struct, IWireMessage<T>
    {
        // Recorded even if the frame is dropped: the request's actor is then told of the loss like all others.
        if (opens)
        {
            lock (_lock)
                _inFlight[id] = new Request(receiver, name);
        }
        if (_channel is not { } channel)
        {
            SafeDescriptor.DisposeAll(descriptors);
            return;
        }
        if (span is not null)
            Announce(span, id, channel);
        switch (descriptors.IsEmpty ? channel.Write(id, message) : channel.Write(id, message, descriptors))
        {
            case WriteOutcome.Queued or WriteOutcome.Closed:
                // Closed: the channel's end is already on its way to the child's actor, which fails everything that is pending.
                break;
            case WriteOutcome.QueueFull:
                child.Tell(ChildFrames.QueueFull.Instance, ActorRefs.NoSender);
                break;
            case WriteOutcome.TooLarge:
                Pass([new ChildFrames.TooLarge(id, maxBody)]);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Tells the child that the request whose frame comes next is traced, unless nothing of it is recorded.</summary>
    internal void Announce(RequestSpan span, ulong id, IChannel channel, bool hasWaited = true)
    {
        if (span.Send(this, id, hasWaited) is not { } trace)
            return;
        lock (_lock)
            _traced[id] = span;
        channel.Write(id, trace);
    }

    /// <summary>A request's span has ended.</summary>
    internal void Forget(ulong id, RequestSpan span)
    {
        lock (_lock)
        {
            if (_traced.TryGetValue(id, out var traced) && traced == span)
                _traced.Remove(id);
        }
    }

    /// <summary>The child has worked on a request. Spans of a request that is not traced, or has ended, are dropped.</summary>
    internal void Take(ulong id, in Spans spans)
    {
        RequestSpan? span;
        lock (_lock)
            _traced.TryGetValue(id, out span);
        span?.Add(spans);
    }

    /// <summary>Sends the queued frames.</summary>
    internal void Flush() => _channel?.Flush();

    /// <summary>Passes a refused call to the actor whose request caused it, or else to the user.</summary>
    internal void Pass(ChildProcessProtocol.SandboxViolated violated)
    {
        Request request;
        lock (_lock)
            _inFlight.TryGetValue(violated.Violation.Session, out request);
        (request.Receiver ?? _user).Tell(violated, child);
    }

    /// <summary>Passes a message to the actor of the only request that the child works on; false if it has another number of them.</summary>
    internal bool PassToOnly(object message)
    {
        IActorRef? receiver;
        lock (_lock)
            receiver = _inFlight.Count == 1 ? _inFlight.Values.First().Receiver : null;
        receiver?.Tell(message, child);
        return receiver is not null;
    }

    /// <summary>Passes the child's frames on in order; the user gets its frames as one message. Without a user, closes their descriptors.</summary>
    internal void Pass(ChildFrames.UserFrame[] frames)
    {
        IActorRef?[]? receivers = null;
        lock (_lock)
        {
            for (var i = 0; i < frames.Length; i++)
            {
                if (_inFlight.TryGetValue(frames[i].Id, out var request) && request.Receiver is { } receiver)
                    (receivers ??= new IActorRef?[frames.Length])[i] = receiver;
                if (frames[i].Ends)
                    _inFlight.Remove(frames[i].Id);
            }
        }
        if (receivers is not null)
        {
            for (var i = 0; i < frames.Length; i++)
                receivers[i]?.Tell(frames[i], child);
            frames = [.. frames.Where((_, i) => receivers[i] is null)];
        }
        if (frames.Length == 0)
            return;
        if (_user is var user && user.IsNobody())
            RoleTraffic.CloseUntaken(frames);
        else
            user.Tell(new RoleTraffic.WorkBatch(ProcessId, frames), child);
    }

    private readonly record struct Request(IActorRef? Receiver, string? Name);
}

/// <summary>Who has borrowed a child, for a task manager.</summary>
/// <param name="Site">The site that it works for.</param>
internal sealed record ChildLoan(string Site)
{
    /// <summary>The tab whose page it holds; null for none.</summary>
    internal IActorRef? Tab { get; init; }

    /// <summary>The page's title; empty for none.</summary>
    internal string Title { get; init; } = "";
}
