using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Internal;
using Akka.TestKit.Internal.StringMatcher;

namespace Akka.TestKit;

/// <summary>
/// Says which log events to pick. Of <c>message</c> (the whole text), <c>start</c> and <c>contains</c> the first that
/// is given counts; case does not. <c>source</c> is the log source, or its path without the address.
/// </summary>
public partial class EventFilterFactory
{
    private readonly TestKitBase _testkit;
    private readonly ActorSystem _system;
    private readonly IReadOnlyList<EventFilterBase> _filters = [];

    public EventFilterFactory(TestKitBase testkit)
        : this(testkit, testkit.Sys)
    {
    }

    public EventFilterFactory(TestKitBase testkit, ActorSystem system)
    {
        _testkit = testkit;
        _system = system;
    }

    public EventFilterFactory(TestKitBase testkit, ActorSystem actorSystem, IReadOnlyList<EventFilterBase> filters)
        : this(testkit, actorSystem) => _filters = filters ?? [];

    public IEventFilterApplier Exception<TException>(Regex pattern, string source = null)
        where TException : Exception =>
        Exception(typeof(TException), pattern, source);

    public IEventFilterApplier Exception(Type exceptionType, Regex pattern, string source = null, bool checkInnerExceptions = false) =>
        CreateApplier(new ErrorFilter(exceptionType, new RegexMatcher(pattern), Source(source), checkInnerExceptions), _system);

    public IEventFilterApplier Exception<TException>(
        string message = null, string start = null, string contains = null, string source = null)
        where TException : Exception =>
        Exception(typeof(TException), message, start, contains, source);

    public IEventFilterApplier Exception(
        Type exceptionType,
        string message = null,
        string start = null,
        string contains = null,
        string source = null,
        bool checkInnerExceptions = false) =>
        CreateApplier(
            new ErrorFilter(exceptionType, CreateMessageMatcher(message, start, contains), Source(source), checkInnerExceptions),
            _system);

    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => CreateApplier(new CustomEventFilter(predicate), _system);

    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent =>
        Custom(logEvent => logEvent is TLogEvent typed && predicate(typed));

    public IEventFilterApplier ForLogLevel(
        LogLevel logLevel, string message = null, string start = null, string contains = null, string source = null) =>
        ForLevel(logLevel, CreateMessageMatcher(message, start, contains), source);

    public IEventFilterApplier ForLogLevel(LogLevel logLevel, Regex pattern, string source = null) =>
        ForLevel(logLevel, new RegexMatcher(pattern), source);

    public IEventFilterApplier Error(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.ErrorLevel, message, start, contains, source);

    public IEventFilterApplier Error(Regex pattern, string source = null) =>
        ForLogLevel(LogLevel.ErrorLevel, pattern, source);

    public IEventFilterApplier Warning(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.WarningLevel, message, start, contains, source);

    public IEventFilterApplier Warning(Regex pattern, string source = null) =>
        ForLogLevel(LogLevel.WarningLevel, pattern, source);

    public IEventFilterApplier Info(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.InfoLevel, message, start, contains, source);

    public IEventFilterApplier Info(Regex pattern, string source = null) =>
        ForLogLevel(LogLevel.InfoLevel, pattern, source);

    public IEventFilterApplier Debug(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.DebugLevel, message, start, contains, source);

    public IEventFilterApplier Debug(Regex pattern, string source = null) =>
        ForLogLevel(LogLevel.DebugLevel, pattern, source);

    public IEventFilterApplier DeadLetter() => DeadLetter((Predicate<DeadLetter>)null);

    public IEventFilterApplier DeadLetter<TMessage>(string source = null) =>
        DeadLetter(static letter => letter.Message is TMessage, source);

    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string source = null) =>
        DeadLetter(letter => letter.Message is TMessage message && isMatch(message), source);

    public IEventFilterApplier DeadLetter(Type type, string source = null) =>
        DeadLetter(letter => type.IsInstanceOfType(letter.Message), source);

    public IEventFilterApplier DeadLetter(Type type, Func<object, bool> isMatch, string source = null) =>
        DeadLetter(letter => type.IsInstanceOfType(letter.Message) && isMatch(letter.Message), source);

    protected static IStringMatcher CreateMessageMatcher(string message, string start, string contains) =>
        message is not null ? new EqualsString(message)
        : start is not null ? new StartsWithString(start)
        : contains is not null ? new ContainsString(contains)
        : MatchesAll.Instance;

    protected IEventFilterApplier CreateApplier(EventFilterBase filter, ActorSystem system) =>
        new InternalEventFilterApplier(_testkit, system, [.. _filters, filter]);

    private static EqualsStringAndPathMatcher Source(string source) =>
        source is null ? null : new EqualsStringAndPathMatcher(source);

    private IEventFilterApplier ForLevel(LogLevel level, IStringMatcher message, string source)
    {
        EventFilterBase filter = level switch
        {
            LogLevel.DebugLevel => new DebugFilter(message, Source(source)),
            LogLevel.InfoLevel => new InfoFilter(message, Source(source)),
            LogLevel.WarningLevel => new WarningFilter(message, Source(source)),
            LogLevel.ErrorLevel => new ErrorFilter(message, Source(source)),
            _ => throw new ArgumentOutOfRangeException(nameof(level), $"Unknown {nameof(LogLevel)} value: {level}"),
        };
        return CreateApplier(filter, _system);
    }

    private IEventFilterApplier DeadLetter(Predicate<DeadLetter> isMatch, string source = null) =>
        CreateApplier(new DeadLettersFilter(null, Source(source), isMatch), _system);
}
