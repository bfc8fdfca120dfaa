using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using Akka.Actor;
using Akka.Dispatch;

namespace Akka.Event;

public enum LogLevel
{
    DebugLevel,
    InfoLevel,
    WarningLevel,
    ErrorLevel,
}

public abstract class LogEvent : INoSerializationVerificationNeeded
{
    protected LogEvent()
    {
        Timestamp = DateTime.UtcNow;
        Thread = Thread.CurrentThread;
    }

    public Exception Cause { get; protected set; }

    public DateTime Timestamp { get; private set; }

    public Thread Thread { get; private set; }

    public string LogSource { get; protected set; }

    public Type LogClass { get; protected set; }

    public object Message { get; protected set; }

    internal IActorRef Sender { get; init; }

    public abstract LogLevel LogLevel();

    public override string ToString() =>
        $"[{LogLevel().ToString().Replace("Level", "").ToUpperInvariant()}][{Timestamp.ToString("MM/dd/yyyy HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)}][Thread {Thread.ManagedThreadId.ToString("0000", CultureInfo.InvariantCulture)}][{LogSource}] {Message}{(Cause is null ? "" : Environment.NewLine + "Cause: " + Cause)}";
}

public class Debug : LogEvent
{
    public Debug(string logSource, Type logClass, object message) : this(null, logSource, logClass, message)
    {
    }

    public Debug(Exception cause, string logSource, Type logClass, object message) => (Cause, LogSource, LogClass, Message) = (cause, logSource, logClass, message);

    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

public class Info : LogEvent
{
    public Info(string logSource, Type logClass, object message) : this(null, logSource, logClass, message)
    {
    }

    public Info(Exception cause, string logSource, Type logClass, object message) => (Cause, LogSource, LogClass, Message) = (cause, logSource, logClass, message);

    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;
}

public class Warning : LogEvent
{
    public Warning(string logSource, Type logClass, object message) : this(null, logSource, logClass, message)
    {
    }

    public Warning(Exception cause, string logSource, Type logClass, object message) => (Cause, LogSource, LogClass, Message) = (cause, logSource, logClass, message);

    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;
}

public class Error : LogEvent
{
    public Error(Exception cause, string logSource, Type logClass, object message) => (Cause, LogSource, LogClass, Message) = (cause, logSource, logClass, message);

    public override LogLevel LogLevel() => Event.LogLevel.ErrorLevel;
}

public interface ILogMessageFormatter
{
    string Format(string format, params object[] args);

    string Format(string format, IEnumerable<object> args);
}

/// <summary><c>{0}</c> as string.Format has it, and <c>{Name}</c> in the order of the arguments.</summary>
public sealed class DefaultLogMessageFormatter : ILogMessageFormatter
{
    public static readonly DefaultLogMessageFormatter Instance = new();

    public string Format(string format, params object[] args) => string.Format(CultureInfo.InvariantCulture, format, args);

    public string Format(string format, IEnumerable<object> args) => Format(format, args.ToArray());
}

public interface ILoggingAdapter
{
    ILogMessageFormatter Formatter { get; }

    bool IsDebugEnabled { get; }

    bool IsInfoEnabled { get; }

    bool IsWarningEnabled { get; }

    bool IsErrorEnabled { get; }

    bool IsEnabled(LogLevel logLevel);

    void Log(LogLevel logLevel, Exception cause, string format, object[] args);
}

public static class LoggingExtensions
{
    public static void Debug(this ILoggingAdapter log, string format, params object[] args) => log.Log(LogLevel.DebugLevel, null, format, args);

    public static void Debug(this ILoggingAdapter log, Exception cause, string format, params object[] args) => log.Log(LogLevel.DebugLevel, cause, format, args);

    public static void Info(this ILoggingAdapter log, string format, params object[] args) => log.Log(LogLevel.InfoLevel, null, format, args);

    public static void Info(this ILoggingAdapter log, Exception cause, string format, params object[] args) => log.Log(LogLevel.InfoLevel, cause, format, args);

    public static void Warning(this ILoggingAdapter log, string format, params object[] args) => log.Log(LogLevel.WarningLevel, null, format, args);

    public static void Warning(this ILoggingAdapter log, Exception cause, string format, params object[] args) => log.Log(LogLevel.WarningLevel, cause, format, args);

    public static void Error(this ILoggingAdapter log, string format, params object[] args) => log.Log(LogLevel.ErrorLevel, null, format, args);

    public static void Error(this ILoggingAdapter log, Exception cause, string format, params object[] args) => log.Log(LogLevel.ErrorLevel, cause, format, args);

    public static ILoggingAdapter GetLogger(this IActorContext context) => Logging.GetLogger(context);
}

internal sealed class BusLogging : ILoggingAdapter
{
    private readonly LoggingBus _bus;
    private readonly string _source;
    private readonly Type _class;

