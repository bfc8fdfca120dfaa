using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// From a child's channel straight to the one actor that uses the child, past the child's own actor: that one hears of the
/// channel's end after everything was passed, so whoever learns from it that the child is lost has had every frame.
/// Thread-safe.
/// </summary>
/// <param name="child">The child's actor: the sender of what is passed.</param>
internal sealed class UserLine(IActorRef child)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ulong> _inFlight = [];
    private volatile IActorRef _user = ActorRefs.Nobody;

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

    /// <summary>Something begins under this id.</summary>
    internal void Begin(ulong id)
    {
        lock (_lock)
            _inFlight.Add(id);
    }

    /// <summary>Tells the user, if there is one.</summary>
    internal void Tell(object message)
    {
        if (!_user.IsNobody())
            _user.Tell(message, child);
    }

    /// <summary>Passes frames in their order, as one message.</summary>
    internal void Pass(int processId, ChildFrames.UserFrame[] frames)
    {
        lock (_lock)
        {
            foreach (var frame in frames)
            {
                if (frame.Ends)
                    _inFlight.Remove(frame.Id);
            }
        }
        Tell(new RoleTraffic.FromChild(processId, frames));
    }
}
