using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using MessagePack;

namespace ActorBrowser.ActorsTests;

[MessagePackObject]
public sealed record Sum([property: Key(0)] int[] Numbers);

[MessagePackObject]
public sealed record Total([property: Key(0)] long Value, [property: Key(1)] Total? Inner = null);

[MessagePackObject]
public sealed record Hold([property: Key(0)] string Name);

[MessagePackObject]
public sealed record Upto([property: Key(0)] int Last);

[MessagePackObject]
public sealed record Fill([property: Key(0)] int Length);

public sealed record Unmarked(string Text);

/// <summary>A role whose messages have MessagePack's attributes; its handlers run in this process.</summary>
public sealed class Adder
{
    internal static readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource<CancellationToken>> Held = new();

    public static readonly RoleDefinition<Adder> Role = RoleDefinition.For("adder", static () => new Adder())
        .Handles<Sum, Total>(static (_, sum, _) => ValueTask.FromResult(new Total(sum.Numbers.Sum(static number => (long)number))))
        .Handles<Hold, Total>(static async (_, hold, context) =>
        {
            Held.GetOrAdd(hold.Name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(context.Cancellation);
            await Task.Delay(Timeout.Infinite, context.Cancellation);
            return new Total(0);
        })
        .Streams<Upto, int>(static (_, upto, _) => Enumerable.Range(1, upto.Last).ToAsyncEnumerable())
        .Handles<Fill, byte[]>(static (_, fill, _) => ValueTask.FromResult(new byte[fill.Length]))
        .Receives<string>(static (_, text, context) => context.PublishAsync(text))
        .Publishes<string>();

    internal static Task<CancellationToken> BegunAsync(string name) => Held.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.Soon();
}

/// <summary>The actor of a typed role: what it takes and refuses, with the role's handlers in this process.</summary>
public sealed class RoleSpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off\nactorbrowser.role.cancel-grace = 200ms")
{
    private static RoleClient<Adder> Client(IActorRef role) => RoleClient<Adder>.For(role);

    [Fact]
    public async Task A_role_in_this_process_answers_an_Ask_and_its_client()
    {
        var role = Adder.Role.InProcess(Sys);
        Assert.Equal(new Total(6), await role.Ask<Total>(new Sum([1, 2, 3]), Deadline.Long));
        Assert.Equal(new Total(-1), await Client(role).AskAsync<Total>(new Sum([int.MinValue, int.MaxValue])).Soon());
        Assert.Equal(Enumerable.Range(1, 1000), await Client(role).StreamAsync<int>(new Upto(1000)).ToListAsync());
    }

