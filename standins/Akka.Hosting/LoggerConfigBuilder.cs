using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Hosting;

/// <summary>Which loggers a system has and what they are told.</summary>
public sealed class LoggerConfigBuilder
{
    private readonly List<Type> _loggers = [typeof(DefaultLogger)];
    private Type _formatter = typeof(DefaultLogMessageFormatter);

    internal LoggerConfigBuilder(AkkaConfigurationBuilder builder) => Builder = builder;

    public LogLevel LogLevel { get; set; } = LogLevel.InfoLevel;

    public bool LogConfigOnStart { get; set; }

    public DeadLetterOptions? DeadLetterOptions { get; set; }

    public DebugOptions? DebugOptions { get; set; }

    public LogFilterBuilder? LogFilterBuilder { get; set; }

    /// <exception cref="ConfigurationException">The type is no formatter, or cannot be made without arguments.</exception>
    [Obsolete("Use the WithDefaultLogMessageFormatter<T> method instead")]
    public Type LogMessageFormatter
    {
        get => _formatter;
        set => _formatter =
            !typeof(ILogMessageFormatter).IsAssignableFrom(value)
                ? throw new ConfigurationException($"{nameof(LogMessageFormatter)} must implement {nameof(ILogMessageFormatter)}")
            : value.GetConstructor([]) is null
                ? throw new ConfigurationException($"{nameof(LogMessageFormatter)} Type must have an empty constructor")
            : value;
    }

    internal AkkaConfigurationBuilder Builder { get; }

    public LoggerConfigBuilder ClearLoggers()
    {
        _loggers.Clear();
        return this;
    }

    public LoggerConfigBuilder AddLogger<T>()
        where T : IRequiresMessageQueue<ILoggerMessageQueueSemantics>
    {
        _loggers.Add(typeof(T));
        return this;
    }

    public LoggerConfigBuilder WithDefaultLogMessageFormatter<T>()
        where T : ILogMessageFormatter
    {
#pragma warning disable CS0618 // Its checks are wanted here too.
        LogMessageFormatter = typeof(T);
#pragma warning restore CS0618
        return this;
    }

    public LoggerConfigBuilder WithLogFilter(Action<LogFilterBuilder> filterBuilder)
    {
        filterBuilder(LogFilterBuilder ??= new LogFilterBuilder());
        return this;
    }

    internal AkkaConfigurationBuilder Build()
    {
        Builder.AddHoconConfiguration(ConfigurationFactory.ParseString(ToHocon()), HoconAddMode.Prepend);
        return LogFilterBuilder is null ? Builder : Builder.AddSetup(LogFilterBuilder.Build());
    }

    private string ToHocon() =>
        $"""
        akka.loglevel = {LevelName(LogLevel)}
        akka.loggers = [{string.Join(',', _loggers.Select(static logger => $"\"{logger.AssemblyQualifiedName}\""))}]
        akka.log-config-on-start = {(LogConfigOnStart ? "true" : "false")}
        akka.logger-formatter = {_formatter.AssemblyQualifiedName.ToHocon()}
        {DebugOptions}
        {DeadLetterOptions}
        """;

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => "Debug",
        LogLevel.InfoLevel => "Info",
        LogLevel.WarningLevel => "Warning",
        LogLevel.ErrorLevel => "Error",
        _ => throw new ConfigurationException($"Unknown {nameof(LogLevel)} enum value: {level}"),
    };
}
