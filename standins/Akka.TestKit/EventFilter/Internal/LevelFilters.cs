using System;
using Akka.Event;
using Akka.TestKit.Internal.StringMatcher;

namespace Akka.TestKit.Internal;

public class DebugFilter : EventFilterBase
{
    public DebugFilter(IStringMatcher messageMatcher = null, IStringMatcher sourceMatcher = null)
        : base(messageMatcher, sourceMatcher)
    {
    }

    protected override string FilterDescriptiveName => "Debug";

    protected override bool IsMatch(LogEvent evt) => evt is Debug && InternalDoMatch(evt.LogSource, evt.Message);
}

public class InfoFilter : EventFilterBase
{
    public InfoFilter(IStringMatcher messageMatcher = null, IStringMatcher sourceMatcher = null)
        : base(messageMatcher, sourceMatcher)
    {
    }

    protected override string FilterDescriptiveName => "Info";

    protected override bool IsMatch(LogEvent evt) => evt is Info && InternalDoMatch(evt.LogSource, evt.Message);
}

public class WarningFilter : EventFilterBase
{
    public WarningFilter(IStringMatcher messageMatcher = null, IStringMatcher sourceMatcher = null)
        : base(messageMatcher, sourceMatcher)
    {
    }

    protected override string FilterDescriptiveName => "Warning";

    protected override bool IsMatch(LogEvent evt) => evt is Warning && InternalDoMatch(evt.LogSource, evt.Message);
}

public class CustomEventFilter : EventFilterBase
{
    private readonly Predicate<LogEvent> _predicate;

    public CustomEventFilter(Predicate<LogEvent> predicate)
        : base(null, null) => _predicate = predicate;

    protected override string FilterDescriptiveName => "Custom";

    protected override bool IsMatch(LogEvent evt) => _predicate(evt);
}

/// <summary>Picks errors, by the type of their cause if one is given; the message is the error's or its cause's.</summary>
public class ErrorFilter : EventFilterBase
{
    private readonly Type _exceptionType;
    private readonly bool _recurse;

    public ErrorFilter(IStringMatcher messageMatcher = null, IStringMatcher sourceMatcher = null)
        : this(null, messageMatcher, sourceMatcher)
    {
    }

    public ErrorFilter(
        Type exceptionType,
        IStringMatcher messageMatcher = null,
        IStringMatcher sourceMatcher = null,
        bool recurseInnerExceptions = false)
        : base(messageMatcher, sourceMatcher)
    {
        if (exceptionType is not null && !typeof(Exception).IsAssignableFrom(exceptionType))
        {
            throw new ArgumentException($"The type must be an exception. It was: {exceptionType}", nameof(exceptionType));
        }

        _exceptionType = exceptionType;
        _recurse = recurseInnerExceptions;
    }

    protected override string FilterDescriptiveName =>
        _exceptionType is null ? "Error" : $"Error with Cause <{_exceptionType}>";

    protected override bool IsMatch(LogEvent evt) =>
        evt is Error error && IsMatch(error.LogSource, error.Message, error.Cause);

    private bool IsMatch(string source, object message, Exception cause)
    {
        if (cause is null)
        {
            return _exceptionType is null && InternalDoMatch(source, message);
        }

        var matches = (_exceptionType is null || _exceptionType.IsInstanceOfType(cause))
            && ((message is null && string.IsNullOrEmpty(cause.Message))
                || InternalDoMatch(source, message)
                || InternalDoMatch(source, cause.Message));
        return matches || (_recurse && IsMatch(source, message, cause.InnerException));
    }
}
