using System.Collections;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A hostile sender sends every fetch message with every field invalid while other fetches run. Child and server are real.</summary>
public sealed class HostileFetchSpecs : TestKit
{
    private static readonly string Overrides = $$"""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{{TestChildProgram.Path}}"
        """;

    private readonly IActorRef _browser;

    public HostileFetchSpecs() : base(Overrides) => _browser = Sys.StartActorBrowser();

    private sealed class ThrowingHeaders : IReadOnlyList<HeaderField>
    {
        public HeaderField this[int index] => throw new InvalidOperationException("hostile");

        public int Count => 3;

        public IEnumerator<HeaderField> GetEnumerator() => throw new InvalidOperationException("hostile");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private static readonly TimeSpan?[] Times = [null, TimeSpan.MinValue, TimeSpan.FromTicks(-1), TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.FromDays(24), TimeSpan.FromDays(25), TimeSpan.MaxValue, Timeout.InfiniteTimeSpan];

    private static readonly IReadOnlyList<HeaderField>[] HeaderLists =
    [
        null!, [], [default], [new HeaderField(null!, "x")], [new HeaderField("X", null!)], [new HeaderField("", "")], [new HeaderField("X", "\r\n")],
        [new HeaderField("X", "\ud800")], [new HeaderField("Host", "")], [new HeaderField("Content-Length", "-1")], [new HeaderField("Transfer-Encoding", "chunked")],
        new ThrowingHeaders(), [.. Enumerable.Repeat(new HeaderField("A", "b"), 1021)], [.. Enumerable.Repeat(new HeaderField("A", "b"), 1022)],
        [.. Enumerable.Repeat(new HeaderField("A", "b"), 5000)], [new HeaderField("X", new string('x', 2 << 20))], [new HeaderField(new string('x', 100_000), "x")],
    ];

    private static readonly Func<ReadOnlyMemory<byte>>[] Bodies =
    [
        static () => default, static () => new byte[1], static () => new byte[65_537], static () => new byte[(64 << 20) + 1],
        static () => HostileMemory.Of(1), static () => HostileMemory.Of(100), static () => HostileMemory.Of(300_000), static () => HostileMemory.Of(300_000, readings: 3),
        static () => HostileMemory.Of(300_000, readings: 9, backing: 10), static () => HostileMemory.Of(int.MaxValue, backing: 0),
    ];

    private static Fetch Hostile(Random random, string good)
    {
        var fetch = new Fetch(good);
        for (var wrong = random.Next(1, 4); wrong > 0; wrong--)
        {
            fetch = random.Next(11) switch
            {
                0 => fetch with { Url = Pick(random, null!, "", " ", "http://", "http://[", "http://\ud800/", "http://a:99999/", "ftp://x/", "http://x/\0", new string('h', 70_000), "http://" + new string('a', 60_000) + "/") },
                1 => fetch with { Method = Pick(random, null!, "", "G E T", "CONNECT", "\r\n", new string('X', 100_000), "get", "\ud800") },
                2 => fetch with { Headers = Pick(random, HeaderLists) },
                3 => fetch with { Body = Pick(random, Bodies)(), Method = Pick(random, "GET", "HEAD", "POST") },
                4 => fetch with { Initiator = (FetchInitiator)Pick(random, -1, 3, int.MaxValue, int.MinValue) },
                5 => fetch with { MaxRedirects = Pick(random, -5, -1, 0, 1000, 1001, int.MaxValue, int.MinValue) },
                6 => fetch with { TotalTimeout = Pick(random, Times), ConnectTimeout = Pick(random, Times), FirstByteTimeout = Pick(random, Times) },
                7 => fetch with { MaxBody = Pick(random, -5, -1, 0, 1, long.MaxValue, long.MinValue) },
                8 => fetch with { Version = (HttpVersionChoice)Pick(random, -1, 3, int.MaxValue, int.MinValue) },
                9 => fetch with { Proxy = Pick(random, "", "x", "socks5://", "socks5://127.0.0.1:1", "\0", new string('p', 100_000)) },
                _ => fetch with { Cancellation = new CancellationToken(canceled: true), Replay = true },
            };
        }
        return fetch;
    }

    private async Task<object> AnswerAsync(ICommand message)
    {
        try
        {
            return await _browser.Ask<object>(message, Deadline.Long);
        }
        catch (InvalidMessageException refusal)
        {
            return refusal;
        }
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];

