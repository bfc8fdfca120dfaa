using System.Diagnostics;
using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;
using AngleSharp.Html.Parser;

namespace ActorBrowser.Bench.Figures;

/// <summary>The time from a navigation to the parsed document, and the memory of a hundred idle tabs.</summary>
internal sealed class TabNavigation : IFigure
{
    private const int Idle = 100;

    private static readonly DocumentLimits Limits = new(1000, 2_000_000, 20_000);

    public string Name => "tabs";

    public IReadOnlyList<string> Programs => ["nginx"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        await using var browser = await Browser.StartAsync(context, "actorbrowser.pools.renderer.max-uses = 1000000");
        using var client = new HttpClient();
        var tab = await BrowserClient.For(browser.Actor).OpenTabAsync();
        var count = context.Pick(20, 50);
        var ours = new Contender("in a warm renderer", "ms", () => MeanAsync(count, async () => await tab.NavigateAsync(server.Page.AbsoluteUri)));
        // The renderer's code: encoding, parser, survey and readable text.
        var theirs = new Contender("HttpClient and the same parse in process", "ms", () => MeanAsync(count, async () =>
        {
            var page = await client.GetByteArrayAsync(server.Page);
            using var document = LiveDocument.Parse(new LoadDocument(server.Page.AbsoluteUri, "text/html", page.Length, page, Limits), page);
            Check(document.Summary.Title);
        }));
        var bare = new Contender("HttpClient and AngleSharp alone in process", "ms", () => MeanAsync(count, async () =>
            Check(new HtmlParser().ParseDocument(await client.GetStringAsync(server.Page)).Title)));
        // A JIT renderer recompiles code after a thousand calls, and again with profile data after the next thousand.
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(context.Pick(5, 30)))
        {
            await ours.Sample();
            await theirs.Sample();
            await bare.Sample();
        }
        var samples = await Contender.InterleaveAsync(context.Pick(5, 11), ours, theirs, bare);
        var memory = new Samples("PSS", "MiB");
        var tabs = new List<TabClient> { tab };
        while (tabs.Count < Idle)
        {
            tabs.Add(await BrowserClient.For(browser.Actor).OpenTabAsync());
            memory.Add(ProcFile.ProportionalMebibytes((await tabs[^1].NavigateAsync(server.Page.AbsoluteUri)).ProcessId));
        }
        var chromium = Chromium.IsInstalled ? await Chromium.RenderersAsync(context.Scratch, Idle) : null;
        return
        [
            new Row("Navigate to LoadFinished, a page of 100 KB", samples[0], samples[1], Target.AtMost(1.5)),
            new Row("Navigate to LoadFinished, a page of 100 KB", samples[0], samples[2], null),
            new Row($"memory of a renderer among {Idle}, with that page (PSS)", memory, chromium, null),
        ];
    }

    private static void Check(string? title)
    {
        if (title != Nginx.PageTitle)
            throw new InvalidOperationException("The page has another title.");
    }

    private static async Task<double> MeanAsync(int count, Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            await action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds / count;
    }
}
