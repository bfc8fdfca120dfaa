using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// Between a child's channel and the actors that use the child, both ways and past the child's own actor: that one hears
/// of the channel's end after everything was passed, so whoever learns from it that the child is lost has had every frame.
/// What is about something that an actor has begun goes to that actor, all else to the child's user. Thread-safe.
/// </summary>
/// <param name="child">The child's actor: the sender of what is passed.</param>
/// <param name="maxBody">The longest frame body, in bytes.</param>
internal sealed class ChildRouter(IActorRef child, int maxBody)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, IActorRef?> _inFlight = [];
    private volatile IActorRef _user = ActorRefs.Nobody;
    private volatile IChannel? _channel;
    private volatile Func<string?>? _limitHit;

    internal IActorRef Child => child;

    /// <summary>The child's pid, from when it is ready.</summary>
    internal int ProcessId { get; private set; }

    internal IActorRef User { set => _user = value; }

    /// <summary>The ids of what has begun and not ended.</summary>
    internal ulong[] InFlight
    {
        get
        {
            lock (_lock)
                return [.. _inFlight.Keys];
        }
    }

    /// <summary>The child is ready.</summary>
    internal void Open(IChannel channel, int processId, Func<string?>? limitHit = null)
    {
        _limitHit = limitHit;
        ProcessId = processId;
        _channel = channel;
    }

    /// <summary>Which limit of the child's control group one of its processes was killed or refused at; null for none.</summary>
    internal string? LimitHit() => _limitHit?.Invoke();

    /// <summary>The child takes no more.</summary>
    internal void Close() => _channel = null;

    /// <summary>Queues a frame for the child, until <see cref="Flush"/>. Once the child takes no more, it is dropped.</summary>
    /// <param name="id">Of what the frame is about.</param>
    /// <param name="message">The frame.</param>
    /// <param name="opens">Whether something begins with it that is in flight until a frame from the child ends it.</param>
    /// <param name="receiver">Who gets the frames about what begins; null for the child's user.</param>
    /// <param name="descriptors">Ride on the frame; the router owns them from now on.</param>
    internal void Send<T>(ulong id, in T message, bool opens = false, IActorRef? receiver = null, params ReadOnlySpan<SafeDescriptor> descriptors) where T : struct, IWireMessage<T>
    {
        // Even when it is dropped: its actor hears of the loss like all others.
        if (opens)
        {
            lock (_lock)
                _inFlight[id] = receiver;
        }
        if (_channel is not { } channel)
        {
            SafeDescriptor.DisposeAll(descriptors);
            return;
        }
        switch (descriptors.IsEmpty ? channel.Write(id, message) : channel.Write(id, message, descriptors))
        {
            case WriteOutcome.Queued or WriteOutcome.Closed:
                // Closed: the channel's end is on its way to the child's actor, which answers for what is pending.
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

    /// <summary>Sends what is queued.</summary>
    internal void Flush() => _channel?.Flush();

    /// <summary>Passes a refused call to the actor whose request caused it, else to the user.</summary>
    internal void Pass(ChildProcessProtocol.SandboxViolated violated)
    {
        IActorRef? receiver;
        lock (_lock)
            _inFlight.TryGetValue(violated.Violation.Session, out receiver);
        (receiver ?? _user).Tell(violated, child);
    }

    /// <summary>Passes frames of the child's in their order; the user gets its own as one message. Without a user their descriptors are closed.</summary>
    internal void Pass(ChildFrames.UserFrame[] frames)
    {
        IActorRef?[]? receivers = null;
        lock (_lock)
        {
            for (var i = 0; i < frames.Length; i++)
            {
                if (_inFlight.TryGetValue(frames[i].Id, out var receiver) && receiver is not null)
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
}
