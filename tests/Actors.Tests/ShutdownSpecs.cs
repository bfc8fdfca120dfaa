using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorBrowser.ActorsTests;

/// <summary>The end of an actor system waits for its processes. Runs alone, because it counts this process's children.</summary>
[Collection(RoleContractSpecs.Alone)]
public sealed class ShutdownSpecs
{
    private static ActorSystem Start(string more = "") => ActorSystem.Create("shutdown", ConfigurationFactory.ParseString(
        $"akka.loglevel = OFF\nakka.log-dead-letters = off\nakka.stdout-loglevel = OFF\nactorbrowser.child.executable = \"{TestChildProgram.Path}\"\n{more}"));

    [Fact]
    public async Task Terminate_in_the_middle_of_spawns_completes_when_no_process_is_left()
    {
        var system = Start("actorbrowser.child.handshake-timeout = 60s\nakka.coordinated-shutdown.phases.service-stop.timeout = 30s");
        var before = ProcessTable.Children();
        var browser = system.StartActorBrowser();
        for (var i = 0; i < 200; i++)
            browser.Tell(new BrowserProtocol.SpawnChild("echo"), ActorRefs.NoSender);
        await ProcessTable.Until(() => ProcessTable.Children().Count >= before.Count + 3, Deadline.Long);
        await system.Terminate().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(ProcessTable.Children().Except(before), ProcessTable.IsRunning);
    }

