using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Configuration;

namespace ActorBrowser.Cli;

/// <summary>The actor system behind every verb. It writes nothing to stdout; disposing it ends everything that it started.</summary>
internal sealed class CliBrowser : IAsyncDisposable
{
    // The exit of a lost process is confirmed some milliseconds after its channel ended.
    private static readonly TimeSpan ReportTime = TimeSpan.FromSeconds(2);

    private readonly IActorRef _browser;
    private readonly TaskCompletionSource _recorded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isLossReported;

    private CliBrowser(ActorSystem system, IActorRef browser)
    {
        System = system;
        _browser = browser;
        var recorded = _recorded;
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new RecordListener(recorded))), typeof(CrashJournal.Recorded));
    }

    /// <summary>The verb reports a lost process, so its crash report must be written before the actor system stops.</summary>
    internal void OnLoss() => _isLossReported = true;

    internal ActorSystem System { get; }

    internal IActorRef Browser => _browser;

    /// <summary>Starts it.</summary>
    /// <exception cref="NoRoomException">This process may have too few threads or files.</exception>
    internal static Task<CliBrowser> StartAsync(CancellationToken cancellation, string configuration = "")
    {
        cancellation.ThrowIfCancellationRequested();
        ProcessRoom.Check();
        // Runs while the actor system starts.
        Sandbox.Machine.ProbeAhead();
        var logging = ConfigurationFactory.ParseString(
            $$"""
            akka.loglevel = {{LogLevel()}}
            akka.stdout-loglevel = OFF
            akka.loggers = ["{{typeof(StderrLogger).AssemblyQualifiedName}}"]
            akka.log-dead-letters = off
            akka.scheduler.implementation = "{{typeof(RuntimeScheduler).AssemblyQualifiedName}}"
            # Interruption handles signals: this hook would stop the system first, and a verb would then fail instead of exiting with 130.
            akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
            """);
        var folder = $"actorbrowser.crashes.folder = {Hocon.Quote(CrashesCommand.Folder)}";
        var config = ConfigurationFactory.ParseString(configuration + "\n" + folder).WithFallback(logging);
        var system = ActorSystem.Create("actorbrowser", config);
        return Task.FromResult(new CliBrowser(system, system.StartActorBrowser()));
    }

    /// <summary>Returns the level that ACTORBROWSER_LOG sets.</summary>
    /// <exception cref="UsageException">The level is unknown.</exception>
    internal static string LogLevel()
    {
        var wanted = Environment.GetEnvironmentVariable("ACTORBROWSER_LOG") is { Length: > 0 } given ? given : "off";
        string[] levels = ["OFF", "ERROR", "WARNING", "INFO", "DEBUG"];
        return Array.Find(levels, level => level.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"ACTORBROWSER_LOG takes off, error, warning, info or debug, not '{wanted}'.");
    }

    internal async Task<FetchReport> FetchAsync(FetchOptions options, string url, IBodySink sink, Action<long, long> progress, CancellationToken cancellation)
    {
        var fetch = new FetchProtocol.Fetch(url)
        {
            Method = options.Method,
            Headers = options.Headers,
            // A null array would become an empty body.
            Body = options.Body is { } body ? body : default(ReadOnlyMemory<byte>?),
            Upload = options.OpenUpload(progress),
            MaxRedirects = options.MaxRedirects,
            TotalTimeout = options.MaxTime,
            Streamed = true,
        };
        var done = new TaskCompletionSource<FetchReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = System.ActorOf(Props.Create(() => new FetchReceiver(_browser, fetch, sink, progress, done)));
        try
        {
            var report = await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
            if (report.Error is { Kind: FetchErrorKind.ChildLost })
                OnLoss();
            return report;
        }
        finally
        {
            System.Stop(receiver);
        }
    }

    internal Task<BrowserProtocol.ChildSpawned> SpawnAsync(string role, CancellationToken cancellation)
    {
        var args = role == NetworkContract.Name ? ActorBrowserSettings.From(System.Settings.Config).NetworkArgs() : [];
        return SpawnAsync(new BrowserProtocol.SpawnChild(role) { RoleArgs = args }, cancellation);
    }

    internal async Task<BrowserProtocol.ChildSpawned> SpawnAsync(BrowserProtocol.SpawnChild spawn, CancellationToken cancellation)
    {
        return await _browser.Ask<object>(spawn, Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false) switch
        {
            BrowserProtocol.ChildSpawned spawned => spawned,
            BrowserProtocol.ChildSpawnFailed failed => throw new ChildLostException($"The {spawn.Role} child could not be started ({failed.Exited.Reason}): {failed.Exited.Message}"),
            var other => throw new InvalidOperationException($"The browser answered with {other}."),
        };
    }

    internal static async Task<TimeSpan> PingAsync(BrowserProtocol.ChildSpawned child, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        await child.Child.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, TimeSpan.FromSeconds(30), cancellation).ConfigureAwait(false);
        return TimeProvider.System.GetElapsedTime(started);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isLossReported)
            await Task.WhenAny(_recorded.Task, Task.Delay(ReportTime)).ConfigureAwait(false);
        await System.Terminate().ConfigureAwait(false);
    }

    private sealed class RecordListener(TaskCompletionSource recorded) : UntypedActor
    {
        protected override void OnReceive(object message) => recorded.TrySetResult();
    }
}
