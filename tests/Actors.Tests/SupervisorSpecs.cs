using ActorBrowser.Sandbox;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Keeping one child of a role alive: through losses, through the supervisor's own failures, and not for ever if no start can succeed.</summary>
public sealed class SupervisorSpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off")
{
    private readonly FakeLauncher _launcher = new();

    private static ActorBrowserSettings Settings(string more = "") => ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString(
        $"actorbrowser.restart {{ min-backoff = 10ms, max-backoff = 20ms }}\n{more}"));

    private IActorRef Supervise(Func<byte[]>? roleArgs = null, string more = "")
    {
        var supervisor = Sys.ActorOf(ChildSupervisor.Props("network", Settings(more), roleArgs ?? (static () => []), _launcher));
        supervisor.Tell(new ChildSupervisor.Attach(TestActor));
        supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
        return supervisor;
    }

    [Fact]
    public async Task Arguments_that_cannot_be_read_are_a_start_that_failed_and_the_next_one_is_made_by_policy()
    {
        var missing = 3;
        Supervise(() => missing-- > 0 ? throw new FileNotFoundException("There is no file certificates.pem.") : []);
        for (var i = 0; i < 3; i++)
            Assert.Contains("certificates.pem", (await ExpectMsgAsync<ChildSupervisor.Down>(Deadline.Long)).Message, StringComparison.Ordinal);
        await (await _launcher.NextAsync()).BecomeReadyAsync();
        await ExpectMsgAsync<ChildSupervisor.Up>(Deadline.Long);
    }

    [Fact]
    public async Task A_file_of_certificates_that_is_gone_and_comes_again_is_such_a_case()
    {
        var file = Path.GetTempFileName();
        File.Delete(file);
        var settings = Settings($"actorbrowser.network.trusted-certificates = \"{file}\"");
        var supervisor = Sys.ActorOf(ChildSupervisor.Props("network", settings, settings.NetworkArgs, _launcher));
        supervisor.Tell(new ChildSupervisor.Attach(TestActor));
        supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
        Assert.Contains(file, (await ExpectMsgAsync<ChildSupervisor.Down>(Deadline.Long)).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "");
        try
        {
            await (await _launcher.NextAsync()).BecomeReadyAsync();
            await FishForMessageAsync(static message => message is ChildSupervisor.Up, Deadline.Long);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_supervisor_that_fails_kills_its_child_tells_its_users_and_finds_them_again()
    {
        var supervisor = Supervise();
        var first = await _launcher.NextAsync();
        await first.BecomeReadyAsync();
        await ExpectMsgAsync<ChildSupervisor.Up>(Deadline.Long);
        supervisor.Tell(Poison.Instance);
        Assert.Contains("supervisor failed", (await ExpectMsgAsync<ChildSupervisor.Down>(Deadline.Long)).Message, StringComparison.Ordinal);
        await first.Exited.Soon();
        await (await _launcher.NextAsync()).BecomeReadyAsync();
        await ExpectMsgAsync<ChildSupervisor.Up>(Deadline.Long);
    }

    [Theory]
    [InlineData("build")]
    [InlineData("version")]
    [InlineData("role")]
    public async Task A_child_of_another_program_is_told_with_the_first_and_not_tried_again_for_a_while(string difference)
    {
        Supervise();
        var child = await _launcher.NextAsync();
        child.SayHello(difference == "version" ? 999 : null, difference == "build" ? Guid.NewGuid() : null, difference == "role" ? "somebody-else" : null);
        var down = await ExpectMsgAsync<ChildSupervisor.Down>(Deadline.Long);
        Assert.Contains("Its Hello was refused: it ", down.GivenUp, StringComparison.Ordinal);
        Assert.Equal(1, _launcher.Launches);
        Assert.True(child.Kills > 0);
    }

    [Fact]
    public async Task A_pool_whose_program_is_of_another_build_refuses_at_once()
    {
        var settings = Settings("actorbrowser.pools.renderer { spares = 0, max-processes = 1 }");
        var pool = Sys.ActorOf(WorkerPool.Props("renderer", settings, settings.Tabs.Renderers, _launcher));
        pool.Tell(new WorkerPool.Acquire(1, "site"), TestActor);
        (await _launcher.NextAsync()).SayHello(build: Guid.NewGuid());
        Assert.Contains("it is of build", (await ExpectMsgAsync<WorkerPool.Refused>(Deadline.Long)).Message, StringComparison.Ordinal);
        Assert.Equal(1, _launcher.Launches);
    }

    [Fact]
    public async Task One_that_says_another_s_pid_is_tried_again()
    {
        Supervise();
        (await _launcher.NextAsync()).SayHello(pid: 1);
        Assert.Null((await ExpectMsgAsync<ChildSupervisor.Down>(Deadline.Long)).GivenUp);
        await (await _launcher.NextAsync()).BecomeReadyAsync();
    }

    [Fact]
    public async Task One_that_fails_again_and_again_gives_up_as_after_losses()
    {
        var supervisor = Supervise(more: "actorbrowser.restart.max-restarts = 2");
        for (var i = 0; i < 3; i++)
        {
            supervisor.Tell(Poison.Instance);
            await ExpectMsgAsync<ChildSupervisor.Down>(Deadline.Long);
        }
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(300));
        Assert.Equal(ChildState.Exited, (await supervisor.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long)).State);
    }

    [Theory]
    [InlineData(nameof(LaunchErrorKind.NotFound))]
    [InlineData(nameof(LaunchErrorKind.NotExecutable))]
    [InlineData(nameof(LaunchErrorKind.ConfinementUnavailable))]
    public async Task A_launch_that_cannot_succeed_is_told_at_once_and_not_tried_again_for_a_while(string kind)
    {
        _launcher.Failure = () => new LaunchException(Enum.Parse<LaunchErrorKind>(kind), "The layer files is missing.");
        Supervise();
        var down = await ExpectMsgAsync<ChildSupervisor.Down>(Deadline.Long);
        Assert.Contains("The layer files is missing.", down.GivenUp, StringComparison.Ordinal);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(300));
        Assert.Equal(1, _launcher.Launches);
    }

    [Fact]
    public async Task A_pool_whose_launches_cannot_succeed_refuses_at_once()
    {
        _launcher.Failure = static () => new LaunchException(LaunchErrorKind.ConfinementUnavailable, "The layer files is missing.");
        var settings = Settings();
        var pool = Sys.ActorOf(WorkerPool.Props("renderer", settings, settings.Tabs.Renderers, _launcher));
        pool.Tell(new WorkerPool.Acquire(1, "site"));
        Assert.Contains("The layer files is missing.", (await ExpectMsgAsync<WorkerPool.Refused>(Deadline.Long)).Message, StringComparison.Ordinal);
        Assert.Equal(1, _launcher.Launches);
    }

    [Fact]
    public async Task A_child_that_ends_before_its_turn_or_before_it_is_ready_gives_its_turn_on_and_the_network_child_needs_none()
    {
        var settings = Settings("actorbrowser.child { max-starting = 3, handshake-timeout = 60s }");
        var first = Enumerable.Range(0, 3).Select(_ => Sys.ActorOf(ChildProcessActor.Props("echo", settings, [], _launcher))).ToList();
        foreach (var _ in first)
            await _launcher.NextAsync();
        var waiting = Sys.ActorOf(ChildProcessActor.Props("echo", settings, [], _launcher));
        var last = Sys.ActorOf(ChildProcessActor.Props("echo", settings, [], _launcher));
        Sys.ActorOf(ChildProcessActor.Props("network", settings, [], _launcher));
        await _launcher.NextAsync();
        Assert.Equal(4, _launcher.Launches);
        await waiting.GracefulStop(Deadline.Long);
        await first[0].GracefulStop(Deadline.Long);
        await _launcher.NextAsync();
        await last.GracefulStop(Deadline.Long);
        foreach (var child in first.Skip(1))
            await child.GracefulStop(Deadline.Long);
        Assert.Equal(5, _launcher.Launches);
    }
}
