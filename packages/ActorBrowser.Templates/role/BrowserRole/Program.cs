using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using Akka.Hosting;
using BrowserRole;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// This comes first: the same program also runs as its child processes, including those of the role.
if (ActorBrowserChild.TryRun(args, ChildRoles.BuiltIn.With(WordCounter.Role), out var exitCode))
    return exitCode;

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddAkka("service", akka => akka
    .ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory())
    .WithActorBrowser(browser => browser.AddRole(WordCounter.Role, role => role.WithPool(max: 4))));
builder.Services.AddBrowserClient();
using var host = builder.Build();
await host.StartAsync();

// For code without actors. The role is also an ordinary actor: IRequiredActor<WordCounter>, and Ask<Words>(new Count(text)).
var counter = host.Services.GetRequiredService<RoleClient<WordCounter>>();
foreach (var text in args)
    Console.WriteLine($"{(await counter.AskAsync<Words>(new Count(text))).Number} words: {text}");

await host.StopAsync();
return 0;
