using Akka.Actor;

namespace ActorBrowser;

/// <summary>Messages that wait until a child is ready, or has ended.</summary>
/// <param name="most">The most messages that may wait.</param>
internal sealed class ReadyBacklog(int most)
{
    private readonly Queue<(object Message, IActorRef Sender, RequestSpan? Span)> _waiting = new();

    internal int Count => _waiting.Count;

    /// <summary>Begins a message's span, so that its wait is part of it.</summary>
    internal static (object Message, RequestSpan? Span) Traced(object message) => message switch
    {
        ChildProcessProtocol.SendToRole { Span: null } send when send.Begin() is { } span => (send with { Span = span }, span),
        ChildProcessProtocol.Ping { Span: null } ping when RequestSpan.Begin("ping", ping.TraceParent) is { } span => (new ChildProcessProtocol.Ping(ping.TraceParent, span), span),
        ChildProcessProtocol.SendToRole send => (send, send.Span),
        _ => (message, (message as ChildProcessProtocol.Ping)?.Span),
    };

    /// <summary>Adds a message, with its span.</summary>
    /// <returns>False if as many wait already as may.</returns>
    internal bool TryAdd(object message, IActorRef sender, RequestSpan? span)
    {
        if (_waiting.Count >= most)
            return false;
        _waiting.Enqueue((message, sender, span));
        return true;
    }

    /// <summary>Sends the messages to the child's actor again, because the child is ready.</summary>
    internal void Release(IActorRef actor)
    {
        while (_waiting.TryDequeue(out var next))
            actor.Tell(next.Message, next.Sender);
    }

    /// <summary>Tells each sender that the child is lost.</summary>
    internal void FailAll(ChildLostException lost)
    {
        while (_waiting.TryDequeue(out var next))
        {
            next.Span?.Fail(lost);
            next.Sender.Tell(new Status.Failure(lost));
        }
    }
}
