using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Tabs with real renderers: pages, history, and lost processes.</summary>
public sealed class TabSpecs() : BrowserSpecs("actorbrowser.tabs.max-crashes = 2")
{
    private const string Page = """
        <!doctype html><html lang=de><head><title> A   page </title><link rel=canonical href="/canonical"><meta name=description content="about it"><meta property="og:title" content="shared"></head>
        <body><nav><a href="/home">Home</a></nav><main><h1 id=top>One</h1><p>Some words about nothing in particular, just enough of them that a person would read it all to the very end of it and wonder whether there was more of it to come, as there might be somewhere else on the page.</p>
        <h2>Two</h2><a href="two?x=1#y">second</a> <a href="mailto:a@b">mail</a><ul><li>first<li>second</ul><form action=/search method=post><input name=q></form></main></body></html>
        """;

    [Fact]
    public async Task A_page_says_what_is_in_it()
    {
        var site = await ServeHtmlAsync(Page);
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site + "/dir/page").Soon();
        Assert.Equal(("A page", "de", site + "/canonical", "utf-8", "transport"),
            (page.Document.Title, page.Document.Language, page.Document.CanonicalUrl, page.Document.Encoding, page.Document.EncodingSource));
        Assert.Equal((3, 2, 1), (page.Document.Counts.Links, page.Document.Counts.Headings, page.Document.Counts.Forms));
        var links = await tab.QueryAllAsync(new Query(DocumentQuery.Links));
        Assert.Equal([site + "/home", site + "/dir/two?x=1#y", "mailto:a@b"], links.Select(static link => link.Value));
        Assert.Equal([(1, "One"), (2, "Two")], (await tab.QueryAllAsync(new Query(DocumentQuery.Headings))).Select(static heading => (heading.Level, heading.Text)));
        Assert.Equal([("description", "about it"), ("og:title", "shared")], (await tab.QueryAllAsync(new Query(DocumentQuery.Metadata))).Select(static meta => (meta.Name, meta.Value)));
        Assert.Equal(("post", site + "/search", "q"), (await tab.QueryAllAsync(new Query(DocumentQuery.Forms))).Select(static form => (form.Name, form.Value, form.Text)).Single());
        Assert.Equal("<h1 id=\"top\">One</h1>", (await tab.QueryAsync(new Query(DocumentQuery.Select) { Argument = "main > h1" })).Items.Single().Value);
        Assert.Equal(1, (await tab.QueryAsync(new Query(DocumentQuery.Find) { Argument = "WORDS ABOUT" })).Total);
        var text = await tab.TextAsync();
        Assert.Contains("• first\n• second", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Home", text, StringComparison.Ordinal);
        var wrong = await Assert.ThrowsAsync<PageException>(() => tab.QueryAsync(new Query(DocumentQuery.Select) { Argument = "a[" }));
        Assert.Equal("'a[' is not a CSS selector.", wrong.Message);
    }

    [Fact]
    public async Task Events_come_in_their_order()
    {
        var site = await ServeHtmlAsync(Page);
        var tab = await OpenAsync();
        await tab.NavigateAsync(site).Soon();
        await using var events = tab.Events.GetAsyncEnumerator();
        var seen = new List<string>();
        while (seen.LastOrDefault() != nameof(LoadFinished) && await events.MoveNextAsync().AsTask().Soon())
            seen.Add(events.Current.GetType().Name);
        Assert.Equal([nameof(LoadStarted), nameof(Progress), nameof(TitleChanged), nameof(LoadFinished)], seen.Distinct());
    }

    [Fact]
    public async Task Back_forward_and_reload_know_where_the_tab_has_been()
    {
        var visits = 0;
        var site = await ServeAsync(context => HtmlAsync(context, $"<title>{context.Request.Path} {Interlocked.Increment(ref visits)}</title>"));
        var tab = await OpenAsync();
        await using var events = tab.Events.GetAsyncEnumerator();
        await tab.NavigateAsync(site + "/a").Soon();
        await tab.NavigateAsync(site + "/b").Soon();
        await tab.NavigateAsync(site + "/c").Soon();
        while ((await NextAsync<LoadFinished>(events)).Page.Url != site + "/c")
        {
            // The first two.
        }
        // Two steps at once: the second starts from where the first would lead.
        tab.Tab.Tell(new Back());
        tab.Tab.Tell(new Back());
        Assert.Equal(site + "/a", (await NextAsync<LoadFinished>(events)).Page.Url);
        tab.Tab.Tell(new Forward());
        Assert.Equal(site + "/b", (await NextAsync<LoadFinished>(events)).Page.Url);
        await tab.ReloadAsync().Soon();
        var snapshot = await tab.SnapshotAsync();
        Assert.Equal((TabState.Loaded, site + "/b", 1), (snapshot.State, snapshot.Url, snapshot.Position));
        Assert.Equal([site + "/a", site + "/b", site + "/c"], snapshot.History);
        await tab.NavigateAsync(site + "/d").Soon();
        Assert.Equal([site + "/a", site + "/b", site + "/d"], (await tab.SnapshotAsync()).History);
    }

