using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// Between a child's channel and the one actor that uses the child, both ways and past the child's own actor: that one
/// hears of the channel's end after everything was passed, so whoever learns from it that the child is lost has had every
/// frame. Thread-safe.
/// </summary>
/// <param name="child">The child's actor: the sender of what is passed.</param>
/// <param name="maxBody">The longest frame body, in bytes.</param>
internal sealed class ChildLine(IActorRef child, int maxBody)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ulong> _inFlight = [];
    private volatile IActorRef _user = ActorRefs.Nobody;
    private volatile IChannel? _channel;

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
                return [.. _inFlight];
        }
    }

    /// <summary>The child is ready.</summary>
    internal void Open(IChannel channel, int processId)
    {
        ProcessId = processId;
        _channel = channel;
    }

    /// <summary>The child takes no more.</summary>
    internal void Close() => _channel = null;

    /// <summary>Queues a frame for the child, until <see cref="Flush"/>. Once the child takes no more, it is dropped.</summary>
    /// <param name="id">Of what the frame is about.</param>
    /// <param name="message">The frame.</param>
    /// <param name="opens">Whether something begins with it that is in flight until a frame from the child ends it.</param>
    /// <param name="descriptors">Ride on the frame; they are the line's from now on.</param>
    internal void Send<T>(ulong id, in T message, bool opens = false, params ReadOnlySpan<SafeDescriptor> descriptors) where T : struct, IWireMessage<T>
    {
        if (_channel is not { } channel)
        {
            SafeDescriptor.DisposeAll(descriptors);
            return;
        }
        if (opens)
        {
            lock (_lock)
                _inFlight.Add(id);
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

    /// <summary>Tells the user, if there is one.</summary>
    internal void Tell(object message)
    {
        if (!_user.IsNobody())
            _user.Tell(message, child);
    }

    /// <summary>Passes frames of the child's in their order, as one message.</summary>
    internal void Pass(ChildFrames.UserFrame[] frames)
    {
        lock (_lock)
        {
            foreach (var frame in frames)
            {
                if (frame.Ends)
                    _inFlight.Remove(frame.Id);
            }
        }
        Tell(new RoleTraffic.FromChild(ProcessId, frames));
    }
}
