using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// This must come first: the same program also runs as its child processes.
if (ActorBrowserChild.TryRun(args, out var exitCode))
    return exitCode;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddAkka("service", akka => akka
    .ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory()) // Akka logs where the service logs
    .WithActorBrowser());
builder.Services.AddBrowserClient();
using var host = builder.Build();
await host.StartAsync();

// Any service can have the client injected, or IRequiredActor<BrowserActor>: the browser is an ordinary actor.
var browser = host.Services.GetRequiredService<BrowserClient>();
foreach (var url in args)
{
    var answer = await browser.FetchAsync(url);
    Console.WriteLine(answer.Match(
        response => $"{response.Status} {response.Body.Length} bytes from {response.Headers.FinalUrl} by process {response.ChildProcessId}",
        failure => $"failed ({failure.Kind}): {failure.Message}"));
}

await host.StopAsync();
return 0;