    internal BusLogging(LoggingBus bus, string source, Type type)
    {
        _bus = bus;
        _source = source;
        _class = type;
    }

    public ILogMessageFormatter Formatter => DefaultLogMessageFormatter.Instance;

    public bool IsDebugEnabled => IsEnabled(LogLevel.DebugLevel);

    public bool IsInfoEnabled => IsEnabled(LogLevel.InfoLevel);

    public bool IsWarningEnabled => IsEnabled(LogLevel.WarningLevel);

    public bool IsErrorEnabled => IsEnabled(LogLevel.ErrorLevel);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _bus.LogLevel;

    public void Log(LogLevel logLevel, Exception cause, string format, object[] args)
    {
        if (!IsEnabled(logLevel))
            return;
        object message = args is { Length: > 0 } ? new LogMessage(format, args) : format;
        _bus.Publish(logLevel switch
        {
            LogLevel.DebugLevel => new Debug(cause, _source, _class, message),
            LogLevel.InfoLevel => new Info(cause, _source, _class, message),
            LogLevel.WarningLevel => new Warning(cause, _source, _class, message),
            _ => (LogEvent)new Error(cause, _source, _class, message),
        });
    }
}

public sealed class LogMessage(string format, object[] args)
{
    public string Format { get; } = format;

    public IEnumerable<object> Parameters() => args;

    public override string ToString()
    {
        try
        {
            return DefaultLogMessageFormatter.Instance.Format(Format, args);
        }
        catch (FormatException)
        {
            return $"{Format} [{string.Join(", ", args)}]";
        }
    }
}

public abstract class MinimalLogger : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(new Address("akka", "all-systems"), "/StandardOutLogger");

    public override IActorRefProvider Provider => throw new NotSupportedException("A minimal logger does not provide");

    protected sealed override void TellInternal(object message, IActorRef sender)
    {
        if (message is LogEvent logged)
            Log(logged);
    }

    protected abstract void Log(object message);
}

public class StandardOutLogger : MinimalLogger
{
    protected override void Log(object message) => Console.Out.WriteLine(message);
}

public class DefaultLogger : ActorBase, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private MinimalLogger _stdoutLogger;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                _stdoutLogger = Context.System.Settings.StdoutLogger;
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logged:
                Print(logged);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Print(LogEvent logEvent)
    {
        if (_stdoutLogger is null)
            throw new InvalidOperationException("Logger has not been initialized yet.");
        _stdoutLogger.Tell(logEvent);
    }
}

public interface ILoggerMessageQueueSemantics : ISemantics
{
}

public class InitializeLogger : INoSerializationVerificationNeeded
{
    public InitializeLogger(LoggingBus loggingBus) => LoggingBus = loggingBus;

    public LoggingBus LoggingBus { get; }
}

public class LoggerInitialized : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
}

public static class Logging
{
    public static readonly StandardOutLogger StandardOutLogger = new();

    public static Type ClassFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => typeof(Debug),
        LogLevel.InfoLevel => typeof(Info),
        LogLevel.WarningLevel => typeof(Warning),
        LogLevel.ErrorLevel => typeof(Error),
        _ => throw new ArgumentException("Unknown LogLevel", nameof(logLevel)),
    };

    public static string StringFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => "DEBUG",
        LogLevel.InfoLevel => "INFO",
        LogLevel.WarningLevel => "WARNING",
        _ => "ERROR",
    };

    public static LogLevel LogLevelFor(string logLevel) => logLevel?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        "OFF" => (LogLevel)int.MaxValue,
        _ => throw new ArgumentException($@"Unknown LogLevel: ""{logLevel}"". Valid values are: ""debug"", ""info"", ""warning"", ""error"", ""off""", nameof(logLevel)),
    };

    public static ILoggingAdapter GetLogger(this IActorContext context, ILogMessageFormatter logMessageFormatter = null) =>
        new BusLogging(context.System.EventStream, context.Self.Path.ToString(), context.Props.Type);

    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj, ILogMessageFormatter logMessageFormatter = null) =>
        new BusLogging(system.EventStream, SourceOf(logSourceObj, system), logSourceObj as Type ?? logSourceObj.GetType());

    public static ILoggingAdapter GetLogger(LoggingBus loggingBus, object logSourceObj, ILogMessageFormatter logMessageFormatter = null) =>
        new BusLogging(loggingBus, SourceOf(logSourceObj, null), logSourceObj as Type ?? logSourceObj.GetType());

    private static string SourceOf(object source, ActorSystem system)
    {
        var name = source switch
        {
            string text => text,
            Type type => type.Name,
            IActorRef actor => actor.Path.ToString(),
            IActorContext context => context.Self.Path.ToString(),
            _ => source.ToString(),
        };
        return system is null ? name : new StringBuilder(name).Append('(').Append(system.Name).Append(')').ToString();
    }
}
