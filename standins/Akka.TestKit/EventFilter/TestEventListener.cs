using System;
using System.Collections.Generic;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.TestKit.TestEvent;

namespace Akka.TestKit;

/// <summary>The default logger, less the events that a filter of the test swallows.</summary>
public class TestEventListener : DefaultLogger
{
    private readonly List<IEventFilter> _filters = [];

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                // Before the answer: the system is in the test's hands once it has come.
                foreach (var type in (Type[])[typeof(Mute), typeof(Unmute), typeof(DeadLetter), typeof(UnhandledMessage)])
                {
                    initialize.LoggingBus.Subscribe(Self, type);
                }

                return base.Receive(message);
            case Mute mute:
                _filters.AddRange(mute.Filters);
                return true;
            case Unmute unmute:
                foreach (var filter in unmute.Filters)
                {
                    _filters.Remove(filter);
                }

                return true;
            case LogEvent logEvent:
                if (!IsSwallowed(logEvent))
                {
                    Print(logEvent);
                }

                return true;
            case DeadLetter letter:
                OnDeadLetter(letter);
                return true;
            default:
                Print(new Debug(Context.System.Name, GetType(), message));
                return true;
        }
    }

    private void OnDeadLetter(DeadLetter letter)
    {
        var (message, sender, recipient) = (letter.Message, letter.Sender, letter.Recipient);
        if (message is Terminate)
        {
            return;
        }

        var source = recipient.Path.ToString();
        if (!IsSwallowed(new Warning(source, recipient.GetType(), letter)))
        {
            var text = message is ISystemMessage
                ? $"Received dead system message: {message}"
                : $"Received dead letter from {sender}: {message}";
            Print(new Warning(source, recipient.GetType(), new DeadLetter(text, sender, recipient)));
        }
    }

    private bool IsSwallowed(LogEvent logEvent)
    {
        foreach (var filter in _filters)
        {
            try
            {
                if (filter.Apply(logEvent))
                {
                    return true;
                }
            }
            catch (Exception e)
            {
                // A test's own predicate failed: that is no match, and no reason to lose the logger.
                Print(new Debug(Context.System.Name, GetType(), $"The filter {filter} failed: {e.Message}"));
            }
        }

        return false;
    }
}
