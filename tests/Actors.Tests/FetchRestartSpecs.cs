using System.Runtime.CompilerServices;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>The effects on fetches when the coordinator or the network child's supervisor restarts or stops. The child is played.</summary>
[Trait("Tier", "Fast")]
public sealed class FetchRestartSpecs : TestKit
{
    private static readonly FetchHeaders Headers = new(200, "1.1", "http://x/", [], [], "", AddressSpace.Public, -1, default);

    private readonly FakeLauncher _launcher = new();
    private readonly IActorRef _browser;

    public FetchRestartSpecs() : base("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.log-dead-letters = off\nactorbrowser.restart { min-backoff = 1ms, max-restarts = 20 }") =>
        _browser = Sys.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(Sys.Settings.Config), _launcher), "browser");

    private async Task<FakeChild> ReadyChildAsync()
    {
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        return child;
    }

    private static async Task<ulong> RequestAsync(FakeChild child)
    {
        while (true)
        {
            var frame = await child.NextAsync();
            if (frame.Type == MessageType.FetchRequest)
                return frame.Id;
            Assert.Equal(MessageType.FetchCancel, frame.Type);
        }
    }

    private static void Answer(FakeChild child, ulong id, string body)
    {
        child.Send(id, Headers);
        child.Send(id, new FetchBodyChunk(0, System.Text.Encoding.UTF8.GetBytes(body)));
        child.Send(id, new FetchEnd(body.Length, body.Length, TimeSpan.FromMicroseconds(1)));
    }

    private Task<IEvent> AskAsync(string path) => _browser.Ask<IEvent>(new Fetch("http://x/" + path), Deadline.Long);

    private async Task<BrowserProtocol.Children> ChildrenAsync() => await _browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restart_of_the_coordinator_ends_each_fetch_once_and_mixes_no_answers(bool byKill)
    {
        var before = Enumerable.Range(0, 5).Select(i => AskAsync($"old-{i}")).ToArray();
        var child = await ReadyChildAsync();
        var old = new List<ulong>();
        for (var i = 0; i < before.Length; i++)
            old.Add(await RequestAsync(child));
        var coordinator = (await ChildrenAsync()).Fetch;
        coordinator.Tell(byKill ? Akka.Actor.Kill.Instance : Poison.Instance, ActorRefs.NoSender);
        foreach (var asked in before)
            Assert.Equal(FetchErrorKind.Unavailable, Assert.IsType<FetchFailed>(await asked.Soon()).Kind);

        var after = Enumerable.Range(0, 5).Select(i => AskAsync($"new-{i}")).ToArray();
        var fresh = new List<ulong>();
        for (var i = 0; i < after.Length; i++)
            fresh.Add(await RequestAsync(child));
        Assert.Empty(old.Intersect(fresh));
        foreach (var id in old)
            Answer(child, id, "an old answer");
        foreach (var id in fresh)
            Answer(child, id, $"answer {id}");
        foreach (var asked in after)
        {
            var response = Assert.IsType<FetchResponse>(await asked.Soon());
            Assert.Equal($"answer {response.Id}", System.Text.Encoding.UTF8.GetString(response.Body.Span));
        }
        Assert.Equal(1, _launcher.Launches);
    }

    [Fact]
    public async Task A_streamed_fetch_hears_of_the_restart_as_its_one_end()
    {
        _browser.Tell(new Fetch("http://x/") { Streamed = true }, TestActor);
        await ExpectMsgAsync<FetchStarted>(Deadline.Long);
        await RequestAsync(await ReadyChildAsync());
        (await ChildrenAsync()).Fetch.Tell(Poison.Instance, ActorRefs.NoSender);
        var failed = await ExpectMsgAsync<FetchFailed>(Deadline.Long);
        Assert.Contains(Poison.Reason, failed.Message, StringComparison.Ordinal);
        await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long);
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_fetch_that_waits_for_a_child_hears_of_the_restart()
    {
        _launcher.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = AskAsync("waiting");
        (await ChildrenAsync()).Fetch.Tell(Poison.Instance, ActorRefs.NoSender);
        Assert.Equal(FetchErrorKind.Unavailable, Assert.IsType<FetchFailed>(await waiting.Soon()).Kind);
        var next = AskAsync("next");
        _launcher.Hold.SetResult();
        var child = await ReadyChildAsync();
        Answer(child, await RequestAsync(child), "next");
        Assert.IsType<FetchResponse>(await next.Soon());
    }

    [Fact]
    public async Task A_coordinator_that_was_stopped_answers_those_in_flight_those_sent_meanwhile_and_those_after()
    {
        var inFlight = AskAsync("in-flight");
        var child = await ReadyChildAsync();
        await RequestAsync(child);
        var coordinator = (await ChildrenAsync()).Fetch;
        coordinator.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        var meanwhile = Enumerable.Range(0, 20).Select(i => coordinator.Ask<IEvent>(new Fetch($"http://x/{i}"), Deadline.Long)).ToArray();
        Assert.IsType<FetchFailed>(await inFlight.Soon());
        foreach (var asked in meanwhile)
            Assert.Equal(FetchErrorKind.Unavailable, Assert.IsType<FetchFailed>(await asked.Soon()).Kind);
        await AwaitConditionAsync(async () => !(await ChildrenAsync()).Fetch.Equals(coordinator), Deadline.Long, Deadline.Often);
        var after = AskAsync("after");
        Answer(child, await RequestAsync(child), "after");
        Assert.IsType<FetchResponse>(await after.Soon());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_supervisor_that_was_stopped_or_killed_fails_what_is_in_flight_and_the_next_fetch_works(bool byKill)
    {
        var inFlight = AskAsync("in-flight");
        await RequestAsync(await ReadyChildAsync());
        (await ChildrenAsync()).Network.Tell(byKill ? Akka.Actor.Kill.Instance : PoisonPill.Instance, ActorRefs.NoSender);
        Assert.IsType<FetchFailed>(await inFlight.Soon());
        // The supervisor's end and its successor are reported one after the other: a fetch between the two is refused.
        IEvent next;
        Task<IEvent> asked;
        do
        {
            asked = AskAsync("next");
            var launched = _launcher.NextAsync();
            if (await Task.WhenAny(asked, launched).Soon() == launched)
            {
                var child = await launched;
                await child.BecomeReadyAsync();
                Answer(child, await RequestAsync(child), "next");
            }
            next = await asked.Soon();
        }
        while (next is FetchFailed { Kind: FetchErrorKind.Unavailable });
        Assert.IsType<FetchResponse>(next);
    }

    [Fact]
    public async Task Fetches_whose_requesters_stop_leave_nothing_at_a_long_lived_token()
    {
        using var life = new CancellationTokenSource();
        var bodies = await StartAndStopRequestersAsync(300, life.Token);
        await AwaitConditionAsync(async () => (await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).Pending == 0, Deadline.Long, Deadline.Often);
        await AwaitConditionAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return Task.FromResult(bodies.Count(static body => body.TryGetTarget(out _)) <= 1);
            }, Deadline.Long, Deadline.Often);
        GC.KeepAlive(life);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<List<WeakReference<byte[]>>> StartAndStopRequestersAsync(int count, CancellationToken token)
    {
        _launcher.Hold = new TaskCompletionSource();
        var bodies = new List<WeakReference<byte[]>>();
        for (var i = 0; i < count; i++)
        {
            var body = new byte[1000];
            bodies.Add(new WeakReference<byte[]>(body));
            var requester = Sys.ActorOf(Props.Empty);
            _browser.Tell(new Fetch("http://x/") { Method = "POST", Body = body, Cancellation = token }, requester);
            Sys.Stop(requester);
        }
        await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long, CancellationToken.None);
        return bodies;
    }
}
