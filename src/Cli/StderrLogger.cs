using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace ActorBrowser.Cli;

/// <summary>Writes Akka's log to stderr, one line per event, so that stdout carries only the requested output.</summary>
internal sealed class StderrLogger : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent logged:
                Console.Error.WriteLine($"{logged.Timestamp:HH:mm:ss.fff} {Level(logged),-7} {VisibleText.Line($"{logged.Message}")}");
                if (logged.Cause is { } cause)
                    Console.Error.WriteLine(cause);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static string Level(LogEvent logged) => logged switch
    {
        Error => "error",
        Warning => "warning",
        Info => "info",
        _ => "debug",
    };
}
