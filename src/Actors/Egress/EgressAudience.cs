using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The commands of one world, which share its egress. Thread-safe.</summary>
internal sealed class EgressAudience
{
    private readonly Lock _lock = new();
    private readonly List<Member> _members = [];

    /// <summary>The oldest command; null if none runs. In a shared world it stands for all: a connection does not say whose it is.</summary>
    internal Member? First
    {
        get
        {
            lock (_lock)
                return _members.Count > 0 ? _members[0] : null;
        }
    }

    /// <summary>Adds a command.</summary>
    /// <param name="handle">Its handle.</param>
    /// <param name="display">As shown in lists.</param>
    /// <param name="session">Its actor.</param>
    /// <param name="span">Its span; default for none.</param>
    internal void Join(string handle, string display, IActorRef session, ActivityContext span)
    {
        lock (_lock)
            _members.Add(new Member(handle, display, session, span));
    }

    internal void Leave(string handle)
    {
        lock (_lock)
            _members.RemoveAll(member => member.Handle == handle);
    }

    /// <summary>Tells every command.</summary>
    internal void Tell(object message)
    {
        lock (_lock)
        {
            foreach (var member in _members)
                member.Session.Tell(message, ActorRefs.NoSender);
        }
    }

    internal sealed record Member(string Handle, string Display, IActorRef Session, ActivityContext Span);
}
