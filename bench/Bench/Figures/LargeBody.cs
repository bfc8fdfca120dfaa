namespace ActorBrowser.Bench.Figures;

/// <summary>One body of 1 GiB, counted and thrown away.</summary>
internal sealed class LargeBody : IFigure
{
    public string Name => "body";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        using var client = new HttpClient();
        var samples = await Contender.InterleaveAsync(context.Pick(2, 5), Yardsticks.HttpClientBody(server, client));
        return [new Row("1 GiB body through the child", new Samples("", "MiB/s"), samples[0], Target.AtLeast(0.5))];
    }
}