    [Fact]
    public async Task A_message_that_the_role_does_not_have_or_that_is_of_the_other_kind_is_refused()
    {
        var role = Adder.Role.InProcess(Sys);
        Assert.Contains("takes Sum, Hold, Upto", (await Assert.ThrowsAsync<InvalidMessageException>(() => role.Ask<Total>(7, Deadline.Long))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidMessageException>(() => role.Ask<Total>(new Upto(3), Deadline.Long));
        await Assert.ThrowsAsync<InvalidMessageException>(async () => await Client(role).StreamAsync<int>(new Sum([])).ToListAsync());
        await Assert.ThrowsAsync<InvalidMessageException>(async () => await Client(role).StreamAsync<string>(new Upto(3)).ToListAsync());
        await Assert.ThrowsAsync<InvalidMessageException>(() => Client(role).AskAsync<Total>(new Sum([]), TimeSpan.FromSeconds(-1)).Soon());
        Assert.Contains("its answer is", (await Assert.ThrowsAsync<InvalidMessageException>(() => Client(role).AskAsync<int>(new Sum([1])).Soon())).Message, StringComparison.Ordinal);
        Assert.Equal(new Total(1), await role.Ask<Total>(new Sum([1]), Deadline.Long));
    }

    [Fact]
    public void A_role_whose_messages_cannot_be_serialised_is_refused_when_it_is_added()
    {
        var unmarked = RoleDefinition.For("unmarked", static () => new object()).Handles<Unmarked, Total>(static (_, _, _) => ValueTask.FromResult(new Total(1)));
        Assert.Contains("ActorBrowser.ActorsTests.Unmarked", Assert.Throws<InvalidOperationException>(() => unmarked.InProcess(Sys)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Adder.Role.Handles<Sum, Total>(static (_, _, _) => default));
        Assert.Throws<ArgumentException>(() => new ActorBrowserOptions().AddRole(RoleDefinition.For("network", static () => new object())));
        Assert.Throws<ArgumentException>(() => new ActorBrowserOptions().AddRole(Adder.Role).AddRole(Adder.Role));
    }

    [Fact]
    public async Task A_message_nested_deeper_than_allowed_is_refused_by_the_child_alone()
    {
        var nested = RoleDefinition.For("nested", static () => new object()).Handles<Total, Total>(static (_, total, _) => ValueTask.FromResult(total));
        var role = nested.InProcess(Sys);
        Total Nested(int depth) => Enumerable.Range(0, depth).Aggregate(new Total(0), static (inner, i) => new Total(i, inner));
        await role.Ask<Total>(Nested(RoleCodec.MaxDepth - 2), Deadline.Long);
        Assert.Contains("cannot read the request", (await Assert.ThrowsAsync<RoleFailedException>(() => role.Ask<Total>(Nested(RoleCodec.MaxDepth + 1), Deadline.Long))).Message, StringComparison.Ordinal);
        await role.Ask<Total>(Nested(1), Deadline.Long);
    }

    [Fact]
    public async Task Requests_wait_for_a_child_up_to_a_number_and_a_time()
    {
        var role = Sys.ActorOf(RoleActor.Props(Setup("max-waiting = 2", static options => options.WithPool(max: 1))));
        using var free = new CancellationTokenSource();
        var held = Client(role).AskAsync<Total>(new Hold("waiting"), cancellation: free.Token);
        await Adder.BegunAsync("waiting");
        var late = Client(role).AskAsync<Total>(new Sum([1]), TimeSpan.FromMilliseconds(150));
        var patient = Client(role).AskAsync<Total>(new Sum([2]));
        Assert.Equal(RoleRefusal.QueueFull, (await Assert.ThrowsAsync<RoleRefusedException>(() => Client(role).AskAsync<Total>(new Sum([3])).Soon())).Reason);
        Assert.False((await Assert.ThrowsAsync<RoleTimeoutException>(() => late.Soon())).WasStarted);
        Assert.False(patient.IsCompleted);
        await free.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held.Soon());
        Assert.Equal(new Total(2), await patient.Soon());
    }

    [Fact]
    public async Task The_handler_of_an_asker_that_stops_is_cancelled()
    {
        var role = Adder.Role.InProcess(Sys);
        var asker = CreateTestProbe();
        role.Tell(new Hold("stops"), asker.Ref);
        var cancellation = await Adder.BegunAsync("stops");
        Sys.Stop(asker.Ref);
        await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(static _ => { }, TaskScheduler.Default).Soon();
    }

    [Fact]
    public async Task A_role_s_actor_that_fails_answers_what_it_had_and_works_on_under_the_same_reference()
    {
        var browser = Sys.StartActorBrowser(new ActorBrowserOptions { Launcher = new FakeLauncher() }.AddRole(Adder.Role, static options => options.InProcess()));
        var role = (await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("adder"), Deadline.Long)).Role;
        Assert.Equal("/user/browser/roles/adder", role.Path.ToStringWithoutAddress());
        var held = Client(role).AskAsync<Total>(new Hold("fails"));
        await Adder.BegunAsync("fails");
        role.Tell(new Poison());
        await Assert.ThrowsAsync<ChildLostException>(() => held.Soon());
        Assert.Equal(new Total(4), await Client(role).AskAsync<Total>(new Sum([4])).Soon());
    }

    [Fact]
    public async Task The_owner_of_the_roles_fails_and_no_role_feels_it()
    {
        var browser = Sys.StartActorBrowser(new ActorBrowserOptions { Launcher = new FakeLauncher() }.AddRole(Adder.Role, static options => options.InProcess()));
        var role = (await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("adder"), Deadline.Long)).Role;
        var held = Client(role).AskAsync<Total>(new Hold("owner"), TimeSpan.FromSeconds(1));
        await Adder.BegunAsync("owner");
        Sys.ActorSelection("/user/browser/roles").Tell(new Poison());
        Assert.Equal(role, (await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("adder"), Deadline.Long)).Role);
        await Assert.ThrowsAsync<RoleTimeoutException>(() => held.Soon());
    }

