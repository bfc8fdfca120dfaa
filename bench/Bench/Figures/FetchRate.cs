namespace ActorBrowser.Bench.Figures;

/// <summary>1 KiB bodies from nginx, 64 requests in flight.</summary>
internal sealed class FetchRate : IFigure
{
    private const int InFlight = 64;

    public string Name => "fetch";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        using var client = new HttpClient();
        var requests = context.Pick(10_000, 30_000);
        var samples = await Contender.InterleaveAsync(context.Pick(3, 7),
            Yardsticks.HttpClientRate(server, client, requests, InFlight), Yardsticks.Curl(server, requests, InFlight));
        var ours = new Samples("", "/s");
        return
        [
            new Row("fetch through the child, 64 in flight, 1 KiB bodies", ours, samples[0], Target.AtLeast(0.7)),
            new Row("", ours, samples[1], null),
        ];
    }
}