    [Fact]
    public async Task A_redirect_is_followed_with_each_site_s_own_cookies()
    {
        var seen = new List<string>();
        var other = await ServeAsync(context =>
        {
            seen.Add($"other {context.Request.Path} {context.Request.Headers.Cookie}");
            return HtmlAsync(context, "<title>there</title>");
        });
        other = other.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var site = await ServeAsync(context =>
        {
            seen.Add($"site {context.Request.Path} {context.Request.Headers.Cookie}");
            context.Response.Headers.SetCookie = "who=me; Path=/; Expires=Wed, 21 Oct 2099 07:28:00 GMT";
            if (context.Request.Path == "/go")
                context.Response.Redirect("/on");
            else if (context.Request.Path == "/on")
                context.Response.Redirect(other + "/x");
            return Task.CompletedTask;
        });
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site + "/go").Soon();
        Assert.Equal((other + "/x", "there"), (page.Url, page.Document.Title));
        Assert.Equal(["site /go ", "site /on who=me", "other /x "], seen);
        seen.Clear();
        // Another identity has no such cookie.
        await (await OpenAsync()).NavigateAsync(site + "/go").Soon();
        Assert.Equal("site /go ", seen[0]);
    }

    [Fact]
    public async Task What_cannot_be_loaded_says_why()
    {
        var tab = await OpenAsync();
        Assert.Contains("refused the connection", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync("http://127.0.0.1:1/").Soon())).Message, StringComparison.Ordinal);
        Assert.Contains("is not an absolute http or https URL", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync("file:///etc/passwd").Soon())).Message, StringComparison.Ordinal);
        var site = await ServeAsync(context => HtmlAsync(context, "x", "application/zip"));
        Assert.Contains("which is not a page", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync(site).Soon())).Message, StringComparison.Ordinal);
        Assert.Equal(TabState.Failed, (await tab.SnapshotAsync()).State);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(205)]
    public async Task Where_the_server_has_nothing_to_show_the_tab_stays_on_its_page(int status)
    {
        var other = (await ServeAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        })).Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var site = await ServeAsync(async context =>
        {
            if (context.Request.Path == "/nothing")
                context.Response.StatusCode = status;
            else if (context.Request.Path == "/away")
                context.Response.Redirect(other);
            else
                await HtmlAsync(context, "<title>still here</title><p>words</p>");
        });
        var tab = await OpenAsync();
        Assert.Contains($"status {status}", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync(site + "/nothing").Soon())).Message, StringComparison.Ordinal);
        Assert.Equal((TabState.Blank, ""), ((await tab.SnapshotAsync()).State, (await tab.SnapshotAsync()).Url));
        var page = await tab.NavigateAsync(site + "/page").Soon();
        foreach (var nothing in (string[])[site + "/nothing", other, site + "/away"])
        {
            Assert.Equal(page, await tab.NavigateAsync(nothing).Soon());
            var snapshot = await tab.SnapshotAsync();
            Assert.Equal((TabState.Loaded, site + "/page", "still here", page.ProcessId, 0), (snapshot.State, snapshot.Url, snapshot.Title, snapshot.ProcessId, snapshot.Position));
            Assert.Equal("words", await tab.TextAsync());
        }
        await using var events = tab.Events.GetAsyncEnumerator();
        Assert.Null((await NextAsync<StayedOnPage>(events)).Page);
        Assert.Equal((site + "/nothing", status, page), Told(await NextAsync<StayedOnPage>(events)));
        Assert.Equal((other + "/", status, page), Told(await NextAsync<StayedOnPage>(events)));

        static (string, int, PageSummary?) Told(StayedOnPage stayed) => (stayed.Url, stayed.Status, stayed.Page);
    }

    [Fact]
    public async Task Stop_stops_and_the_next_navigation_works()
    {
        var begun = new TaskCompletionSource();
        var site = await ServeAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
            await HtmlAsync(context, "<title>quick</title>");
        });
        var tab = await OpenAsync();
        var slow = tab.NavigateAsync(site + "/slow");
        await begun.Task.Soon();
        tab.Tab.Tell(new Stop());
        Assert.Equal("Loading was stopped.", (await Assert.ThrowsAsync<PageException>(() => slow.Soon())).Message);
        Assert.Equal("quick", (await tab.NavigateAsync(site).Soon()).Document.Title);
    }

    [Fact]
    public async Task A_crash_is_shown_reload_works_and_no_other_tab_feels_it()
    {
        var site = await ServeHtmlAsync("<title>alive</title>");
        var (one, other) = (await OpenAsync(), await OpenAsync());
        var page = await one.NavigateAsync(site).Soon();
        var neighbour = await other.NavigateAsync(site).Soon();
        Assert.NotEqual(page.ProcessId, neighbour.ProcessId);
        await using var events = one.Events.GetAsyncEnumerator();
        await Signals.SendAsync(page.ProcessId, "KILL");
        var crashed = await NextAsync<Crashed>(events);
        Assert.Equal((1, ChildProcessKilledBySignal), (crashed.Crashes, crashed.Exited?.Signal));
        var snapshot = await one.SnapshotAsync();
        Assert.Equal((TabState.Crashed, "alive", crashed.Message), (snapshot.State, snapshot.Title, snapshot.Problem));
        await Assert.ThrowsAsync<PageException>(() => one.TextAsync().Soon());
        var again = await one.ReloadAsync().Soon();
        Assert.NotEqual(page.ProcessId, again.ProcessId);
        Assert.Equal("alive", again.Document.Title);
        Assert.Equal(1, (await other.QueryAsync(new Query(DocumentQuery.Select) { Argument = "title" })).Total);
        Assert.Equal(neighbour.ProcessId, (await other.SnapshotAsync()).ProcessId);
    }

    private const int ChildProcessKilledBySignal = 9;

    [Fact]
    public async Task A_page_that_kills_its_renderer_each_time_is_not_loaded_for_ever()
    {
        var site = await ServeHtmlAsync("<title>deadly</title>");
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        await using var events = tab.Events.GetAsyncEnumerator();
        await Signals.SendAsync(page.ProcessId, "KILL");
        Assert.Equal(1, (await NextAsync<Crashed>(events)).Crashes);
        page = await tab.ReloadAsync().Soon();
        await Signals.SendAsync(page.ProcessId, "KILL");
        Assert.Equal(2, (await NextAsync<Crashed>(events)).Crashes);
        Assert.Contains("navigate to its URL to load it again", (await Assert.ThrowsAsync<PageException>(() => tab.ReloadAsync().Soon())).Message, StringComparison.Ordinal);
        Assert.Equal("deadly", (await tab.NavigateAsync(site + "/?other").Soon()).Document.Title);
    }

    [Fact]
    public async Task A_renderer_that_has_seen_one_site_is_never_given_another()
    {
        var (one, two) = (await ServeHtmlAsync("<title>1</title>"), await ServeHtmlAsync("<title>2</title>"));
        var tab = await OpenAsync();
        var first = await tab.NavigateAsync(one).Soon();
        Assert.Equal(first.ProcessId, (await tab.NavigateAsync(one + "/again").Soon()).ProcessId);
        Assert.NotEqual(first.ProcessId, (await tab.NavigateAsync(two).Soon()).ProcessId);
    }

    [Fact]
    public async Task Images_of_a_page_are_fetched_and_decoded_if_they_are_wanted()
    {
        var png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGP4z8Dwn4HhfwMAD3oDfgvLLrEAAAAASUVORK5CYII=");
        var site = await ServeAsync(context => context.Request.Path.Value switch
        {
            "/" => HtmlAsync(context, "<title>p</title><img src=a.png><img src=missing.png><img src=a.png><img src='file:///etc/passwd'>"),
            "/a.png" => context.Response.Body.WriteAsync(png).AsTask(),
            _ => Task.Run(() => context.Response.StatusCode = 404),
        });
        var tab = await OpenAsync(new OpenTab { LoadImages = true });
        await tab.NavigateAsync(site).Soon();
        await using var events = tab.Events.GetAsyncEnumerator();
        var (decoded, loaded) = (new List<TabProtocol.ImageDecoded>(), new List<ResourceLoaded>());
        while (await events.MoveNextAsync().AsTask().Soon() && events.Current is not LoadFinished)
        {
            if (events.Current is TabProtocol.ImageDecoded image)
                decoded.Add(image);
            else if (events.Current is ResourceLoaded resource)
                loaded.Add(resource);
        }
        Assert.Equal([(site + "/a.png", "png", 2, 1)], decoded.Select(static image => (image.Url, image.Format, image.Width, image.Height)));
        Assert.Equal([(site + "/a.png", 200), (site + "/missing.png", 404)], loaded.Select(static resource => (resource.Url, resource.Status)).Order());
        Assert.Equal("2x1", (await tab.QueryAllAsync(new Query(DocumentQuery.Images)))[0].Name);
    }

    [Fact]
    public async Task A_closed_tab_leaves_no_process()
    {
        var site = await ServeHtmlAsync("<title>x</title>");
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        await tab.DisposeAsync();
        await ProcessTable.Until(() => !ProcessTable.Exists(page.ProcessId), Deadline.Long);
    }
}
