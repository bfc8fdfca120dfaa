using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Akka.TestKit.TestActors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

public sealed class HostingLife
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_system_starts_with_the_host_and_ends_with_it()
    {
        using var host = HostOf(builder => builder.WithActors((system, registry) =>
            registry.Register<SimpleEchoActor>(system.ActorOf<SimpleEchoActor>("echo"))));
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        Assert.Equal("hosted", system.Name);
        Assert.Equal("hi", await host.Services.GetRequiredService<ActorRegistry>().Get<SimpleEchoActor>().Ask<string>("hi", Patience));

        await host.StopAsync();

        await system.WhenTerminated.WaitAsync(Patience);
        Assert.IsType<CoordinatedShutdown.ClrExitReason>(CoordinatedShutdown.Get(system).ShutdownReason);
    }

    [Fact]
    public async Task The_host_stops_when_the_system_ends_by_itself()
    {
        using var host = HostOf(_ => { });
        await host.StartAsync();
        var stopping = new TaskCompletionSource();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);

        await host.Services.GetRequiredService<ActorSystem>().Terminate();

        await stopping.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Actors_start_in_order_and_before_the_startup_tasks()
    {
        var order = new List<string>();
        using var host = HostOf(builder => builder
            .AddStartup((system, registry) => order.Add($"task sees {registry.TryGet<SimpleEchoActor>(out var actor)}"))
            .WithActors(async (_, _) =>
            {
                await Task.Yield();
                order.Add("first");
            })
            .WithActors((system, registry) =>
            {
                order.Add("second");
                registry.Register<SimpleEchoActor>(system.ActorOf<SimpleEchoActor>());
            }));

        await host.StartAsync();

        Assert.Equal(["first", "second", "task sees True"], order);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_starter_that_fails_fails_the_host_and_leaves_no_system()
    {
        ActorSystem? started = null;
        using var host = HostOf(builder => builder.WithActors((system, _) =>
        {
            started = system;
            throw new InvalidOperationException("no");
        }));

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.NotNull(started);
        await started.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task Configuration_is_added_below_or_above()
    {
        using var host = HostOf(builder => builder
            .AddHocon("test { a = 1, b = 1 }", HoconAddMode.Append)
            .AddHocon("test { a = 2, c = 2 }", HoconAddMode.Append)
            .AddHocon("test { b = 3 }", HoconAddMode.Prepend));
        await host.StartAsync();

        var config = host.Services.GetRequiredService<ActorSystem>().Settings.Config;

        Assert.Equal((1, 3, 2), (config.GetInt("test.a"), config.GetInt("test.b"), config.GetInt("test.c")));
        Assert.True(config.HasPath("akka.loglevel"));
        await host.StopAsync();
    }

    [Fact]
    public async Task Extensions_named_by_type_are_loaded_at_the_start()
    {
        using var host = HostOf(builder => builder.WithExtension<MarkExtension>());
        await host.StartAsync();

        Assert.True(host.Services.GetRequiredService<ActorSystem>().HasExtension<Mark>());
        await host.StopAsync();
    }

    [Fact]
    public async Task An_actor_takes_services_by_its_constructor()
    {
        using var host = HostOf(
            builder => builder.WithActors((system, registry, resolver) =>
                registry.Register<Greeter>(system.ActorOf(resolver.Props<Greeter>("Ms ")))),
            services => services.AddSingleton(new Name("Lamarr")));
        await host.StartAsync();

        Assert.Equal("Ms Lamarr", await host.Services.GetRequiredService<ActorRegistry>().Get<Greeter>().Ask<string>("?", Patience));
        await host.StopAsync();
    }

    [Fact]
    public async Task Logs_reach_the_host_s_loggers_at_their_level_with_their_cause()
    {
        var sink = new Sink();
        using var host = HostOf(
            builder => builder.ConfigureLoggers(loggers =>
            {
                loggers.LogLevel = Akka.Event.LogLevel.DebugLevel;
                loggers.ClearLoggers().AddLoggerFactory();
            }),
            services => services.AddLogging(logging => logging.ClearProviders().SetMinimumLevel(Microsoft.Extensions.Logging.LogLevel.Trace).AddProvider(sink)));
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        var cause = new InvalidOperationException("bad");
        // A logger is subscribed shortly after the system has started; this is the first event it gets.
        await sink.Find(line => line.Text.Contains("[Akka.Hosting.Logging.LoggerFactoryLogger] started"));

        system.Log.Warning("careful {0}", 1);
        system.Log.Error(cause, "it failed");

        var warning = await sink.Find(line => line.Text.Contains("careful 1"));
        var error = await sink.Find(line => line.Text.Contains("it failed"));
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Warning, warning.Level);
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Error, error.Level);
        Assert.Same(cause, error.Cause);
        await host.StopAsync();
    }

    private static IHost HostOf(Action<AkkaConfigurationBuilder> configure, Action<IServiceCollection>? services = null) =>
        new HostBuilder()
            .ConfigureServices(collection =>
            {
                collection.AddLogging();
                services?.Invoke(collection);
                collection.AddAkka("hosted", (builder, _) => configure(builder));
            })
            .Build();

    private sealed record Name(string Text);

    private sealed class Greeter : ReceiveActor
    {
        public Greeter(Name name, string title) => ReceiveAny(_ => Sender.Tell(title + name.Text));
    }

    private sealed class Mark : IExtension
    {
    }

    private sealed class MarkExtension : ExtensionIdProvider<Mark>
    {
        public override Mark CreateExtension(ExtendedActorSystem system) => new();
    }

    private sealed record Line(Microsoft.Extensions.Logging.LogLevel Level, string Text, Exception? Cause);

    private sealed class Sink : ILoggerProvider, ILogger
    {
        private readonly System.Threading.Channels.Channel<Line> _lines = System.Threading.Channels.Channel.CreateUnbounded<Line>();

        public async Task<Line> Find(Func<Line, bool> predicate)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (true)
            {
                var line = await _lines.Reader.ReadAsync(patience.Token);
                if (predicate(line))
                {
                    return line;
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            _lines.Writer.TryWrite(new Line(logLevel, formatter(state, exception), exception));

        public void Dispose()
        {
        }
    }
}
