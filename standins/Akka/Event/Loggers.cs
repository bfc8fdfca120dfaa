using System;
using System.Diagnostics;
using System.Text;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Util;

namespace Akka.Event;

/// <summary>A logger that is no actor: it prints in the caller's thread. Used while a system starts and stops.</summary>
public abstract class MinimalLogger : MinimalActorRef
{
    public LogFilterEvaluator Filter { get; internal set; } = LogFilterEvaluator.NoFilters;

    public sealed override IActorRefProvider Provider => throw new NotSupportedException("This logger does not provide.");

    public sealed override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "/StandardOutLogger");

    protected sealed override void TellInternal(object message, IActorRef sender) =>
        Log(message ?? throw new ArgumentNullException(nameof(message), "The message to log must not be null."));

    protected abstract void Log(object message);
}

/// <summary>Prints to the console.</summary>
public class StandardOutLogger : MinimalLogger
{
    public static ConsoleColor DebugColor { get; set; } = ConsoleColor.Gray;

    public static ConsoleColor InfoColor { get; set; } = ConsoleColor.White;

    public static ConsoleColor WarningColor { get; set; } = ConsoleColor.Yellow;

    public static ConsoleColor ErrorColor { get; set; } = ConsoleColor.Red;

    public static bool UseColors { get; set; } = true;

    internal static void PrintLogEvent(LogEvent logEvent, LogFilterEvaluator filter)
    {
        try
        {
            if (filter.ShouldTryKeepMessage(logEvent, out var text))
            {
                StandardOutWriter.WriteLine(text, UseColors ? ColorOf(logEvent.LogLevel()) : null);
            }
        }
        catch (FormatException exception)
        {
            var text = new StringBuilder()
                .Append($"[ERROR][{logEvent.Timestamp}][Thread {logEvent.Thread.ManagedThreadId:0000}][{nameof(StandardOutLogger)}] ")
                .Append($"Encountered System.FormatException while recording log: [{logEvent.LogLevel().PrettyNameFor()}][{logEvent.LogSource}]. {exception.Message}")
                .Append(logEvent.Message is LogMessage message ? $" str=[{message.Format}], args=[{message.Unformatted()}]" : logEvent.Message)
                .Append(" Please take a look at the logging call where this occurred and fix your format string.");
            StandardOutWriter.WriteLine(text.ToString(), ErrorColor);
        }
    }

    protected override void Log(object message)
    {
        if (message is LogEvent logEvent)
        {
            PrintLogEvent(logEvent, Filter);
        }
        else
        {
            Console.WriteLine(message);
        }
    }

    private static ConsoleColor? ColorOf(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => DebugColor,
        LogLevel.InfoLevel => InfoColor,
        LogLevel.WarningLevel => WarningColor,
        LogLevel.ErrorLevel => ErrorColor,
        _ => null,
    };
}

/// <summary>Prints through the configured standard-out logger, in its own turn.</summary>
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
            case LogEvent logEvent:
                Print(logEvent);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Print(LogEvent logEvent)
    {
        if (_stdoutLogger is null)
        {
            throw new InvalidOperationException("Logger has not been initialized yet.");
        }

        _stdoutLogger.Tell(logEvent);
    }
}

/// <summary>Writes to <see cref="Trace"/>.</summary>
public class TraceLogger : UntypedActor
{
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case Error error:
                Trace.TraceError(error.ToString());
                break;
            case Warning warning:
                Trace.TraceWarning(warning.ToString());
                break;
            case DeadLetter letter:
                Trace.TraceWarning($"Deadletter - unable to send message {letter.Message} from {letter.Sender} to {letter.Sender}");
                break;
            case UnhandledMessage:
                Trace.TraceWarning("Unhandled message!");
                break;
            default:
                Trace.TraceInformation(message.ToString());
                break;
        }
    }
}
