using Akka.Event;
using Akka.TestKit.Internal.StringMatcher;

namespace Akka.TestKit.Internal;

public delegate void EventMatched(EventFilterBase eventFilter, LogEvent logEvent);

/// <summary>A filter on an event's message and source that tells when it has picked one.</summary>
public abstract class EventFilterBase : IEventFilter
{
    private readonly IStringMatcher _message;
    private readonly IStringMatcher _source;

    protected EventFilterBase(IStringMatcher messageMatcher, IStringMatcher sourceMatcher)
    {
        _message = messageMatcher ?? MatchesAll.Instance;
        _source = sourceMatcher ?? MatchesAll.Instance;
    }

    public event EventMatched EventMatched;

    protected abstract string FilterDescriptiveName { get; }

    public bool Apply(LogEvent logEvent)
    {
        var picked = IsMatch(logEvent);
        if (picked)
        {
            OnEventMatched(logEvent);
        }

        return picked;
    }

    public override string ToString()
    {
        var message = _message is MatchesAll ? "" : $" Message {_message}";
        var source = _source is MatchesAll ? "" : $" Source {_source}";
        var when = message.Length + source.Length == 0 ? "" : " when";
        var and = message.Length == 0 || source.Length == 0 ? "" : " and";
        return FilterDescriptiveName + when + message + and + source;
    }

    protected abstract bool IsMatch(LogEvent evt);

    protected virtual void OnEventMatched(LogEvent logEvent) => EventMatched?.Invoke(this, logEvent);

    protected bool InternalDoMatch(string src, object msg) =>
        _source.IsMatch(src) && _message.IsMatch(msg is null ? "null" : msg.ToString());
}