    [Fact]
    public async Task A_stop_lets_requests_finish_and_admits_no_more()
    {
        var browser = Sys.StartActorBrowser(new ActorBrowserOptions { Launcher = new FakeLauncher() }.AddRole(Adder.Role, static options => options.InProcess()));
        var role = (await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("adder"), Deadline.Long)).Role;
        var held = Client(role).AskAsync<Total>(new Hold("drains"), TimeSpan.FromMilliseconds(500));
        await Adder.BegunAsync("drains");
        var drained = browser.Ask<BrowserShutdown.Drained>(new BrowserShutdown.Drain(Deadline.Long), Deadline.Long);
        await AwaitAssertAsync(() => Assert.ThrowsAsync<BrowserStoppedException>(() => Client(role).AskAsync<Total>(new Sum([1])).Soon()), Deadline.Long);
        await Assert.ThrowsAsync<RoleTimeoutException>(() => held.Soon());
        await drained;
        await browser.GracefulStop(Deadline.Long);
        await Assert.ThrowsAsync<BrowserStoppedException>(() => Client(role).AskAsync<Total>(new Sum([1])).Soon());
        await Assert.ThrowsAsync<BrowserStoppedException>(() => role.Ask<Total>(new Sum([1]), Deadline.Long));
    }

    [Fact]
    public async Task Settings_under_the_role_s_name_precede_the_program_s_and_those_the_defaults()
    {
        var limits = Setup("max-concurrent = 7", static options => options.WithPool(max: 3, concurrent: 5).WithTimeout(TimeSpan.FromSeconds(9))).Limits;
        Assert.Equal((3, 7, TimeSpan.FromSeconds(9), 1), (limits.MaxProcesses, limits.MaxConcurrent, limits.Timeout, limits.Spares));
        Assert.Contains("max-concurent", Assert.Throws<Akka.Configuration.ConfigurationException>(() => Sys.StartActorBrowser(Options("actorbrowser.roles.adder.max-concurent = 1"))).Message, StringComparison.Ordinal);
        Assert.Contains("actorbrowser.roles.ader is no role of this program", Assert.Throws<Akka.Configuration.ConfigurationException>(() => Sys.StartActorBrowser(Options("actorbrowser.roles.ader.spares = 1"))).Message, StringComparison.Ordinal);
        var browser = Sys.StartActorBrowser(Options("actorbrowser.roles.adder.spares = 1"));
        await Assert.ThrowsAsync<InvalidMessageException>(() => browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("ader"), Deadline.Long));
    }

    private static ActorBrowserOptions Options(string configuration) =>
        new ActorBrowserOptions { Launcher = new FakeLauncher(), Configuration = configuration }.AddRole(Adder.Role, static options => options.InProcess());

    private static RoleSetup Setup(string own, Action<RoleOptions> configure)
    {
        var options = new ActorBrowserOptions().AddRole(Adder.Role, role => configure(role.InProcess()));
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString($"actorbrowser.roles.adder {{ {own} }}"));
        return RolesActor.SetupOf(options.Roles[0], settings, InProcessLauncher.For(options.Roles, options.Launcher));
    }
}
