using System;
using System.Threading;
using Akka.Actor;

namespace Akka.Event;

/// <summary>Logs dead letters, as many and as often as <c>akka.log-dead-letters</c> says.</summary>
public class DeadLetterListener : ActorBase
{
    private readonly EventStream _eventStream = Context.System.EventStream;
    private readonly int _maxCount = Context.System.Settings.LogDeadLetters;
    private readonly TimeSpan _suspendDuration = Context.System.Settings.LogDeadLettersSuspendDuration;
    private int _count;
    private DateTime? _suspendedUntil;

    protected override void PostRestart(Exception reason)
    {
    }

    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override void PreStart()
    {
        _eventStream.Subscribe(Self, typeof(DeadLetter));
        _eventStream.Subscribe(Self, typeof(Dropped));
        _eventStream.Subscribe(Self, typeof(UnhandledMessage));
    }

    protected override void PostStop() => _eventStream.Unsubscribe(Self);

    protected override bool Receive(object message)
    {
        if (message is not AllDeadLetters letter)
        {
            return false;
        }

        if (letter.Message is IDeadLetterSuppression)
        {
            return true;
        }

        _count = _count == int.MaxValue ? 1 : _count + 1;
        if (_maxCount == int.MaxValue)
        {
            LogDeadLetter(letter, "");
        }
        else if (_suspendedUntil is { } until)
        {
            ResumeIfOverdue(letter, until);
        }
        else if (_count < _maxCount)
        {
            LogDeadLetter(letter, "");
        }
        else if (_suspendDuration == Timeout.InfiniteTimeSpan)
        {
            LogDeadLetter(letter, ", no more dead letters will be logged");
            Context.Stop(Self);
        }
        else
        {
            LogDeadLetter(letter, $", no more dead letters will be logged in next [{_suspendDuration}]");
            _suspendedUntil = DateTime.UtcNow + _suspendDuration;
        }

        return true;
    }

    private static bool IsReal(IActorRef sender) =>
        sender is not (null or DeadLetterActorRef) && !ReferenceEquals(sender, Context.System.DeadLetters);

    private void ResumeIfOverdue(AllDeadLetters letter, DateTime until)
    {
        if (DateTime.UtcNow > until)
        {
            LogDeadLetter(letter, $", of which {_count - _maxCount - 1} were not logged. The counter will be reset now");
            _count = 0;
            _suspendedUntil = null;
        }
    }

    private void LogDeadLetter(AllDeadLetters letter, string doneMsg)
    {
        var message = WrappedMessage.Unwrap(letter.Message);
        var name = message?.GetType().Name ?? "null";
        var what = $"Message [{name}]"
            + (letter.Message is IWrappedMessage ? $" wrapped in [${letter.Message.GetType().Name}]" : "")
            + (IsReal(letter.Sender) ? $" from {letter.Sender}" : "");
        var to = IsReal(letter.Recipient) ? $" to {letter.Recipient}" : "";
        var encountered = $"[{_count}] dead letters encountered{doneMsg}. ";
        var text = letter switch
        {
            Dropped dropped => $"{what}{to} was dropped. {dropped.Reason}. {encountered}",
            UnhandledMessage => $"{what}{to} was unhandled. {encountered}",
            _ => $"{what} to {letter.Recipient} was not delivered. {encountered}If this is not an expected behavior then {letter.Recipient} may have terminated unexpectedly. ",
        };
        text += "This logging can be turned off or adjusted with configuration settings 'akka.log-dead-letters' and 'akka.log-dead-letters-during-shutdown'.";
        var content = message?.ToString() ?? "null";
        if (content != name)
        {
            text += $" Message content: {content}";
        }

        _eventStream.Publish(new Info(letter.Recipient.Path.ToString(), letter.Recipient.GetType(), text));
    }
}
