using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Samples.Roles;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// docs/roles.md shows the parts between the markers; tests/Guide.Tests runs the program with a folder that has the file clean.txt.
// <!-- main -->
if (ActorBrowserChild.TryRun(args, ChildRoles.BuiltIn.With(Scanner.Role).With(Finder.Role), out var exitCode))
    return exitCode;
// <!-- /main -->

var folder = args[0];
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
// <!-- host -->
builder.Services.AddAkka("service", akka => akka
    .ConfigureLoggers(static loggers => loggers.ClearLoggers().AddLoggerFactory())
    .WithActorBrowser(browser => browser
        .AddRole(Scanner.Role, role => role.WithPool(max: 8).WithProfile(profile => profile.AllowRead(folder)))
        .AddRole(Finder.Role)));
builder.Services.AddBrowserClient(); // RoleClient<Scanner> and RoleClient<Finder> for code without actors
// <!-- /host -->
using var host = builder.Build();
await host.StartAsync();

var path = Path.Combine(folder, "clean.txt");
// <!-- ask -->
var scanner = await host.Services.GetRequiredService<IRequiredActor<Scanner>>().GetAsync();
var verdict = await scanner.Ask<Verdict>(new Scan(path));
// <!-- /ask -->
Console.WriteLine($"{verdict.IsClean}: {verdict.Reason}");

// <!-- client -->
var client = host.Services.GetRequiredService<RoleClient<Scanner>>();
try
{
    // When the time is over, or the token is cancelled, the handler's token in the child is, too.
    await client.AskAsync<Verdict>(new Scan("/etc/passwd"), timeout: TimeSpan.FromSeconds(20));
}
catch (RoleFailedException failed)
{
    // The handler's exception, with type, message and stack trace. The child lives.
    Console.WriteLine($"{failed.TypeName} in a {failed.Role}");
}
// <!-- /client -->

// <!-- stream -->
var finder = host.Services.GetRequiredService<RoleClient<Finder>>();
await foreach (var finding in finder.StreamAsync<string>(new Find(Most: 1000)))
{
    if (finding == "finding 3")
        break; // cancels the handler
    Console.WriteLine(finding);
}
// <!-- /stream -->
await host.StopAsync();
return 0;
