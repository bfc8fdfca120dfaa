using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBrowser.CommandsTests;

/// <summary>A host that stops while one of its services awaits a command.</summary>
public sealed class HostSpecs
{
    [Fact]
    public async Task A_service_that_awaits_a_command_does_not_hold_up_the_host()
    {
        var folder = Directory.CreateTempSubdirectory();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        // Longer than this test waits: the stop must not end because of its limit.
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromMinutes(5));
        builder.Services.AddAkka("service", akka => akka.WithActorBrowser(static options =>
        {
            options.ChildExecutable = TestChildProgram.Path;
            options.Configuration = "actorbrowser.commands.grace = 300ms";
        }));
        builder.Services.AddSingleton(folder);
        builder.Services.AddHostedService<Awaiting>();
        using var host = builder.Build();
        await host.StartAsync().Soon();
        await ProcessTable.Until(() => File.Exists(Path.Combine(folder.FullName, "ready")), Deadline.Long);
        await host.StopAsync().Soon();
        var service = host.Services.GetServices<IHostedService>().OfType<Awaiting>().Single();
        Assert.Equal((int?)15, service.Result!.Exit!.Signal);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("", "", 10.5)]
    [InlineData("actorbrowser.child.stop-timeout = 25s", "", 25.5)]
    [InlineData("", "actorbrowser.child.stop-timeout = 25s", 25.5)]
    [InlineData("", "actorbrowser.child.stop-timeout = 1s", 5)]
    [InlineData("akka.coordinated-shutdown.phases.service-stop.timeout = 7s", "", 7)]
    [InlineData("akka.coordinated-shutdown.default-phase-timeout = 60s", "", 60)]
    public async Task In_a_host_the_phase_of_the_shutdown_has_as_long_as_the_browser_s_stop(string hocon, string options, double seconds)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("service", akka => akka.AddHocon(hocon, HoconAddMode.Prepend).WithActorBrowser(browser => (browser.ChildExecutable, browser.Configuration) = (TestChildProgram.Path, options)));
        using var host = builder.Build();
        await host.StartAsync().Soon();
        var shutdown = Akka.Actor.CoordinatedShutdown.Get(host.Services.GetRequiredService<Akka.Actor.ActorSystem>());
        Assert.Equal(TimeSpan.FromSeconds(seconds), shutdown.Timeout(Akka.Actor.CoordinatedShutdown.PhaseServiceStop));
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_service_has_the_client_injected_and_its_calls_wait_for_the_browser_and_end_with_the_host()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("service", akka => akka.WithActorBrowser(static options => options.ChildExecutable = TestChildProgram.Path));
        builder.Services.AddBrowserClient().AddBrowserClient();
        using var host = builder.Build();
        // Before the host has started: the call waits for it.
        var client = host.Services.GetRequiredService<BrowserClient>();
        var early = client.Commands.RunAsync("echo", "early");
        Assert.False(early.IsCompleted);
        await host.StartAsync().Soon();
        Assert.Equal("early\n", (await early.Soon()).Output.ToString());
        Assert.Same(client, host.Services.GetRequiredService<BrowserClient>());
        var lines = new List<string>();
        await foreach (var line in client.Commands.LinesAsync(CommandProtocol.Spawn.Shell("echo one; echo two")))
            lines.Add(line.Text);
        Assert.Equal(["one", "two"], lines);
        await using (var tab = await client.OpenTabAsync().Soon())
            Assert.Equal(1, tab.Number);
        Assert.Contains("empty", (await Assert.ThrowsAsync<ImageException>(() => client.DecodeAsync(new ImageProtocol.Decode(default)).Soon())).Message, StringComparison.Ordinal);
        await host.StopAsync().Soon();
        await Assert.ThrowsAsync<BrowserStoppedException>(() => client.Commands.RunAsync("true").Soon());
        await Assert.ThrowsAsync<BrowserStoppedException>(() => client.DecodeAsync(new ImageProtocol.Decode(new byte[8])).Soon());
    }

    [Fact]
    public async Task A_call_that_waits_for_a_host_that_is_stopped_before_its_browser_starts_ends()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("service", static _ => { });
        builder.Services.AddBrowserClient();
        using var host = builder.Build();
        await host.StartAsync().Soon();
        var call = host.Services.GetRequiredService<BrowserClient>().FetchAsync("http://127.0.0.1/");
        Assert.False(call.IsCompleted);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Services.GetRequiredService<BrowserClient>().FetchAsync("http://127.0.0.1/", impatient.Token).Soon());
        await host.StopAsync().Soon();
        await Assert.ThrowsAsync<BrowserStoppedException>(() => call.Soon());
    }

    private sealed class Awaiting(IRequiredActor<BrowserActor> browser, DirectoryInfo folder) : BackgroundService
    {
        internal CommandSnapshot? Result { get; private set; }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var commands = BrowserClient.For(await browser.GetAsync(stoppingToken)).Commands;
            // Deliberately not cancelled by the service.
            var ended = await Assert.ThrowsAsync<BrowserStoppedException>(() =>
                commands.RunAsync(CommandProtocol.Spawn.Shell(": > ready; exec sleep 1000") with { Folder = folder.FullName }, CancellationToken.None));
            Result = ended.Snapshot;
        }
    }
}
