using System;
using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2.Internals;

/// <summary>Writes the log to a test's output, and stops when the test has ended.</summary>
public class TestOutputLogger : ReceiveActor
{
    private readonly ITestOutputHelper _output;

    public TestOutputLogger(ITestOutputHelper output)
    {
        _output = output;
        Receive<Debug>(Write);
        Receive<Info>(Write);
        Receive<Warning>(Write);
        Receive<Error>(Write);
        Receive<InitializeLogger>(message =>
        {
            message.LoggingBus.Subscribe(Self, typeof(LogEvent));
            Sender.Tell(new LoggerInitialized());
        });
    }

    private void Write(LogEvent logEvent)
    {
        try
        {
            _output.WriteLine(logEvent.ToString());
        }
        catch (FormatException e) when (logEvent.Message is LogMessage message)
        {
            var text = "Received a malformed formatted message. "
                + $"Log level: [{logEvent.LogLevel()}], Template: [{message.Format}], args: [{string.Join(",", message.Parameters())}]";
            throw logEvent.Cause is null
                ? new FormatException(text, e)
                : new AggregateException(text, e, logEvent.Cause);
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(
                $"Received InvalidOperationException: {e} - probably because the test had completed executing.");
            Context.Stop(Self);
        }
    }
}
