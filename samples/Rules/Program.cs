using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Samples.Rules;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// docs/plugins.md shows the parts between the markers; tests/Guide.Tests runs the program.
// <!-- main -->
if (ActorBrowserChild.TryRun(args, ChildRoles.BuiltIn.With(Rules.Role), out var exitCode))
    return exitCode;
// <!-- /main -->

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
// <!-- host -->
builder.Services.AddAkka("service", akka => akka
    .ConfigureLoggers(static loggers => loggers.ClearLoggers().AddLoggerFactory())
    .WithActorBrowser(browser => browser
        .AddPlugin(Rules.Role, "engine/Rules.Engine.dll", plugin => plugin
            .WithPool(max: 2)
            .WithProfile(profile => profile with { Limits = profile.Limits with { Memory = 512L << 20 } }))));
builder.Services.AddBrowserClient();
// <!-- /host -->
using var host = builder.Build();
await host.StartAsync();
var rules = host.Services.GetRequiredService<RoleClient<IRuleEngine>>();
var order = new Order(120, "NL");

// <!-- rules -->
// Each of these comes from a stranger, and runs in the plugin's process.
string[] sources =
[
    """order.Total > 100 && order.Country == "NL" """,
    """order.Colour == "red" """,
    """File.ReadAllText("/etc/passwd").Length > 0""",
    """new Func<bool>(() => { while (true) { } })()""",
    """new Func<bool>(() => { Environment.Exit(3); return true; })()""",
    """Enumerable.Range(0, 100_000).Select(_ => new byte[1 << 20]).ToArray().Length > 0""",
    """order.Total < 100""",
];
foreach (var source in sources)
{
    try
    {
        Console.WriteLine(await rules.AskAsync<bool>(new Evaluate(source, order), timeout: TimeSpan.FromSeconds(15)));
    }
    catch (Exception e) when (e is RoleFailedException or RoleTimeoutException or ChildLostException)
    {
        Console.WriteLine(e is RoleFailedException failed ? $"{failed.TypeName}: {failed.RoleMessage}" : e.GetType().Name);
    }
}
// <!-- /rules -->

// <!-- reload -->
// New processes load the file; requests go to the old ones until the new ones are ready, and none is lost.
var reloaded = await rules.ReloadAsync();
Console.WriteLine($"{reloaded.Processes} processes load {Path.GetFileName(reloaded.Path)}");
// <!-- /reload -->
Console.WriteLine(await rules.AskAsync<bool>(new Evaluate("true", order)));
await host.StopAsync();
return 0;
