using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>Tells the actors of this node what they hear of another node's command, under its handle on the cluster. Only for the conversation.</summary>
/// <param name="talkers">The actors.</param>
/// <param name="command">The command.</param>
/// <param name="self">The conversation.</param>
/// <param name="say">Sends a message to the node.</param>
internal sealed class CommandAnswers(CommandTalkers talkers, LostCommand command, IActorRef self, Action<object> say)
{
    private long _taken;

    /// <summary>Passes on what an actor is told.</summary>
    /// <exception cref="WireFormatException">The node may not tell it that.</exception>
    internal void OnHeard(CommandTalkers.Talker talker, object heard)
    {
        switch (heard)
        {
            case OutputChunk or OutputText or OutputGap:
                var feed = FeedOf(talker);
                feed.OnArrived((IEvent)heard);
                Tell(talker, heard);
                Grant(talker.Number, feed);
                break;
            case CommandExited exited:
                Check(exited.Handle);
                var told = FeedOf(talker);
                if (told.Exit is not null)
                    throw new WireFormatException("The command's end was told twice.");
                (told.Exit, command.Exit) = (exited.Exit, exited.Exit);
                Tell(talker, exited with { Handle = command.Handle });
                break;
            case CommandClosed closed:
                Check(closed.Handle);
                if (FeedOf(talker).Exit is not { } exit)
                    throw new WireFormatException("The command's last process has ended before its first one.");
                if (!IsSame(exit, closed.Exit))
                    throw new WireFormatException("The command's end was told in two ways.");
                command.Exit = closed.Exit;
                Tell(talker, closed with { Handle = command.Handle });
                EndFeed(talker);
                break;
            case InputTaken or InputRefused when !talker.HasWritten:
                throw new WireFormatException("An actor that has written nothing was told of its input.");
            case InputTaken taken:
                _taken = Math.Max(_taken, taken.Taken);
                Answer(talker, taken, static question => question is WriteInput, all: true);
                break;
            case InputRefused:
                Answer(talker, heard, static question => question is WriteInput, all: true);
                break;
            case SpillFailed:
                FeedOf(talker);
                Tell(talker, heard);
                break;
            case CommandSnapshot snapshot:
                Check(snapshot.Handle);
                command.OnSnapshot(snapshot);
                Answer(talker, snapshot with { Handle = command.Handle }, static question => question is GetSnapshot or Poll or KillCommand);
                break;
            case Waited waited:
                Check(waited.Snapshot.Handle);
                command.OnSnapshot(waited.Snapshot);
                Answer(talker, waited with { Snapshot = waited.Snapshot with { Handle = command.Handle } }, static question => question is Wait);
                break;
            case Released released:
                Check(released.Handle);
                Answer(talker, released with { Handle = command.Handle }, static question => question is Release);
                break;
            case UnknownHandle unknown:
                Check(unknown.Handle);
                AnswerAny(talker, new UnknownHandle(command.Handle));
                break;
            case NodeFailure failure:
                // Of that node's browser, not of this one's.
                AnswerAny(talker, new Akka.Actor.Status.Failure(failure.Kind == NodeFailureKind.Stopped ? new NodeLostException("The command's node is stopping.") : failure.ToException()));
                break;
        }
    }

    /// <summary>Grants the node what a subscriber allows.</summary>
    internal void Grant(long number, OutputFeed feed)
    {
        if (feed.TakeGrant() is > 0 and var bytes)
            say(new CommandSaid(number, new GrantOutput(bytes)));
    }

    /// <summary>The node is lost: each subscriber gets the end, and each question its answer.</summary>
    /// <param name="cause">What the end says.</param>
    /// <param name="failure">The answer to questions about a command that was asked for elsewhere, of which nothing is known here; null if it was asked for here.</param>
    /// <param name="problem">One sentence.</param>
    internal void TellOfLoss(ExitCause cause, Akka.Actor.Status.Failure? failure, string problem)
    {
        foreach (var talker in talkers.All)
        {
            if (talker.Feed is { } feed)
            {
                if (feed.Exit is null)
                    Tell(talker, new CommandExited(command.Handle, command.End(cause)));
                Tell(talker, command.Closed(cause, feed));
            }
            // An Ask has one answer.
            if (talker is { HasWritten: true, Actor: not MinimalActorRef })
                Tell(talker, new InputTaken(_taken, Ended: true));
            foreach (var question in talker.Questions)
            {
                Tell(talker, question switch
                {
                    WriteInput => new InputRefused(problem),
                    _ when failure is not null => failure,
                    Wait => new Waited(command.Snapshot(cause), TimedOut: false),
                    Release => new Released(command.Handle, Found: true),
                    _ => command.Snapshot(cause),
                });
            }
        }
    }

    private void AnswerAny(CommandTalkers.Talker talker, object answer)
    {
        if (talker.Feed is not { } feed)
        {
            // Also what needs no answer may be refused, such as a signal; there is nobody to tell then.
            if (talker.Questions.Count > 0 || talker.HasWritten)
                Answer(talker, answer, static _ => true, all: talker.Questions.Count == 0);
            return;
        }
        // As locally, the actor that asked for the subscription learns that there is none.
        EndFeed(talker);
        feed.Asker.Tell(answer, self);
    }

    private void EndFeed(CommandTalkers.Talker talker)
    {
        if (talker.Feed is not null && talkers.Unsubscribe(talker.Actor) is > 0 and var number)
            say(new CommandForget(number));
    }

    // The node has one name for the command; an empty one if it has no such command.
    private void Check(string handle)
    {
        if (handle != command.Local && handle.Length > 0)
            throw new WireFormatException($"What arrived is of another command, {VisibleText.Line(handle)}.");
    }

    // When all is over, a node adds what it has found out, and that there was more output than is allowed.
    private static bool IsSame(CommandExit exit, CommandExit last) => (last.Cause == exit.Cause || (exit.Cause, last.Cause) == (ExitCause.Itself, ExitCause.OutputLimit))
        && last with { Cause = exit.Cause, Blocked = exit.Blocked, IsBlockedTold = exit.IsBlockedTold, Appeared = exit.Appeared } == exit;

    private static OutputFeed FeedOf(CommandTalkers.Talker talker) => talker.Feed ?? throw new WireFormatException("Output, or an end, arrived for an actor that has not subscribed.");

    private void Answer(CommandTalkers.Talker talker, object answer, Predicate<object> isAnswered, bool all = false)
    {
        if (all)
            talker.Questions.RemoveAll(isAnswered);
        else if (talker.Questions.FindIndex(isAnswered) is >= 0 and var index)
            talker.Questions.RemoveAt(index);
        else
            throw new WireFormatException($"A {answer.GetType().Name} arrived that nobody asked for.");
        Tell(talker, answer);
        // A writer hears later what the command takes; an Ask has had its answer.
        if (talker.Questions.Count > 0 || (talker.HasWritten && talker.Actor is not MinimalActorRef))
            return;
        talkers.Forget(talker);
        say(new CommandForget(talker.Number));
    }

    private void Tell(CommandTalkers.Talker talker, object message)
    {
        // A message without a sender expects no answer.
        if (!talker.Actor.IsNobody() && talker.Actor is not EmptyLocalActorRef)
            talker.Actor.Tell(message, self);
    }
}
