using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>1 KiB bodies from nginx, 64 requests in flight.</summary>
internal sealed class FetchRate : IFigure
{
    internal const int InFlight = 64;

    public string Name => "fetch";

    public IReadOnlyList<string> Programs => ["nginx", "curl"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        await using var browser = await Browser.StartAsync(context);
        using var client = new HttpClient();
        var requests = context.Pick(10_000, 30_000);
        var ours = new Contender("through the child", "/s", () => RateAsync(browser, server, requests));
        var theirs = Yardsticks.HttpClientRate(server, client, requests, InFlight);
        // Give both sides the same time for tiered compilation: its background thread gets little time during this load.
        for (var i = 0; i < 10; i++)
        {
            await ours.Sample();
            await theirs.Sample();
        }
        var samples = await Contender.InterleaveAsync(context.Pick(5, 9), ours, theirs, Yardsticks.Curl(server, requests, InFlight));
        return
        [
            new Row($"fetches a second through the child, {InFlight} in flight, 1 KiB bodies", samples[0], samples[1], Target.AtLeast(0.8)),
            new Row("", samples[0], samples[2], null),
        ];
    }

    /// <summary>Measures fetches per second through a browser's network child.</summary>
    internal static Task<double> RateAsync(Browser browser, Nginx server, int requests) => Yardsticks.RateAsync(requests, InFlight, async () =>
    {
        var outcome = await BrowserClient.For(browser.Fetch).FetchAsync(new Fetch(server.Small));
        if (outcome.Response is not { Status: 200, Body.Length: Nginx.SmallBytes })
            throw new InvalidOperationException($"A fetch was answered with {(object?)outcome.Response ?? outcome.Failure}.");
    });
}
