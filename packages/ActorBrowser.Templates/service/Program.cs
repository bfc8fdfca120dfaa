using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using Akka.Hosting;

// This comes first: the same program also runs as its child processes.
if (ActorBrowserChild.TryRun(args, out var exitCode))
    return exitCode;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddAkka("service", akka => akka
    .ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory()) // Akka and the children log where the service logs
    .WithActorBrowser(options => options.Configuration = """
        actorbrowser {
          fetch.total-timeout = 30s     # an unknown key is refused at the start
        }
        """)
    .WithActorBrowserHealthCheck());
builder.Services.AddBrowserClient();
builder.Services.AddHealthChecks();

var app = builder.Build();
// Healthy while the processes of the browser can be started.
app.MapHealthChecks("/health");

// The page's text, fetched by one child process and read by another. It may be of any server that this machine reaches, also of a private
// network: let only those call this whom you let read it.
app.MapGet("/page", async (string url, BrowserClient browser, CancellationToken cancelled) =>
{
    try
    {
        await using var tab = await browser.OpenTabAsync(cancellation: cancelled);
        var page = await tab.NavigateAsync(url, cancelled);
        return Results.Text($"{page.Document.Title}\n\n{await tab.TextAsync(cancelled)}");
    }
    catch (PageException failed)
    {
        return Results.Text(failed.Message, statusCode: StatusCodes.Status502BadGateway);
    }
});

await app.RunAsync();
return 0;