    [Fact]
    public async Task Terminate_waits_for_a_process_that_takes_its_time_to_die_and_for_a_launch_that_is_under_way()
    {
        var launcher = new FakeLauncher();
        var system = Start();
        var browser = system.StartActorBrowser(new ActorBrowserOptions { Launcher = launcher });
        var spawning = browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("echo"), Deadline.Long);
        var child = await launcher.NextAsync();
        await child.BecomeReadyAsync();
        await spawning;
        child.DiesWhenKilled = false;
        var terminating = system.Terminate();
        await ProcessTable.Until(() => child.Kills > 0, Deadline.Long);
        Assert.False(terminating.IsCompleted);
        child.Exit(null, 9);
        await terminating.Soon();
    }

    [Theory]
    [InlineData("", 10.5)]
    [InlineData("actorbrowser.child.stop-timeout = 25s", 25.5)]
    [InlineData("actorbrowser.child.stop-timeout = 1s", 5)]
    [InlineData("actorbrowser.child.stop-timeout = 25s\nakka.coordinated-shutdown.phases.service-stop.timeout = 7s", 7)]
    [InlineData("actorbrowser.child.stop-timeout = 25s\nakka.coordinated-shutdown.default-phase-timeout = 60s", 60)]
    public async Task The_phase_of_the_shutdown_has_as_long_as_the_browser_s_stop_unless_it_is_configured(string configuration, double seconds)
    {
        var system = Start(configuration);
        system.StartActorBrowser(new ActorBrowserOptions { Launcher = new FakeLauncher() });
        Assert.Equal(TimeSpan.FromSeconds(seconds), CoordinatedShutdown.Get(system).Timeout(CoordinatedShutdown.PhaseServiceStop));
        await system.Terminate().Soon();
    }

    [Fact]
    public async Task A_stop_that_takes_longer_than_Akka_s_own_timeout_is_waited_for()
    {
        var launcher = new FakeLauncher();
        var system = Start("akka.coordinated-shutdown.default-phase-timeout = 300ms\nactorbrowser.child.stop-timeout = 20s");
        var browser = system.StartActorBrowser(new ActorBrowserOptions { Launcher = launcher });
        var spawning = browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("echo"), Deadline.Long);
        var child = await launcher.NextAsync();
        child.DiesWhenKilled = false;
        await child.BecomeReadyAsync();
        await spawning;
        var terminating = system.Terminate();
        await ProcessTable.Until(() => child.Kills > 0, Deadline.Long);
        Assert.NotSame(terminating, await Task.WhenAny(terminating, Task.Delay(TimeSpan.FromSeconds(1))));
        child.Exit(null, 9);
        await terminating.Soon();
    }

    [Fact]
    public async Task A_browser_that_was_stopped_before_does_not_hold_the_system_up()
    {
        var system = Start();
        var browser = system.StartActorBrowser(new ActorBrowserOptions { Launcher = new FakeLauncher() });
        await browser.GracefulStop(Deadline.Long);
        var terminating = system.Terminate();
        Assert.Same(terminating, await Task.WhenAny(terminating, Task.Delay(TimeSpan.FromSeconds(2.5))));
    }

    [Fact]
    public async Task A_stopping_browser_starts_nothing_new()
    {
        var launcher = new FakeLauncher();
        var system = Start();
        var roster = ProcessRoster.Of(launcher);
        var browser = system.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(system.Settings.Config), roster), "browser");
        await browser.Ask<BrowserShutdown.Drained>(new BrowserShutdown.Drain(TimeSpan.FromSeconds(1)), Deadline.Long);
        await Assert.ThrowsAsync<BrowserStoppedException>(() => browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("echo"), Deadline.Long));
        var refused = await browser.Ask<CommandProtocol.SpawnRefused>(new CommandProtocol.Spawn(["true"]), Deadline.Long);
        Assert.Contains("stopping", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await roster.EndAsync(CancellationToken.None).Soon());
        await Assert.ThrowsAsync<Sandbox.LaunchException>(() => roster.LaunchAsync("echo", null!, null!, null!, CancellationToken.None));
        await system.Terminate().Soon();
    }

    [Fact]
    public async Task Commands_get_their_TERM_and_their_grace()
    {
        var system = Start();
        var browser = system.StartActorBrowser();
        using var folder = new TemporaryFolder();
        var said = Path.Combine(folder.Path, "said");
        var spawned = await browser.Ask<CommandProtocol.Spawned>(
            new CommandProtocol.Spawn(["sh", "-c", "trap 'sleep 0.3; echo bye > said; exit 0' TERM; : > ready; while :; do sleep 0.05; done"])
            {
                Folder = folder.Path,
                Profile = "command-workspace",
            }, Deadline.Long);
        await ProcessTable.Until(() => File.Exists(Path.Combine(folder.Path, "ready")), Deadline.Long);
        await system.Terminate().Soon();
        Assert.Equal("bye\n", await File.ReadAllTextAsync(said));
        Assert.False(ProcessTable.IsRunning(spawned.ProcessId));
    }

    [Fact]
    public async Task A_stop_reports_what_it_ended_as_ended_by_the_stop()
    {
        var system = Start("akka.loglevel = WARNING");
        var heard = new Listener(((ExtendedActorSystem)system).Provider);
        foreach (var type in new[] { typeof(Warning), typeof(DeadLetter), typeof(ChildProcessProtocol.ChildExited) })
            system.EventStream.Subscribe(heard, type);
        var client = BrowserClient.For(system.StartActorBrowser());
        using var folder = new TemporaryFolder();
        var running = client.Commands.RunAsync(new CommandProtocol.Spawn(["sh", "-c", "echo begun; : > ready; exec sleep 1000"]) { Folder = folder.Path, Profile = "command-workspace" });
        for (var i = 0; i < 4; i++)
            await client.SpawnAsync("echo");
        await ProcessTable.Until(() => File.Exists(Path.Combine(folder.Path, "ready")), Deadline.Long);
        await system.Terminate().Soon();
        var stopped = await Assert.ThrowsAsync<BrowserStoppedException>(() => running.Soon());
        Assert.Equal((CommandStatus.Killed, "begun\n"), (stopped.Snapshot?.Status, stopped.Snapshot?.Output.ToString()));
        var exits = heard.Messages.OfType<ChildProcessProtocol.ChildExited>().ToArray();
        Assert.True(exits.Length >= 5, $"{exits.Length} children ended.");
        Assert.All(exits, static exited => Assert.True(exited is { Reason: ExitReason.Clean } or { Reason: ExitReason.Killed, Cause: KillCause.Parent or KillCause.Request }, $"{exited}"));
        Assert.All(exits, static exited => Assert.True(exited.Image == ChildImage.Jit || exited.ReadyAt is null, $"{exited}"));
        // Akka's own actors lose messages at a system's end.
        Assert.DoesNotContain(heard.Messages, static message => message is Warning || (message is DeadLetter letter && letter.Recipient.Path.Elements[0] == "user"));
    }

    // Receives what is published on the thread that publishes it.
    private sealed class Listener(IActorRefProvider provider) : MinimalActorRef
    {
        internal System.Collections.Concurrent.ConcurrentQueue<object> Messages { get; } = new();

        public override ActorPath Path { get; } = provider.TempPath();

        public override IActorRefProvider Provider => provider;

        protected override void TellInternal(object message, IActorRef sender) => Messages.Enqueue(message);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("actorbrowser-shutdown-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
