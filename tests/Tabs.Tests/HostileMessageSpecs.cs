using System.Buffers;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Util;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Messages with every field invalid, from a hostile sender: each is answered, and none disturbs other users' work.</summary>
public sealed class HostileMessageSpecs : BrowserSpecs
{
    private const int Messages = 6000;
    private static readonly byte[] Pixel = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGP4z8Dwn4HhfwMAD3oDfgvLLrEAAAAASUVORK5CYII=");
    private static readonly string[] Huge = [new('x', 3 << 20), new('\uD800', 20_000), string.Concat(Enumerable.Repeat(":not(", 30_000))];

    [Fact]
    public async Task Each_wrong_message_is_answered_and_disturbs_nothing()
    {
        var site = await ServeAsync(context => HtmlAsync(context, $"<title>{context.Request.Path}</title>"));
        var innocent = new List<(TabClient Tab, PageSummary Page)>();
        for (var i = 0; i < 3; i++)
        {
            var tab = await OpenAsync();
            innocent.Add((tab, await tab.NavigateAsync($"{site}/{i}").Soon()));
        }
        using var over = new CancellationTokenSource();
        var work = innocent.Select(one => WorkAsync(one.Tab, one.Page, over.Token)).Append(DecodeAsync(over.Token)).ToArray();
        var random = new Random(16);
        var answers = Enumerable.Range(0, Messages).Select(_ => Attack(random, innocent[random.Next(innocent.Count)].Tab.Tab)).ToArray();
        foreach (var (message, answer) in answers)
            Assert.True(await answer.Soon() is InvalidMessageException or QueryFailed { Kind: DocumentFailure.InvalidQuery } or ImageProtocol.DecodeRefused, $"{message}: {await answer}");
        await over.CancelAsync();
        foreach (var done in work)
            Assert.InRange(await done.Soon(), 1, int.MaxValue);
        foreach (var (tab, page) in innocent)
        {
            var snapshot = await tab.SnapshotAsync();
            Assert.Equal((TabState.Loaded, page.ProcessId, page.Url), (snapshot.State, snapshot.ProcessId, snapshot.Url));
            Assert.Equal(1, (await tab.QueryAsync(new Query(DocumentQuery.Select) { Argument = "title" })).Total);
        }
    }

    private static async Task<int> WorkAsync(TabClient tab, PageSummary page, CancellationToken over)
    {
        for (var done = 0; ; done++)
        {
            Assert.Equal(page.Document.Title, (await tab.QueryAsync(new Query(DocumentQuery.Select) { Argument = "title" }, CancellationToken.None)).Items.Single().Text);
            if (over.IsCancellationRequested)
                return done + 1;
        }
    }

    private async Task<int> DecodeAsync(CancellationToken over)
    {
        for (var done = 0; ; done++)
        {
            using var image = Assert.IsType<DecodedImage>(await Browser.Ask<object>(new ImageProtocol.Decode(Pixel), Deadline.Long, CancellationToken.None));
            if (over.IsCancellationRequested)
                return done + 1;
        }
    }

    private (object Message, Task<object> Answer) Attack(Random random, IActorRef tab)
    {
        var (message, receiver) = random.Next(10) switch
        {
            0 => (new OpenTab { Subscriber = new WrongActor(), LoadImages = random.Next(2) == 0 }, Browser),
            1 => (new Navigate(random.Next(2) == 0 ? null! : Huge[0]), tab),
            2 => ((object)new Subscribe(random.Next(2) == 0 ? null! : new WrongActor()), tab),
            3 => (new Query((DocumentQuery)Number(random, 8)), tab),
            4 => (new Query(Kind(random)) { Argument = random.Next(3) == 0 ? null! : Huge[random.Next(Huge.Length)] }, tab),
            5 => (new Query(Kind(random)) { Start = random.Next(int.MinValue, 0) }, tab),
            6 => (new Query(Kind(random)) { Count = random.Next(int.MinValue, 0) }, tab),
            7 => (new UnknownCommand(), tab),
            8 => (new ImageProtocol.Decode(default) { MaxWidth = random.Next(), Site = null! }, Browser),
            _ => (WrongDecode(random), Browser),
        };
        return (message, AnswerAsync(receiver, message));
    }

    private static async Task<object> AnswerAsync(IActorRef receiver, object message)
    {
        try
        {
            return await receiver.Ask<object>(message, Deadline.Long);
        }
        catch (InvalidMessageException e)
        {
            return e;
        }
    }

