using System.Diagnostics;
using AngleSharp.Html.Parser;

namespace ActorBrowser.Bench.Figures;

/// <summary>A page from nginx to the parsed document, and a hundred idle tabs.</summary>
internal sealed class TabNavigation : IFigure
{
    private const int Idle = 100;

    public string Name => "tabs";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        await using var browser = Browser.Start(context, "actorbrowser.pools.renderer.max-uses = 1000000");
        using var client = new HttpClient();
        var tab = await TabClient.OpenAsync(browser.System, browser.Actor);
        var count = context.Pick(20, 50);
        var ours = new Contender("in a warm renderer", "ms", () => MeanAsync(count, async () => await tab.NavigateAsync(server.Page.AbsoluteUri)));
        var theirs = new Contender("HttpClient and AngleSharp in process", "ms", () => MeanAsync(count, async () =>
        {
            var document = new HtmlParser().ParseDocument(await client.GetStringAsync(server.Page));
            if (document.Title != Nginx.PageTitle)
                throw new InvalidOperationException("The page has another title.");
        }));
        for (var i = 0; i < 3; i++)
        {
            await ours.Sample();
            await theirs.Sample();
        }
        var samples = await Contender.InterleaveAsync(context.Pick(5, 11), ours, theirs);
        var memory = new Samples("PSS", "MiB");
        var tabs = new List<TabClient> { tab };
        while (tabs.Count < Idle)
        {
            tabs.Add(await TabClient.OpenAsync(browser.System, browser.Actor));
            memory.Add(ProcFile.ProportionalMebibytes((await tabs[^1].NavigateAsync(server.Page.AbsoluteUri)).ProcessId));
        }
        return
        [
            new Row("Navigate to LoadFinished, a page of 100 KB", samples[0], samples[1], Target.AtMost(1.5)),
            new Row($"memory of a renderer among {Idle}, with that page (PSS)", memory, null, null),
        ];
    }

    private static async Task<double> MeanAsync(int count, Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            await action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds / count;
    }
}
