using ActorBrowser.Cluster;
using ActorBrowser.TestChild;
using Akka.Actor;
using Akka.Hosting;

namespace ActorBrowser.ClusterTests;

/// <summary>A browser node with a typed role, and a node that only has its definition.</summary>
public sealed class RoleNodes : IAsyncLifetime
{
    internal TestNode Browser { get; private set; } = null!;

    internal TestNode Front { get; private set; } = null!;

    internal IActorRef Role { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        const string hocon = """
            actorbrowser.cluster.window = 256 KiB
            actorbrowser.role { spares = 1, max-processes = 4, cancel-grace = 300ms }
            """;
        Browser = await TestNode.StartAsync(isBrowser: true, hocon: hocon, configure: static options => options.Browser.AddRole(TypedRole.Role));
        Front = await TestNode.StartAsync(Browser, hocon: hocon, configure: static options => options.AddRole(TypedRole.Role));
        await Front.LinkedAsync(1);
        await Browser.LinkedAsync(1);
        Role = (await Front.Cluster.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long)).Role;
    }

    public async Task DisposeAsync()
    {
        await Front.DisposeAsync();
        await Browser.DisposeAsync();
    }
}

/// <summary>Typed roles asked on one node and run by another: as the local role's actor behaves.</summary>
public sealed class RolePairSpecs(RoleNodes nodes) : IClassFixture<RoleNodes>
{
    private const int Part = 64 << 10;

    private RoleClient<TypedRole> Client => RoleClient<TypedRole>.For(nodes.Role);

    [Fact]
    public async Task A_role_answers_an_Ask_a_Tell_and_its_client_on_each_node()
    {
        Assert.Equal("hello", (await nodes.Role.Ask<Done>(new Work("hello"), Deadline.Long)).Text);
        Assert.Equal("hello", (await Client.AskAsync<Done>(new Work("hello")).Soon()).Text);
        var probe = new Probe(nodes.Front.System);
        nodes.Role.Tell(new Work("told"), probe.Ref);
        Assert.Equal("told", (await probe.NextAsync<Done>()).Text);
        Assert.Equal(nodes.Role, probe.LastSender);
        Assert.Equal(nodes.Role, ActorRegistry.For(nodes.Front.System).Get<TypedRole>());
        Assert.Equal("there", (await RoleClient<TypedRole>.For(ActorRegistry.For(nodes.Browser.System).Get<TypedRole>()).AskAsync<Done>(new Work("there")).Soon()).Text);
    }

    [Fact]
    public async Task Requests_and_answers_arrive_whole_at_each_size()
    {
        foreach (var size in new[] { 0, 1, Part - 1, Part, Part + 1, CommandNodes.Window - 1, CommandNodes.Window, CommandNodes.Window + 1, Part * 100 })
        {
            var data = new byte[size];
            new Random(size).NextBytes(data);
            Assert.Equal(data, (await Client.AskAsync<Done>(new Work("echo", 0, data)).Soon()).Data);
        }
    }

    [Fact]
    public async Task A_stream_arrives_in_order_and_waits_for_its_reader()
    {
        Assert.Equal(Enumerable.Range(1, 200_000), await Client.StreamAsync<int>(new Count(200_000)).ToListAsync());
        // Without end, and ended by the reader: the child hears of it.
        await foreach (var item in Client.StreamAsync<int>(new Count(0)))
        {
            if (item == 100_000)
                break;
        }
        var items = new List<int>();
        var failed = await Assert.ThrowsAsync<RoleFailedException>(async () =>
        {
            await foreach (var item in Client.StreamAsync<int>(new Count(3, "throw")))
                items.Add(item);
        });
        Assert.Equal(("counted enough", 3), (failed.RoleMessage, items.Count));
    }

