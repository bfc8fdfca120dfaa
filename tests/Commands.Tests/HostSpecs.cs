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
        // Longer than this test waits: the stop must not end by its limit.
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

    private sealed class Awaiting(IRequiredActor<BrowserActor> browser, DirectoryInfo folder) : BackgroundService
    {
        internal CommandSnapshot? Result { get; private set; }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var commands = CommandSessions.For(await browser.GetAsync(stoppingToken));
            // Not cancelled by the service: that is the point.
            Result = await commands.RunAsync(CommandProtocol.Spawn.Shell(": > ready; exec sleep 1000") with { Folder = folder.FullName }, CancellationToken.None);
        }
    }
}