    private static ImageProtocol.Decode WrongDecode(Random random) => random.Next(5) switch
    {
        0 => new(Pixel) { MaxWidth = random.Next(int.MinValue, 0) },
        1 => new(Pixel) { MaxHeight = random.Next(int.MinValue, 0), MaxWidth = int.MaxValue },
        2 => new(Pixel) { Site = random.Next(2) == 0 ? null! : Huge[0] },
        3 => new(new GoneMemory(random.Next(1, 100_000)).Memory),
        _ => new(Pixel) { Cancellation = new CancellationToken(canceled: true) },
    };

    private static DocumentQuery Kind(Random random) => (DocumentQuery)random.Next(8);

    private static int Number(Random random, int above) => random.Next(2) == 0 ? random.Next(int.MinValue, 0) : random.Next(above, int.MaxValue);

    [Fact]
    public async Task A_renderer_answers_a_query_that_it_does_not_know_and_lives_on()
    {
        var settings = ActorBrowserSettings.From(Sys.Settings.Config.WithFallback(ActorBrowserSettings.Reference));
        var pool = Sys.ActorOf(WorkerPool.Props("renderer", settings, settings.Tabs.Renderers, ProcessChildLauncher.Instance));
        var probe = CreateTestProbe();
        pool.Tell(new WorkerPool.Acquire("lease", "site"), probe.Ref);
        var router = (await probe.ExpectMsgAsync<WorkerPool.Leased>(Deadline.Long)).Router;
        Payload.Send(router, 1, "<title>x</title>"u8.ToArray(), 4096, inline => new LoadDocument("http://a/", "text/html", 16, inline, settings.Tabs.Document));
        Assert.IsType<ChildFrames.Document>((await probe.FishForMessageAsync<RoleTraffic.WorkBatch>(static _ => true, Deadline.Long)).Frames[0]);
        ulong id = 1;
        foreach (var query in (QueryDocument[])[
            new((DocumentQuery)99, "", 0, 1), new((DocumentQuery)(-1), "", 0, 1), new(DocumentQuery.Links, "", -1, 1), new(DocumentQuery.Links, "", 0, -1),
            new(DocumentQuery.Select, new string('a', 100_000), 0, 1), new(DocumentQuery.Find, "", 0, 1), new(DocumentQuery.Select, "a[", 0, 1), new(DocumentQuery.Select, "", 0, 1),
            new(DocumentQuery.Select, "a:nth-child(99999999999999999999n+)", 0, 1), new(DocumentQuery.Select, "\\110000000000 :has(", 0, 1)])
        {
            router.Send(++id, query, opens: true);
            router.Flush();
            var frame = (await probe.FishForMessageAsync<RoleTraffic.WorkBatch>(static _ => true, Deadline.Long)).Frames.Single();
            Assert.Equal(DocumentFailure.InvalidQuery, Assert.IsType<ChildFrames.NoDocument>(frame).Value.Kind);
        }
        // Deep, but a valid selector: the renderer answers, whatever the parser's result.
        foreach (var argument in (string[])[string.Concat(Enumerable.Repeat(":not(", 3000)) + "a" + new string(')', 3000), new string('*', QueryDocument.LongestArgument), string.Concat(Enumerable.Repeat("a>", 8000)) + "a"])
        {
            router.Send(++id, new QueryDocument(DocumentQuery.Select, argument, 0, int.MaxValue), opens: true);
            router.Flush();
            Assert.Single((await probe.FishForMessageAsync<RoleTraffic.WorkBatch>(static _ => true, Deadline.Long)).Frames);
        }
        router.Send(++id, new QueryDocument(DocumentQuery.Select, "title", 0, 1), opens: true);
        router.Flush();
        Assert.Equal(1, Assert.IsType<ChildFrames.Answer>((await probe.FishForMessageAsync<RoleTraffic.WorkBatch>(static _ => true, Deadline.Long)).Frames.Single()).Value.Total);
    }

    private sealed record UnknownCommand : ICommand;

    /// <summary>Not an actor of any system: it cannot be watched.</summary>
    private sealed class WrongActor : ActorRefBase
    {
        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "nobody";

        public override ISurrogate ToSurrogate(ActorSystem system) => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender)
        {
        }
    }

    /// <summary>Bytes that their owner has freed.</summary>
    private sealed class GoneMemory(int length) : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(length);

        public override Span<byte> GetSpan() => throw new ObjectDisposedException(nameof(GoneMemory));

        public override MemoryHandle Pin(int elementIndex = 0) => throw new ObjectDisposedException(nameof(GoneMemory));

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
