using System.Buffers;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// Checks what a role's children send, and turns it into answers. Children may be hostile: each method returns null, or the sentence
/// for which the child is ended. Only for the role's actor.
/// </summary>
internal sealed class RoleReceiver(RoleDefinition role, RoleSettings limits, IActorRef self, ILoggingAdapter log)
{
    // A longer answer is read on the thread pool, so that the role's other requests do not wait for it.
    private const int ReadHere = 32 << 10;

    /// <summary>The end of a stream or of a one-way message.</summary>
    private static readonly object NoAnswer = new();

    /// <summary>The answer is being read; <see cref="RoleCommands.AnswerRead"/> follows.</summary>
    internal static readonly object Pending = new();

    /// <summary>Takes a reply.</summary>
    /// <param name="child">The child.</param>
    /// <param name="call">The request that it answers.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="sender">Grants credit.</param>
    /// <param name="answer">What to tell the asker if the reply ends the request; null for nothing.</param>
    internal string? OnReply(RoleChild child, RoleCall call, ChildFrames.Reply reply, RoleSender sender, out object? answer)
    {
        answer = null;
        var kind = call.Handler.Kind;
        switch (reply.Kind)
        {
            case RoleReplyKind.Part:
                return OnPart(child, call, reply.Data, sender);
            case RoleReplyKind.Items when kind == RoleMessageKind.Stream:
                return OnItems(call, reply.Data);
            case RoleReplyKind.Answer when kind == RoleMessageKind.Request:
                return OnAnswer(child, call, call.Take(reply.Data), out answer);
            case RoleReplyKind.End when kind != RoleMessageKind.Request && reply.Data.Length == 0:
                answer = NoAnswer;
                return null;
            case RoleReplyKind.Failed:
                return OnFailed(call, call.Take(reply.Data), out answer);
            default:
                return $"The {role.Name} child sent {reply.Kind} for a {kind}.";
        }
    }

    /// <summary>Takes an event, and sends it to the subscribers.</summary>
    internal string? OnEvent(RoleChild child, ChildFrames.Reply reply, RoleSender sender, IEnumerable<IActorRef> subscribers)
    {
        if (reply.Id != 0 || reply.Index >= role.Events.Length)
            return $"The {role.Name} child published an event with the id {reply.Id} and the number {reply.Index}; the role has {role.Events.Length}.";
        child.EventCredit -= reply.Data.Length;
        if (child.EventCredit < -Payload.Piece)
            return $"The {role.Name} child sent {-child.EventCredit} bytes of events more than it was granted.";
        object published;
        try
        {
            published = role.Events[reply.Index].Read(role.Codec.Value, new ReadOnlySequence<byte>(reply.Data));
        }
        catch (RoleFormatException e)
        {
            return e.Message;
        }
        foreach (var subscriber in subscribers)
            subscriber.Tell(published, self);
        child.EventCredit += reply.Data.Length;
        if (reply.Data.Length > 0)
            sender.Grant(child, 0, reply.Data.Length);
        return null;
    }

    private string? OnPart(RoleChild child, RoleCall call, byte[] data, RoleSender sender)
    {
        // Parts have their length, so that a message has no more of them than its bytes need.
        if (data.Length != sender.Piece)
            return $"The {role.Name} child sent a part of {data.Length} bytes; it has {sender.Piece}.";
        if (Charge(call, data.Length) is { } exceeded)
            return exceeded;
        // What may follow the longest answer in its last frame.
        if (call.Add(data) > limits.MaxMessage + Payload.Piece)
            return $"The {role.Name} child sent more than the {limits.MaxMessage} bytes that actorbrowser.{RoleSettings.Defaults}.max-message allows.";
        if (call.Sink is not null && call.Unread >= limits.Window)
        {
            call.Owed += data.Length;
        }
        else if (!call.IsOver)
        {
            call.Credit += data.Length;
            sender.Grant(child, call.Id, data.Length);
        }
        return null;
    }

    private string? OnItems(RoleCall call, byte[] data)
    {
        var cost = RoleReply.CostOf(data.Length);
        if (Charge(call, cost) is { } exceeded)
            return exceeded;
        var items = call.Take(data);
        if (items.IsEmpty)
            return $"The {role.Name} child sent no items.";
        if (call.IsOver)
            return null;
        call.Unread += cost;
        call.Sink!.Add(new RoleStreamSink.Batch(items, cost));
        return null;
    }

    private string? Charge(RoleCall call, int bytes)
    {
        call.Credit -= bytes;
        return call.Credit >= -Payload.Piece ? null : $"The {role.Name} child sent {-call.Credit} bytes more than it was granted.";
    }

    private string? OnAnswer(RoleChild child, RoleCall call, ReadOnlySequence<byte> bytes, out object? answer)
    {
        answer = null;
        if (call.IsOver)
            return null;
        if (call.IsRaw)
        {
            answer = new RawAnswer(bytes);
            return null;
        }
        if (bytes.Length > ReadHere)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static reading => reading.Run(), new Reading(this, child, call, bytes), preferLocal: false);
            answer = Pending;
            return null;
        }
        try
        {
            answer = call.Handler.ReadAnswer(role.Codec.Value, bytes);
            return null;
        }
        catch (RoleFormatException e)
        {
            return e.Message;
        }
    }

    private string? OnFailed(RoleCall call, in ReadOnlySequence<byte> bytes, out object? answer)
    {
        answer = null;
        RoleFailureReport report;
        try
        {
            report = RoleFailureReport.Read(bytes);
        }
        catch (RoleFormatException e)
        {
            return e.Message;
        }
        if (!call.IsOver)
        {
            log.Debug("A {0} failed in a {1} child: {2}", call.Handler.Message.Name, role.Name, report.Message);
            answer = new Status.Failure(RoleFailedException.Of(role.Name, report));
        }
        return null;
    }

    /// <summary>A long answer that is read on the thread pool. Its call has ended for the child, and its asker is answered from there.</summary>
    private sealed class Reading(RoleReceiver receiver, RoleChild child, RoleCall call, ReadOnlySequence<byte> bytes)
    {
        internal void Run()
        {
            object message;
            try
            {
                message = new RoleCommands.AnswerRead(call, call.Handler.ReadAnswer(receiver.Codec, bytes));
            }
            catch (RoleFormatException e)
            {
                message = new RoleCommands.AnswerUnreadable(child, call, e.Message);
            }
            receiver.Self.Tell(message, ActorRefs.NoSender);
        }
    }

    private RoleCodec Codec => role.Codec.Value;

    private IActorRef Self => self;
}
