using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Configuration;

namespace ActorBrowser.ActorsTests;

/// <summary>What a program may get wrong with typed roles, and whom that must not harm.</summary>
public sealed class HostileRoleCallerSpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off\nactorbrowser.role.cancel-grace = 200ms")
{
    private static ActorBrowserOptions Options(string configuration = "") => new() { Launcher = new FakeLauncher(), Configuration = configuration };

    private async Task<(IActorRef Browser, IActorRef Role)> StartAsync()
    {
        var browser = Sys.StartActorBrowser(Options().AddRole(Adder.Role, static options => options.InProcess()));
        return (browser, await RoleOfAsync(browser));
    }

    private static async Task<IActorRef> RoleOfAsync(IActorRef browser) => (await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("adder"), Deadline.Long)).Role;

    [Theory]
    [InlineData("actorbrowser.roles.adder.timeout = banana")]
    [InlineData("actorbrowser.roles.adder.max-processes = 0")]
    [InlineData("actorbrowser.role.max-processes = 0")]
    public void A_wrong_setting_of_a_role_fails_the_start(string setting) =>
        Assert.ThrowsAny<ConfigurationException>(() => Sys.StartActorBrowser(Options(setting).AddRole(Adder.Role)));

    [Fact]
    public void A_profile_that_cannot_be_made_fails_the_start() =>
        Assert.Throws<FormatException>(() => Sys.StartActorBrowser(Options().AddRole(Adder.Role, static role => role.WithProfile(static _ => throw new FormatException("on purpose")))));

    [Fact]
    public async Task The_longest_timeouts_are_for_ever_and_not_over_at_once()
    {
        var (_, role) = await StartAsync();
        var client = RoleClient<Adder>.For(role);
        foreach (var timeout in new[] { TimeSpan.MaxValue, TimeSpan.FromDays(300 * 365), Timeout.InfiniteTimeSpan })
        {
            using var cancellation = new CancellationTokenSource();
            var held = client.AskAsync<Total>(new Hold($"{timeout}"), timeout, cancellation.Token);
            await Adder.BegunAsync($"{timeout}");
            Assert.Equal(new Total(1), await client.AskAsync<Total>(new Sum([1]), timeout).Soon());
            // The look at all deadlines that ends this one would have ended the held one.
            await Assert.ThrowsAsync<RoleTimeoutException>(() => client.AskAsync<Total>(new Hold($"{timeout} late"), TimeSpan.FromMilliseconds(1)).Soon());
            Assert.False(held.IsCompleted);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held.Soon());
        }
    }

    [Fact]
    public async Task A_request_that_is_cancelled_before_it_is_sent_is_not_run()
    {
        var (_, role) = await StartAsync();
        for (var i = 0; i < 50; i++)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RoleClient<Adder>.For(role).AskAsync<Total>(new Hold("never"), cancellation: new CancellationToken(true)));
        Assert.Equal(new Total(1), await role.Ask<Total>(new Sum([1]), Deadline.Long));
        Assert.False(Adder.Held.ContainsKey("never"));
    }

    [Fact]
    public async Task A_restart_of_the_role_s_actor_keeps_its_subscribers()
    {
        var (_, role) = await StartAsync();
        var probe = CreateTestProbe();
        await role.Ask<RoleProtocol.Subscribed>(new RoleProtocol.Subscribe(probe.Ref), Deadline.Long);
        role.Tell(new Poison());
        role.Tell("after", ActorRefs.NoSender);
        Assert.Equal("after", await probe.ExpectMsgAsync<string>(Deadline.Long));
    }

    [Fact]
    public async Task A_role_whose_actor_was_stopped_is_there_again_and_the_numbers_of_all_pools_are_told()
    {
        var (browser, role) = await StartAsync();
        Watch(role);
        role.Tell(PoisonPill.Instance);
        await ExpectTerminatedAsync(role, Deadline.Long);
        await AwaitAssertAsync(async () => Assert.NotEqual(role, await RoleOfAsync(browser)), Deadline.Long);
        Assert.Equal(new Total(1), await (await RoleOfAsync(browser)).Ask<Total>(new Sum([1]), Deadline.Long));
        var pools = await browser.Ask<BrowserProtocol.Pools>(new BrowserProtocol.GetPools(), Deadline.Long);
        Assert.Equal(["adder", "image-decoder", "renderer"], pools.All.Select(static pool => pool.Role).Order());
    }

    [Fact]
    public void A_section_that_is_a_value_is_refused_and_keys_with_dots_and_digits_are_keys()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("A", "a value"), new("B:fetch.total-timeout", "3s"), new("B:roles:7:max-processes", "2"), new("B:list:0", "x"), new("B:list:1", "y\"z")]).Build();
        Assert.Throws<ArgumentException>(() => new ActorBrowserOptions().AddSettings(configuration.GetSection("A")));
        Assert.Equal(
            "\nactorbrowser.fetch.total-timeout = \"3s\"\nactorbrowser.list = [\"x\", \"y\\\"z\"]\nactorbrowser.roles.7.max-processes = \"2\"",
            new ActorBrowserOptions().AddSettings(configuration.GetSection("B")).Configuration);
    }
}
