using System.Net;
using System.Net.Sockets;
using ActorBrowser.TestChild;
using Akka.Actor;

namespace ActorBrowser.ProcessesTests;

/// <summary>A typed role in real processes: what it answers, and how each way to fail ends.</summary>
public sealed class TypedRoleSpecs : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("roles", "akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }");
    private IActorRef _browser = ActorRefs.Nobody;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate().Soon();
        Assert.Empty(ProcessTable.ChildrenOf(Environment.ProcessId));
    }

    private async Task<RoleClient<TypedRole>> StartAsync(Action<RoleOptions>? configure = null, string configuration = "")
    {
        var options = new ActorBrowserOptions { ChildExecutable = TestChildProgram.Path, Configuration = "actorbrowser.role { cancel-grace = 300ms, spares = 0 }\n" + configuration };
        _browser = _system.StartActorBrowser(options.AddRole(TypedRole.Role, configure));
        var found = await _browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long);
        return RoleClient<TypedRole>.For(found.Role);
    }

    private async Task<Inbox> SubscribeAsync()
    {
        var inbox = Inbox.Create(_system);
        var actor = (await _browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long)).Role;
        await actor.Ask<RoleProtocol.Subscribed>(new RoleProtocol.Subscribe(inbox.Receiver), Deadline.Long);
        return inbox;
    }

    private static Task<Done> AskAsync(RoleClient<TypedRole> role, string what, int number = 0) => role.AskAsync<Done>(new Work(what, number)).Soon();

    [Fact]
    public async Task A_request_is_answered_by_a_process_that_is_kept()
    {
        var role = await StartAsync();
        var first = await AskAsync(role, "hello");
        Assert.Equal("hello", first.Text);
        var process = Assert.Single(ProcessTable.ChildrenOf(Environment.ProcessId), static pid => File.ReadAllText($"/proc/{pid}/cmdline").Contains("typed", StringComparison.Ordinal));
        for (var i = 0; i < 100; i++)
            Assert.Equal(new Done(first.Child, $"{i}"), await AskAsync(role, $"{i}"));
        // Confined, a native child could not load it.
        if (TestChildProgram.IsNative)
            Assert.DoesNotContain("libcrypto", File.ReadAllText($"/proc/{process}/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_of_a_handler_reaches_the_asker_and_its_child_lives()
    {
        var role = await StartAsync();
        var before = await AskAsync(role, "hello");
        var failed = await Assert.ThrowsAsync<RoleFailedException>(() => AskAsync(role, "throw"));
        Assert.Equal(("typed", "System.InvalidOperationException", "thrown on purpose"), (failed.Role, failed.TypeName, failed.RoleMessage));
        Assert.Equal("System.FormatException", Assert.IsType<RoleFailedException>(failed.InnerException).TypeName);
        Assert.Contains("WorkAsync", failed.RoleStackTrace, StringComparison.Ordinal);
        Assert.Equal(before.Child, (await AskAsync(role, "hello")).Child);
    }

    [Theory]
    [InlineData("overflow")]
    [InlineData("out-of-memory")]
    [InlineData("exit")]
    [InlineData("fail-fast")]
    public async Task A_child_that_dies_fails_its_request_with_its_exit_record_and_the_next_one_is_served(string how)
    {
        var role = await StartAsync(static options => options.WithPool(max: 1).WithProfile(static profile => profile with { Limits = profile.Limits with { Memory = 256L << 20 } }));
        var before = await AskAsync(role, "hello");
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => AskAsync(role, how));
        Assert.Equal("typed", lost.Exited!.Role);
        Assert.False(ProcessTable.Exists(lost.Exited.ProcessId));
        if (how == "exit")
            Assert.Equal(9, lost.Exited.ExitCode);
        Assert.NotEqual(before.Child, (await AskAsync(role, "hello")).Child);
    }

    [Theory]
    [InlineData("spin")]
    [InlineData("deadlock")]
    public async Task A_handler_that_goes_on_after_its_time_is_ended_with_its_child_and_the_next_request_is_served(string how)
    {
        var role = await StartAsync(static options => options.WithPool(max: 1));
        var before = await AskAsync(role, "hello");
        var late = await Assert.ThrowsAsync<RoleTimeoutException>(() => role.AskAsync<Done>(new Work(how), TimeSpan.FromMilliseconds(300)).Soon());
        Assert.True(late.WasStarted);
        Assert.NotEqual(before.Child, (await AskAsync(role, "hello")).Child);
    }

    [Theory]
    [InlineData("spin")]
    [InlineData("deadlock")]
    public async Task A_handler_that_was_short_until_now_delays_no_other_request_when_it_goes_on_for_long(string how)
    {
        var role = await StartAsync(static options => options.WithPool(max: 1, concurrent: 3));
        var before = await AskAsync(role, "hello");
        for (var i = 0; i < 100; i++)
            await AskAsync(role, "hello");
        using var cancellation = new CancellationTokenSource();
        var endless = role.AskAsync<Done>(new Work(how), TimeSpan.Zero, cancellation.Token);
        for (var i = 0; i < 20; i++)
            Assert.Equal(before.Child, (await AskAsync(role, "hello")).Child);
        Assert.False(endless.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless.Soon());
        // The handler does not obey, and its child ends after the grace, together with what it does then.
        await ReplacedAsync().Soon();

        async Task ReplacedAsync()
        {
            while (true)
            {
                try
                {
                    if ((await AskAsync(role, "hello")).Child != before.Child)
                        return;
                }
                catch (ChildLostException lost)
                {
                    Assert.Contains("cancel-grace", lost.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public async Task All_requests_of_a_lost_child_fail_and_those_that_wait_are_served()
    {
        var role = await StartAsync(static options => options.WithPool(max: 1, concurrent: 3));
        var before = await AskAsync(role, "hello");
        var waiting = Enumerable.Range(0, 2).Select(_ => AskAsync(role, "wait")).ToArray();
        var killer = AskAsync(role, "exit");
        var next = AskAsync(role, "hello");
        var processes = new HashSet<int>();
        foreach (var lost in waiting.Append(killer))
            processes.Add((await Assert.ThrowsAsync<ChildLostException>(() => lost)).Exited!.ProcessId);
        Assert.Single(processes);
        Assert.NotEqual(before.Child, (await next).Child);
    }

    [Fact]
    public async Task Files_and_sockets_that_the_profile_forbids_fail_the_request_alone()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var role = await StartAsync();
        var before = await AskAsync(role, "hello");
        await Assert.ThrowsAsync<RoleFailedException>(() => AskAsync(role, "read"));
        await Assert.ThrowsAsync<RoleFailedException>(() => AskAsync(role, "connect", port));
        Assert.False(listener.Pending());
        listener.Stop();
        Assert.Equal(before.Child, (await AskAsync(role, "hello")).Child);
    }

    [Fact]
    public async Task A_cancelled_request_is_cancelled_in_its_child_which_lives()
    {
        var role = await StartAsync(static options => options.WithPool(max: 1));
        using var inbox = await SubscribeAsync();
        var before = await AskAsync(role, "hello");
        using var cancellation = new CancellationTokenSource();
        var waiting = role.AskAsync<Done>(new Work("wait"), cancellation: cancellation.Token);
        Assert.Equal(new Noted("waiting"), await inbox.ReceiveAsync(Deadline.Long));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        Assert.Equal(before with { Text = "1" }, await AskAsync(role, "cancelled"));
        await Assert.ThrowsAsync<RoleTimeoutException>(() => role.AskAsync<Done>(new Work("wait"), TimeSpan.FromMilliseconds(200)).Soon());
        Assert.Equal(before.Child, (await AskAsync(role, "hello")).Child);
    }

    [Fact]
    public async Task A_stream_arrives_whole_and_leaving_it_cancels_its_handler()
    {
        var role = await StartAsync(static options => options.WithPool(max: 1));
        var expected = 1;
        await foreach (var item in role.StreamAsync<int>(new Count(500_000)))
            Assert.Equal(expected++, item);
        Assert.Equal(500_001, expected);
        await foreach (var item in role.StreamAsync<int>(new Count(0)))
        {
            if (item == 100_000)
                break;
        }
        // The only child is free again only when the handler has ended.
        Assert.Equal("2", (await AskAsync(role, "cancelled")).Text);
        var slow = 0;
        await foreach (var item in role.StreamAsync<int>(new Count(20, "slowly")))
            slow += item;
        Assert.Equal(210, slow);
    }

    [Fact]
    public async Task A_stream_s_items_before_an_exception_arrive_before_it()
    {
        var role = await StartAsync();
        var items = new List<int>();
        var failed = await Assert.ThrowsAsync<RoleFailedException>(async () =>
        {
            await foreach (var item in role.StreamAsync<int>(new Count(3, "throw")))
                items.Add(item);
        });
        Assert.Equal([1, 2, 3], items);
        Assert.Equal("counted enough", failed.RoleMessage);
    }

    [Fact]
    public async Task Long_messages_travel_up_to_the_limit_and_longer_ones_fail_with_a_sentence()
    {
        var role = await StartAsync(configuration: "actorbrowser.roles.typed.max-message = 20 MiB");
        var data = new byte[15 << 20];
        Random.Shared.NextBytes(data);
        var answer = await role.AskAsync<Done>(new Work("echo", 0, data)).Soon();
        Assert.True(data.AsSpan().SequenceEqual(answer.Data));
        Assert.Equal(RoleRefusal.TooLong, (await Assert.ThrowsAsync<RoleRefusedException>(() => role.AskAsync<Done>(new Work("echo", 0, new byte[21 << 20])).Soon())).Reason);
        var failed = await Assert.ThrowsAsync<RoleFailedException>(() => AskAsync(role, "bytes", 21 << 20));
        Assert.Contains("actorbrowser.role.max-message", failed.Message, StringComparison.Ordinal);
        Assert.Equal(answer.Child, (await AskAsync(role, "hello")).Child);
    }

    [Fact]
    public async Task Messages_without_an_answer_are_handled_and_events_reach_the_subscribers()
    {
        var role = await StartAsync(static options => options.WithPool(max: 1));
        using var inbox = await SubscribeAsync();
        await role.TellAsync(new Note("throw"));
        for (var i = 0; i < 100; i++)
            await role.TellAsync(new Note($"note {i}"));
        for (var i = 0; i < 100; i++)
            Assert.Equal(new Noted($"note {i}"), await inbox.ReceiveAsync(Deadline.Long));
    }

    [Fact]
    public async Task A_child_that_cannot_load_its_plugin_says_why()
    {
        _browser = _system.StartActorBrowser(new ActorBrowserOptions { ChildExecutable = TestChildProgram.Path }
            .AddPlugin(Plugged.Role, typeof(Plugged).Assembly.Location, static role => role.WithPool(max: 1, spares: 0)));
        var found = await _browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("plugged"), Deadline.Long);
        var refused = await Assert.ThrowsAsync<RoleRefusedException>(() => RoleClient<IPlugged>.For(found.Role).AskAsync<string>("hello").Soon());
        Assert.Contains(TestChildProgram.IsNative ? "A native program cannot load the plugin" : "it has no public class that implements", refused.Message, StringComparison.Ordinal);
    }
}