    [Fact]
    public async Task A_handler_s_exception_comes_with_its_cause_and_a_lost_child_with_its_exit()
    {
        var failed = await Assert.ThrowsAsync<RoleFailedException>(() => Client.AskAsync<Done>(new Work("throw")).Soon());
        Assert.Equal(("typed", "System.InvalidOperationException", "thrown on purpose"), (failed.Role, failed.TypeName, failed.RoleMessage));
        Assert.Equal("the reason", Assert.IsType<RoleFailedException>(failed.InnerException).RoleMessage);
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => Client.AskAsync<Done>(new Work("exit")).Soon());
        Assert.Equal(9, lost.Exited!.ExitCode);
        Assert.Equal("typed", lost.Exited.Role);
        Assert.Equal("after", (await Client.AskAsync<Done>(new Work("after")).Soon()).Text);
    }

    [Fact]
    public async Task A_cancelled_request_and_one_whose_time_is_over_are_cancelled_in_the_child()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.AskAsync<Done>(new Work("wait"), cancellation: cancel.Token).Soon());
        var late = await Assert.ThrowsAsync<RoleTimeoutException>(() => Client.AskAsync<Done>(new Work("wait"), TimeSpan.FromMilliseconds(300)).Soon());
        Assert.True(late.WasStarted);
    }

    [Fact]
    public async Task Wrong_requests_are_refused_as_locally()
    {
        await Assert.ThrowsAsync<InvalidMessageException>(() => nodes.Role.Ask<Done>("a text", Deadline.Long));
        await Assert.ThrowsAsync<InvalidMessageException>(() => Client.AskAsync<string>(new Work("x")).Soon());
        await Assert.ThrowsAsync<InvalidMessageException>(() => Client.AskAsync<int>(new Count(1)).Soon());
        await Assert.ThrowsAsync<InvalidMessageException>(async () => await Client.StreamAsync<int>(new Work("x")).ToListAsync());
        await Assert.ThrowsAsync<RoleFailedException>(() => Client.AskAsync<Done>(new Work(null!)).Soon());
        await Assert.ThrowsAsync<InvalidMessageException>(() => Client.AskAsync<Done>(new Work("x"), TimeSpan.FromSeconds(-3)).Soon());
        await Assert.ThrowsAsync<InvalidMessageException>(() => nodes.Role.Ask<RoleProtocol.Subscribed>(new RoleProtocol.Subscribe(nodes.Front.Cluster), Deadline.Long));
        await Assert.ThrowsAsync<InvalidMessageException>(() => nodes.Front.Cluster.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("other"), Deadline.Long));
    }

    [Fact]
    public async Task A_message_without_an_answer_reaches_the_role()
    {
        var local = (await nodes.Browser.System.ActorSelection("/user/browser").Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long)).Role;
        var probe = new Probe(nodes.Browser.System);
        await local.Ask<RoleProtocol.Subscribed>(new RoleProtocol.Subscribe(probe.Ref), Deadline.Long);
        await Client.TellAsync(new Note("a note"));
        Assert.Equal("a note", (await probe.NextAsync<Noted>()).Text);
        local.Tell(new RoleProtocol.Unsubscribe(probe.Ref));
    }

    [Fact]
    public async Task A_lost_node_fails_a_request_once_unless_it_may_be_repeated()
    {
        await using var front = await TestNode.StartAsync(configure: static options => options.AddRole(TypedRole.Role));
        var lost = await TestNode.StartAsync(front, isBrowser: true, configure: static options => options.Browser.AddRole(TypedRole.Role));
        await front.LinkedAsync(1);
        var local = (await lost.System.ActorSelection("/user/browser").Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long)).Role;
        var waiting = new Probe(lost.System);
        await local.Ask<RoleProtocol.Subscribed>(new RoleProtocol.Subscribe(waiting.Ref), Deadline.Long);
        var client = RoleClient<TypedRole>.For(ActorRegistry.For(front.System).Get<TypedRole>());
        using var cancel = new CancellationTokenSource();
        var once = client.AskAsync<Done>(new Work("wait"));
        var twice = client.AskAsync<Done>(new ClusterProtocol.Repeatable(new Work("wait")), cancellation: cancel.Token);
        var stream = client.StreamAsync<int>(new ClusterProtocol.Placed(new Count(0, "slowly"), new Placement())).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        await waiting.NextAsync<Noted>();
        await waiting.NextAsync<Noted>();
        await using var other = await TestNode.StartAsync(front, isBrowser: true, configure: static options => options.Browser.AddRole(TypedRole.Role));
        await front.LinkedAsync(2);
        var there = (await other.System.ActorSelection("/user/browser").Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long)).Role;
        var again = new Probe(other.System);
        await there.Ask<RoleProtocol.Subscribed>(new RoleProtocol.Subscribe(again.Ref), Deadline.Long);

        Akka.Cluster.Cluster.Get(front.System).Down(lost.Address);

        await Assert.ThrowsAsync<NodeLostException>(() => once.Soon());
        Assert.Equal("waiting", (await again.NextAsync<Noted>()).Text);
        await again.NothingAsync();
        await Assert.ThrowsAsync<NodeLostException>(async () =>
        {
            while (await stream.MoveNextAsync())
            {
            }
        });
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => twice.Soon());
        await lost.CrashAsync();
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_node_that_has_the_role_a_request_waits_its_time()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true);
        await using var front = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.wait-timeout = 500ms", configure: static options => options.AddRole(TypedRole.Role));
        await front.LinkedAsync(1);
        var client = RoleClient<TypedRole>.For(ActorRegistry.For(front.System).Get<TypedRole>());
        await Assert.ThrowsAsync<NodesFullException>(() => client.AskAsync<Done>(new Work("x")).Soon());
        await Assert.ThrowsAsync<NodesFullException>(async () => await client.StreamAsync<int>(new Count(1)).ToListAsync());
        Assert.False((await Assert.ThrowsAsync<RoleTimeoutException>(() => client.AskAsync<Done>(new Work("x"), TimeSpan.FromMilliseconds(50)).Soon())).WasStarted);
    }
}
