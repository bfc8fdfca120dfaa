using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Base: a browser with real processes, and a site served by the test.</summary>
public abstract class BrowserSpecs : TestKit, IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _opened = [];

    protected BrowserSpecs(string more = "") : base($$"""
        akka.loglevel = ERROR
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{{TestChildProgram.Path}}"
        # Some of what the tests load is shorter, some longer.
        actorbrowser.tabs.share-above = 4 KiB
        actorbrowser.images.share-above = 4 KiB
        {{more}}
        """) => Browser = Sys.StartActorBrowser();

    protected IActorRef Browser { get; }

    protected async Task<TabClient> OpenAsync(OpenTab? options = null)
    {
        var tab = await BrowserClient.For(Browser).OpenTabAsync(options).Soon();
        _opened.Add(tab);
        return tab;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var one in _opened)
            await one.DisposeAsync();
    }

    protected async Task<string> ServeAsync(RequestDelegate answer)
    {
        var site = await Site.StartAsync(answer);
        _opened.Add(site);
        return site.Root;
    }

    /// <summary>Serves a site with one page, and with <c>/slow</c>, which never answers.</summary>
    /// <param name="asked">Released once for each request of <c>/slow</c>.</param>
    protected Task<string> ServeSlowAsync(SemaphoreSlim asked) => ServeAsync(context =>
        context.Request.Path == "/slow" ? Site.HoldAsync(context, asked) : HtmlAsync(context, "<title>x</title>"));

    protected Task<string> ServeHtmlAsync(string html) => ServeAsync(context => HtmlAsync(context, html));

    protected static Task HtmlAsync(HttpContext context, string html, string type = "text/html; charset=utf-8")
    {
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(html)).AsTask();
    }

    protected static async Task<T> NextAsync<T>(IAsyncEnumerator<IEvent> events) where T : IEvent
    {
        while (await events.MoveNextAsync().AsTask().Soon())
        {
            if (events.Current is T wanted)
                return wanted;
        }
        throw new InvalidOperationException($"The tab closed before a {typeof(T).Name}.");
    }
}
