using Akka.Actor;
using Akka.Dispatch;

namespace Akka.Event;

/// <summary>Tells a logger to start; it answers with <see cref="LoggerInitialized"/>.</summary>
public class InitializeLogger(LoggingBus loggingBus) : INoSerializationVerificationNeeded
{
    public LoggingBus LoggingBus { get; private set; } = loggingBus;
}

/// <summary>A logger is ready.</summary>
public class LoggerInitialized : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
}

/// <summary>The queue of a logger.</summary>
public interface ILoggerMessageQueueSemantics : ISemantics
{
}
