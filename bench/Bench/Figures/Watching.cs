using System.Diagnostics;
using System.Net;
using ActorBrowser.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Bench.Figures;

/// <summary>What the task manager's page costs its host with 200 children: with one viewer, which is another program, and with none.</summary>
internal sealed class Watching : IFigure
{
    private const int Many = 200;
    private const string Token = "0123456789abcdef-bench";

    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(10);

    public string Name => "dashboard";

    public IReadOnlyList<string> Programs => ["curl"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var window = TimeSpan.FromSeconds(context.Pick(10, 20));
        await using var browser = await Browser.StartAsync(context);
        for (var i = 0; i < Many; i++)
            await browser.SpawnAsync("renderer");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        await Task.Delay(Compiling);
        var without = await Idleness.MillisecondsAsync(window);
        app.MapActorBrowser("/processes", options => (options.Browser, options.Token) = (browser.Actor, Token));
        await app.StartAsync();
        await Task.Delay(Compiling);
        var none = await Idleness.MillisecondsAsync(window);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var viewer = Process.Start(new ProcessStartInfo("curl", ["-sN", "-o", Path.Combine(context.Scratch, "events"), "-H", $"Authorization: Bearer {Token}", $"{address}/processes/events"]))!;
        // The first pictures read the memory of all, and compile what they need.
        await Task.Delay(Compiling * 2);
        var one = await Idleness.MillisecondsAsync(window);
        var events = new FileInfo(Path.Combine(context.Scratch, "events")).Length;
        viewer.Kill();
        await viewer.WaitForExitAsync();
        await Task.Delay(Compiling);
        var after = await Idleness.MillisecondsAsync(window);
        return
        [
            new Row($"the task manager's page with one viewer, {Many} idle children, share of one processor", Samples.Single("%", (one - none) / 10), null, Target.AtMost(0.5, "%")),
            new Row("the same without a viewer, above a host without the page", Samples.Single("%", Math.Max(0, (none - without) / 10)), null, Target.AtMost(0.05, "%")),
            new Row("the same after the viewer has gone", Samples.Single("%", Math.Max(0, (after - none) / 10)), null, null),
            new Row("what one viewer is sent a second, the first picture included", Samples.Single("KiB", events / 1024.0 / (window * 3 + Compiling * 2).TotalSeconds), null, null),
        ];
    }
}
