using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Event;

/// <summary>The event bus that loggers listen on.</summary>
public class LoggingBus : ActorEventBus<object, Type>
{
    private static readonly LogLevel[] AllLogLevels = Enum.GetValues<LogLevel>();
    private static int _loggerId;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _shutdown = new();
    private readonly List<IActorRef> _loggers = [];

    public LogLevel LogLevel { get; private set; }

    public void StartStdoutLogger(Settings config)
    {
        SubscribeLogLevelAndAbove(Logging.LogLevelFor(config.StdoutLogLevel), config.StdoutLogger);
        Publish(new Debug(SimpleName(this), GetType(), "StandardOutLogger started"));
    }

    public void SetLogLevel(LogLevel logLevel)
    {
        LogLevel = logLevel;
        foreach (var logger in Loggers())
        {
            SubscribeLogLevelAndAbove(logLevel, logger);
            foreach (var level in AllLogLevels.Where(level => level < logLevel))
            {
                Unsubscribe(logger, level.ClassFor());
            }
        }
    }

    /// <summary>Starts the configured loggers and waits for them, at most <c>akka.logger-startup-timeout</c>.</summary>
    internal void StartDefaultLoggers(ActorSystemImpl system)
    {
        var name = $"{SimpleName(this)}({system.Name})";
        var timeout = system.Settings.LoggerStartTimeout;
        LogLevel = Logging.LogLevelFor(system.Settings.LogLevel);
        var starts = new List<(Task Started, string Logger)>();
        var keepsStdout = false;
        foreach (var typeName in system.Settings.Loggers)
        {
            var type = Type.GetType(typeName)
                ?? throw new ConfigurationException($@"Logger specified in config cannot be found: ""{typeName}""");
            if (typeof(MinimalLogger).IsAssignableFrom(type))
            {
                keepsStdout = true;
            }
            else
            {
                starts.Add(AddLogger(system, type, name));
            }
        }

        // The system is not up before its loggers are: this is the one wait of its start.
        if (!Task.WaitAll([.. starts.Select(static start => start.Started)], timeout))
        {
            foreach (var (_, logger) in starts.Where(static start => !start.Started.IsCompleted))
            {
                Publish(new Warning(name, GetType(), $"Logger {logger} did not respond within {timeout} to InitializeLogger(bus), {nameof(LoggingBus)} will try and wait until it is ready. Since it start up is delayed, this logger may not capture all startup events correctly."));
            }
        }

        if (system.Settings.DebugUnhandledMessage)
        {
            Subscribe(system.SystemActorOf(Props.Create<UnhandledMessageForwarder>(), "UnhandledMessageForwarder"), typeof(UnhandledMessage));
        }

        if (!keepsStdout)
        {
            Publish(new Debug(name, GetType(), $"{Logging.SimpleName(system.Settings.StdoutLogger)} being removed"));
            Unsubscribe(system.Settings.StdoutLogger);
        }

        Publish(new Debug(name, GetType(), "Default Loggers started"));
    }

    internal void StopDefaultLoggers(ActorSystem system)
    {
        SubscribeLogLevelAndAbove(Logging.LogLevelFor(system.Settings.StdoutLogLevel), system.Settings.StdoutLogger);
        Publish(new Debug(SimpleName(this), GetType(), $"Shutting down: {Logging.SimpleName(system.Settings.StdoutLogger)} started"));
        _shutdown.Cancel();
        foreach (var logger in Loggers())
        {
            RemoveLogger(logger);
        }

        Publish(new Debug(SimpleName(this), GetType(), "All default loggers stopped"));
    }

    protected override bool IsSubClassification(Type parent, Type child) => parent.IsAssignableFrom(child);

    protected override void Publish(object @event, IActorRef subscriber) => subscriber.Tell(@event);

    protected override bool Classify(object @event, Type classifier) => classifier.IsAssignableFrom(GetClassifier(@event));

    protected override Type GetClassifier(object @event) => @event.GetType();

    private IActorRef[] Loggers()
    {
        lock (_gate)
        {
            return [.. _loggers];
        }
    }

    private (Task Started, string Logger) AddLogger(ActorSystemImpl system, Type type, string busName)
    {
        var name = $"log{Interlocked.Increment(ref _loggerId)}-{SimpleName(type)}";
        var fullName = $"{name} [{type.FullName}]";
        var logger = system.SystemActorOf(Props.Create(type).WithDispatcher(system.Settings.LoggersDispatcher), name);
        return (Start(), fullName);

        async Task Start()
        {
            try
            {
                var response = await logger.Ask(new InitializeLogger(this), Timeout.InfiniteTimeSpan, _shutdown.Token).ConfigureAwait(false);
                if (response is LoggerInitialized)
                {
                    lock (_gate)
                    {
                        _loggers.Add(logger);
                    }

                    SubscribeLogLevelAndAbove(LogLevel, logger);
                    Publish(new Debug(busName, GetType(), $"Logger {fullName} started"));
                    return;
                }

                Publish(new Error(null, busName, GetType(), $"Logger {fullName} did not respond with {nameof(LoggerInitialized)}, sent instead {response.GetType()}. Stopping logger."));
            }
            catch (OperationCanceledException)
            {
                Publish(new Warning(busName, GetType(), $"Logger {fullName} startup have been cancelled because of system shutdown. Stopping logger."));
            }

            RemoveLogger(logger);
        }
    }

    private void RemoveLogger(IActorRef logger)
    {
        Unsubscribe(logger);
        ((IInternalActorRef)logger).Stop();
    }

    private void SubscribeLogLevelAndAbove(LogLevel logLevel, IActorRef logger)
    {
        foreach (var level in AllLogLevels.Where(level => level >= logLevel))
        {
            Subscribe(logger, level.ClassFor());
        }
    }

    private sealed class UnhandledMessageForwarder : ActorBase
    {
        protected override bool Receive(object message)
        {
            if (message is not UnhandledMessage unhandled)
            {
                return false;
            }

            var sender = unhandled.Sender is null ? "NoSender" : unhandled.Sender.Path.ToString();
            Context.System.EventStream.Publish(new Debug(
                unhandled.Recipient.Path.ToString(), unhandled.Recipient.GetType(), $"Unhandled message from {sender} : {unhandled.Message}"));
            return true;
        }
    }
}
