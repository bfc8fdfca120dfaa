using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Samples.Guide;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// docs/embedding.md shows the parts between the markers; tests/Guide.Tests runs the program with the URL of a page of 1 MB.
// <!-- main -->
// The first line: this program also runs as its child processes, including those of its own role.
if (ActorBrowserChild.TryRun(args, ChildRoles.BuiltIn.With(WordCounter.Name, static () => new WordCounter()), out var exitCode))
    return exitCode;
// <!-- /main -->

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
// <!-- options -->
builder.Services.AddAkka("service", akka => akka
    .ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory()) // Akka's and the children's logs go where the service logs
    .WithActorBrowser(options => options.Configuration = """
        actorbrowser {
          fetch.total-timeout = 30s
          child.stop-timeout = 20s                 # an unknown key is refused when the browser starts
          sandbox.roles.word-counter = renderer    # the profile of your own role; without this line it is role
        }
        """));
// <!-- /options -->
using var host = builder.Build();
await host.StartAsync();

var system = host.Services.GetRequiredService<ActorSystem>();
var browser = await host.Services.GetRequiredService<IRequiredActor<BrowserActor>>().GetAsync();
using var inbox = Inbox.Create(system);
var url = args[0];

using (var numbers = new FetchNumbers())
{
    system.ActorOf(Props.Create(() => new BodyHasher(browser, url, inbox.Receiver)));
    Console.WriteLine(await inbox.ReceiveAsync(TimeSpan.FromSeconds(30)));
    Console.WriteLine(await Calls.DownloadAsync(browser, url));
    Console.WriteLine($"meter: {numbers}");
}
await Calls.RunCommandsAsync(browser);
await Permissions.RunAsync(browser, system);
// A bitmap of one red pixel.
byte[] bitmap = [.. "BM"u8, 30, 0, 0, 0, 0, 0, 0, 0, 26, 0, 0, 0, 12, 0, 0, 0, 1, 0, 1, 0, 1, 0, 24, 0, 0, 0, 255, 0];
using (var spans = new HeardSpans())
{
    Console.WriteLine(await Calls.DecodeAsync(browser, bitmap));
    Console.WriteLine($"spans: {spans}");
}
system.ActorOf(Props.Create(() => new WordCounting(browser, "one two three", inbox.Receiver)));
Console.WriteLine(await inbox.ReceiveAsync(TimeSpan.FromSeconds(30)));
Console.WriteLine(await inbox.ReceiveAsync(TimeSpan.FromSeconds(30)));
Console.WriteLine(await Calls.LoseAsync(browser));
Console.WriteLine(await Health.OfAsync(browser));
await host.StopAsync();
Console.WriteLine(await Calls.AfterTheStopAsync(browser, url));
return 0;