    [Fact]
    public async Task No_message_of_a_hostile_sender_disturbs_another_fetch_and_each_is_answered()
    {
        const int Rounds = 4000;
        const int AtOnce = 50;
        await using var server = await Site.EchoingAsync();
        var client = BrowserClient.For(_browser);
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var over = new CancellationTokenSource();
        var innocent = Task.WhenAll(Enumerable.Range(0, 4).Select(lane => Task.Run(async () =>
        {
            var body = new byte[70_000 + lane];
            var expected = Site.Echoed("POST", body);
            var served = 0;
            while (!over.IsCancellationRequested || served < 10)
            {
                var result = await client.FetchAsync(new Fetch(server.Root + "/") { Method = "POST", Body = body }).Soon();
                Assert.Equal(expected, result.Match(static r => System.Text.Encoding.UTF8.GetString(r.Body.Span), static f => f.Message));
                served++;
            }
            return served;
        })));
        var child = (await client.FetchAsync(new Fetch(server.Root + "/")).Soon()).Response!.ChildProcessId;
        for (var round = 0; round < Rounds; round += AtOnce)
        {
            var answers = new List<Task<object>>();
            for (var i = 0; i < AtOnce; i++)
            {
                var message = Hostile(random, server.Root + "/");
                answers.Add(AnswerAsync(message));
                // Some of the guessed ids belong to other fetches.
                _browser.Tell(new CancelFetch((ulong)random.NextInt64(0, 3 * Rounds)), TestActor);
                _browser.Tell(new GrantCredit((ulong)random.NextInt64(0, 3 * Rounds), Pick(random, 1, long.MaxValue)), TestActor);
            }
            answers.Add(AnswerAsync(new GrantCredit(1, Pick(random, 0, -1, long.MinValue))));
            foreach (var answer in await Task.WhenAll(answers).Soon())
                Assert.True(answer is FetchFailed or FetchResponse or InvalidMessageException, $"seed {seed}: {answer}");
            if (innocent.IsCompleted)
                await innocent;
        }
        await over.CancelAsync();
        Assert.All(await innocent, static served => Assert.True(served >= 10));
        Assert.Equal(child, (await client.FetchAsync(new Fetch(server.Root + "/")).Soon()).Response!.ChildProcessId);
        Assert.Equal(0, (await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).Pending);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(100, 0)]
    [InlineData(300_000, 0)]
    [InlineData(300_000, 3)]
    public async Task Memory_that_throws_as_a_body_fails_its_own_fetch_and_no_other(int length, int readings)
    {
        using var held = new SemaphoreSlim(0);
        await using var server = await Site.HoldingAsync(held);
        var innocent = _browser.Ask<object>(new Fetch(server.Root + "/held"), Deadline.Long);
        Assert.True(await held.WaitAsync(Deadline.Long));
        var failed = Assert.IsType<FetchFailed>(await AnswerAsync(new Fetch(server.Root + "/") { Method = "POST", Body = HostileMemory.Of(length, readings) }));
        Assert.Equal(FetchErrorKind.Upload, failed.Kind);
        Assert.Contains("hostile", failed.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).Pending);
        Assert.False(innocent.IsCompleted);
    }

    [Fact]
    public async Task Memory_of_the_senders_own_making_is_a_body_like_any_other()
    {
        await using var server = await Site.EchoingAsync();
        var body = HostileMemory.Of(300_000, readings: 1000);
        var response = Assert.IsType<FetchResponse>(await AnswerAsync(new Fetch(server.Root + "/") { Method = "POST", Body = body }));
        Assert.Equal(Site.Echoed("POST", new byte[300_000]), System.Text.Encoding.UTF8.GetString(response.Body.Span));
    }

    [Fact]
    public async Task Only_its_requester_may_cancel_a_fetch_or_grant_it_credit()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await Site.StartAsync(_ => release.Task);
        var owner = CreateTestProbe();
        _browser.Tell(new Fetch(server.Root + "/") { Streamed = true }, owner);
        var started = await owner.ExpectMsgAsync<FetchStarted>(Deadline.Long);
        foreach (var wrong in new ICommand[] { new CancelFetch(started.Id), new GrantCredit(started.Id, 1) })
            Assert.IsType<InvalidMessageException>(await AnswerAsync(wrong));
        release.SetResult();
        await owner.ExpectMsgAsync<FetchHeadersArrived>(Deadline.Long);
        await owner.ExpectMsgAsync<FetchCompleted>(Deadline.Long);
    }
}
