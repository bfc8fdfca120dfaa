using System;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>What a system has read from its configuration.</summary>
public class Settings
{
    private readonly Config _user;
    private Config _fallback;

    public Settings(ActorSystem system, Config config, ActorSystemSetup setup)
    {
        System = system;
        Setup = setup;
        _user = config ?? Config.Empty;
        _fallback = ConfigurationFactory.Default();
        Rebuild();
    }

    public ActorSystem System { get; }

    public ActorSystemSetup Setup { get; }

    public Config Config { get; private set; }

    public string ConfigVersion => Config.GetString("akka.version", null);

    public TimeSpan AskTimeout { get; private set; }

    public string LogLevel => Config.GetString("akka.loglevel", null);

    public string StdoutLogLevel => Config.GetString("akka.stdout-loglevel", null);

    public MinimalLogger StdoutLogger => Logging.StandardOutLogger;

    public TimeSpan LoggerStartTimeout => Config.GetTimeSpan("akka.logger-startup-timeout", null);

    public bool LogConfigOnStart => Config.GetBoolean("akka.log-config-on-start", false);

    public int LogDeadLetters => Config.GetString("akka.log-dead-letters", "10").ToLowerInvariant() switch
    {
        "on" or "true" or "yes" => int.MaxValue,
        "off" or "false" or "no" => 0,
        var number => int.Parse(number, global::System.Globalization.CultureInfo.InvariantCulture),
    };

    public bool LogDeadLettersDuringShutdown => Config.GetBoolean("akka.log-dead-letters-during-shutdown", false);

    public bool DebugAutoReceive { get; private set; }

    public bool DebugLifecycle { get; private set; }

    public bool DebugUnhandledMessage { get; private set; }

    public bool DebugEventStream { get; private set; }

    public void InjectTopLevelFallback(Config config)
    {
        _fallback = config.WithFallback(_fallback);
        Rebuild();
    }

    public override string ToString() => Config.ToString();

    internal SupervisorStrategy UserGuardianStrategy()
    {
        var name = Config.GetString("akka.actor.guardian-supervisor-strategy", null);
        var type = Type.GetType(name) ?? typeof(Settings).Assembly.GetType(name.Split(',')[0].Trim())
            ?? throw new ConfigurationException($"Could not resolve the guardian's strategy {name}.");
        return ((SupervisorStrategyConfigurator)Activator.CreateInstance(type)).Create();
    }

    internal string[] Loggers => [.. Config.GetStringList("akka.loggers", [])];

    private void Rebuild()
    {
        Config = _user.WithFallback(_fallback);
        AskTimeout = Config.GetTimeSpan("akka.actor.ask-timeout", null, allowInfinite: true);
        DebugAutoReceive = Config.GetBoolean("akka.actor.debug.autoreceive", false);
        DebugLifecycle = Config.GetBoolean("akka.actor.debug.lifecycle", false);
        DebugUnhandledMessage = Config.GetBoolean("akka.actor.debug.unhandled", false);
        DebugEventStream = Config.GetBoolean("akka.actor.debug.event-stream", false);
    }
}
