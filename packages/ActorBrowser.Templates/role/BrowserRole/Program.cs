using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using Akka.Actor;
using Akka.Hosting;
using BrowserRole;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// This comes first: the same program also runs as its child processes, including those of the role.
if (ActorBrowserChild.TryRun(args, ChildRoles.BuiltIn.With(WordCounter.Name, static () => new WordCounter()), out var exitCode))
    return exitCode;

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddAkka("service", akka => akka
    .ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory())
    .WithActorBrowser(options => options.Configuration = """
        actorbrowser.sandbox.roles.word-counter = role   # the profile that confines it
        """)
    .WithActors((system, registry) =>
        registry.Register<WordCounting>(system.ActorOf(WordCounting.Props(registry.Get<BrowserActor>()), "word-counting"))));
using var host = builder.Build();
await host.StartAsync();

var counting = await host.Services.GetRequiredService<IRequiredActor<WordCounting>>().GetAsync();
foreach (var text in args)
{
    var answer = await counting.Ask<ChildProcessProtocol.RoleAnswer>(text, TimeSpan.FromSeconds(30));
    Console.WriteLine($"{BitConverter.ToInt32(answer.Payload.Span)} words: {text}");
}

await host.StopAsync();
return 0;
