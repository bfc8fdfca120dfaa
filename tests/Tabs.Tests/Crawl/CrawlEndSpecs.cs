using System.Threading.Channels;
using Akka.Actor;
using static ActorBrowser.CrawlProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>How a crawl ends whose parts fail or stop.</summary>
public sealed class CrawlEndSpecs : CrawlingSpecs
{
    private const int Pages = 60;

    private Task<string> ServeTreeAsync() => ServePagesAsync(static (_, path) =>
        int.TryParse(path.AsSpan(1), out var n) && n is >= 1 and <= Pages ? $"<title>{n}</title>{Links($"/{2 * n}", $"/{2 * n + 1}")}" : null);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crawl_whose_actor_fails_ends_and_its_folder_goes_on(bool manager)
    {
        var options = new CrawlOptions(await ServeTreeAsync() + "/1") { Folder = Folder };
        Browser.Tell(new StartCrawl(options, TestActor) { Credit = 7 }, TestActor);
        var crawl = (await ExpectMsgAsync<CrawlStarted>()).Crawl;
        var first = new List<string>();
        for (var i = 0; i < 7; i++)
            first.Add((await ExpectMsgAsync<PageCrawled>(Deadline.Long)).Page.Url);
        if (manager)
            Sys.ActorSelection(Browser.Path / "crawls").Tell(new Poison());
        else
            crawl.Tell(new Poison());
        var ended = (await ExpectMsgAsync<CrawlEnded>(Deadline.Long)).Summary;
        Assert.Equal((7, false), (ended.Pages, ended.IsComplete));
        Assert.StartsWith("The crawl's actor was stopped", ended.Problem, StringComparison.Ordinal);
        var (rest, summary) = await CrawlAsync(options);
        Assert.Equal((2 * Pages + 1, true), (summary.Pages, summary.IsComplete));
        Assert.Equal(2 * Pages + 1, first.Concat(rest.Select(static page => page.Url)).Distinct().Count());
    }

    [Fact]
    public async Task A_folder_that_is_not_a_crawls_or_leads_elsewhere_is_left_as_it_is()
    {
        var site = await ServeTreeAsync() + "/60";
        foreach (var name in new[] { "urls.jsonl", "pages.jsonl" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(Folder, $"notes-{name}")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, name), "my notes, no newline");
            foreach (var again in new[] { false, true })
                Assert.Contains("is not a crawl's", (await Assert.ThrowsAnyAsync<IOException>(() => CrawlAsync(new CrawlOptions(site) { Folder = folder, Again = again }))).Message, StringComparison.Ordinal);
            Assert.Equal("my notes, no newline", await File.ReadAllTextAsync(Path.Combine(folder, name)));
        }
        foreach (var name in new[] { "urls.jsonl", "pages.jsonl", "pages", "cache" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(Folder, $"links-{name}")).FullName;
            var elsewhere = Directory.CreateDirectory(Path.Combine(Folder, $"elsewhere-{name}")).FullName;
            File.CreateSymbolicLink(Path.Combine(folder, name), name.EndsWith('l') ? Path.Combine(elsewhere, "file") : elsewhere);
            Assert.Contains("is a link", (await Assert.ThrowsAnyAsync<IOException>(() => CrawlAsync(new CrawlOptions(site) { Folder = folder }))).Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
        }
    }

    [Fact]
    public async Task A_request_whose_actor_fails_costs_its_page()
    {
        using var asked = new SemaphoreSlim(0);
        var site = await ServeAsync(context => context.Request.Path.Value switch
        {
            "/" => HtmlAsync(context, Links("/held", "/other")),
            "/held" => Site.HoldAsync(context, asked),
            _ => HtmlAsync(context, "other"),
        });
        Browser.Tell(new StartCrawl(new CrawlOptions(site), TestActor), TestActor);
        var crawl = (await ExpectMsgAsync<CrawlStarted>()).Crawl;
        await asked.WaitAsync(Deadline.Long);
        Sys.ActorSelection(crawl.Path / "*").Tell(new Poison());
        var pages = new List<CrawledPage>();
        var last = await ExpectMsgAsync<IEvent>(Deadline.Long);
        for (; last is PageCrawled page; last = await ExpectMsgAsync<IEvent>(Deadline.Long))
            pages.Add(page.Page);
        Assert.True(((CrawlEnded)last).Summary.IsComplete);
        Assert.Equal("The actor that fetched the page has failed.", pages.Single(page => page.Url == site + "/held").Problem);
    }

    [Fact]
    public async Task A_reader_whose_actor_fails_ends_with_the_failure()
    {
        var options = new CrawlOptions(await ServeTreeAsync() + "/1") { Folder = Folder };
        var events = Channel.CreateUnbounded<IEvent>();
        var listener = Sys.ActorOf(CrawlListener.Props(Browser, options, events.Writer));
        await events.Reader.ReadAsync().AsTask().Soon();
        listener.Tell(new Poison());
        await Assert.ThrowsAsync<PoisonException>(async () =>
        {
            await foreach (var _ in events.Reader.ReadAllAsync())
            {
                // Those that came before.
            }
        }).Soon();
    }

    [Fact]
    public async Task The_actor_system_ends_after_the_last_result_is_written()
    {
        var options = new CrawlOptions(await ServeTreeAsync() + "/1") { Folder = Folder };
        var listener = new Listener(((ExtendedActorSystem)Sys).Provider);
        Browser.Tell(new StartCrawl(options, listener) { Credit = 20 }, TestActor);
        await ExpectMsgAsync<CrawlStarted>();
        await listener.FirstPage.Task.Soon();
        await Sys.Terminate().Soon();
        Assert.NotNull(listener.Ended);
        Assert.True((await File.ReadAllLinesAsync(Path.Combine(Folder, "pages.jsonl"))).Length >= 1);
        Directory.Delete(Folder, recursive: true);
    }

    [Fact]
    public async Task A_reader_that_leaves_or_is_cancelled_ends_the_crawl()
    {
        var options = new CrawlOptions(await ServeTreeAsync() + "/1") { Folder = Folder, Pace = TimeSpan.FromMilliseconds(20) };
        using var stop = new CancellationTokenSource();
        CrawlSummary? summary = null;
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var page in BrowserClient.For(Browser).CrawlAsync(options, end => summary = end, stop.Token))
            {
                if (page.Depth == 2)
                    await stop.CancelAsync();
            }
        });
        Assert.Equal((false, null), (summary!.IsComplete, summary.Problem));
        // What the summary counts is what the folder has.
        Assert.Equal(summary.Pages, (await File.ReadAllLinesAsync(Path.Combine(Folder, "pages.jsonl"))).Length);
        Assert.Equal(2 * Pages + 1, (await CrawlAsync(options with { Pace = null })).Summary.Pages);
    }

    // Hears what comes when the actors have stopped, too.
    private sealed class Listener(IActorRefProvider provider) : MinimalActorRef
    {
        public override ActorPath Path { get; } = provider.TempPath();

        public override IActorRefProvider Provider { get; } = provider;

        internal TaskCompletionSource FirstPage { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal CrawlEnded? Ended { get; private set; }

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (message is PageCrawled)
                FirstPage.TrySetResult();
            Ended ??= message as CrawlEnded;
        }
    }
}
