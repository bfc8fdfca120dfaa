namespace ActorBrowser.TabsTests;

/// <summary>Actions on a page whose scripts run: they get the events of a user's act, may prevent what follows, and may lead on.</summary>
public sealed class ScriptedActSpecs : BrowserSpecs
{
    private const string Page = """
        <title>page</title><ul id=list></ul><input id=name><input type=checkbox id=box>
        <form id=kept action=/kept><input name=q value=1><button id=keep>k</button></form>
        <form id=sent action=/sent><input name=q value=2></form>
        <form id=posted action=/posted method=post><input name=q value=3><button id=post>p</button></form>
        <button id=by-script>s</button><button id=away>a</button><button id=later>l</button><a id=link href=/link>x</a>
        <script>
          const log = text => { const item = document.createElement('li'); item.textContent = text; list.append(item); };
          for (const id of ['list', 'name', 'box', 'kept', 'sent', 'posted', 'by-script', 'away', 'later', 'link']) window[id.replace('-', '_')] = document.getElementById(id);
          for (const type of ['input', 'change']) document.addEventListener(type, e => log(`${type} ${e.target.id} ${e.target.value} ${e.isTrusted}`));
          kept.addEventListener('submit', e => { e.preventDefault(); Promise.resolve().then(() => log('kept ' + e.submitter?.id)); });
          link.addEventListener('click', e => e.preventDefault());
          by_script.onclick = () => sent.submit();
          away.onclick = () => { location.href = '/away?x=1'; };
          later.onclick = () => setTimeout(() => log('later'), 3000);
        </script>
        """;

    [Fact]
    public async Task Scripts_get_the_events_of_an_act_and_the_page_shows_what_they_did()
    {
        var tab = await ScriptedAsync();
        await tab.FillAsync("#name", "Ada");
        await tab.CheckAsync("#box");
        Assert.Null((await tab.ClickAsync("#keep")).Load);
        Assert.Null((await tab.ClickAsync("#link")).Load);
        Assert.Null((await tab.ClickAsync("#later")).Load);
        Assert.Equal("[\"input name Ada true\",\"change name Ada true\",\"input box on true\",\"change box on true\",\"kept keep\",\"later\"]",
            await tab.EvaluateAsync("[...document.querySelectorAll('li')].map(item => item.textContent)"));
        Assert.Contains("later", await tab.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_an_act_sets_off_may_submit_a_form_or_lead_the_tab_on()
    {
        var tab = await ScriptedAsync();
        Assert.EndsWith("/sent?q=2", (await tab.ClickAsync("#by-script").Soon()).Page!.Url, StringComparison.Ordinal);
        tab = await ScriptedAsync();
        Assert.EndsWith("/away?x=1", (await tab.ClickAsync("#away").Soon()).Page!.Url, StringComparison.Ordinal);
        tab = await ScriptedAsync();
        Assert.Equal("POST /posted q=3", (await tab.ClickAsync("#post").Soon()).Page!.Document.Title);
    }

    [Fact]
    public async Task The_summary_is_of_the_page_after_its_scripts()
    {
        var site = await ServeAsync(static context => HtmlAsync(context, """
            <title>before</title><div id=a>one</div><script>document.title = ' after  it '; document.getElementById('a').innerHTML = '<h1>now four words</h1><a href=/x>here</a>';</script><script>throw 1</script><script>window.a = document.getElementById('a')</script>
            """));
        var tab = await OpenAsync(new TabProtocol.OpenTab { Scripts = PageScripts.Page });
        var page = await tab.NavigateAsync(site).Soon();
        Assert.Equal(("after it", 1, 1, 4), (page.Document.Title, page.Document.Counts.Links, page.Document.Counts.Headings, page.Document.Counts.Words));
        Assert.Equal(new PageScriptsEnd(3, 1, false), page.Scripts);
    }

    [Theory]
    [InlineData("crypto.randomUUID().length", "36")]
    [InlineData("new Set(Array.from({length: 100}, () => crypto.getRandomValues(new Uint8Array(300)).join())).size", "100")]
    [InlineData("new Response(new FormData()).text().then(text => text.startsWith('--'))", "true")]
    [InlineData("String(new DOMException('a', 'AbortError'))", "\"AbortError: a\"")]
    [InlineData("new DOMException('a', 'AbortError').code + Object.keys(new DOMException('a')).length", "20")]
    [InlineData("try { document.querySelector('[') } catch (e) { `${e}`.split(':')[0] }", "\"SyntaxError\"")]
    public async Task What_pages_use_works_in_a_confined_renderer(string code, string json)
    {
        var tab = await OpenAsync();
        await tab.NavigateAsync(await ServeHtmlAsync("<p>x")).Soon();
        Assert.Equal(json, await tab.EvaluateAsync(code).Soon());
    }

    [Fact]
    public async Task A_page_shows_neither_another_origin_as_its_own_nor_cookies_that_are_not_kept()
    {
        var tab = await OpenAsync(new TabProtocol.OpenTab { Scripts = PageScripts.Page });
        var site = await ServeHtmlAsync("<p>x");
        await tab.NavigateAsync(site).Soon();
        Assert.Equal("\"SecurityError\"", await tab.EvaluateAsync("""
            const own = location.origin; Object.defineProperty(URL.prototype, 'origin', { get() { return own; } });
            let name; try { history.replaceState(null, '', 'http://127.0.0.1:1/z'); } catch (e) { name = e.name; } name
            """).Soon());
        Assert.Equal($"\"{site}/\"", await tab.EvaluateAsync("location.href").Soon());
        foreach (var cookie in new[] { "a=1; Domain=com", "__Host-c=1", "d=1; Secure", "f=1; Path=/zzz", "j=\\u0001", "z=1\\r\\nX: y", "ok=1; Path=/" })
            await tab.EvaluateAsync($"document.cookie = '{cookie}'").Soon();
        Assert.Equal("\"ok=1\"", await tab.EvaluateAsync("document.cookie").Soon());
    }

    [Fact]
    public async Task A_page_that_leads_on_while_it_loads_is_passed_over_and_one_that_leads_in_a_circle_fails()
    {
        var site = await ServeAsync(static context => HtmlAsync(context, context.Request.Path.Value switch
        {
            "/first" => "<title>first</title><script>location.replace('/second')</script><p>first",
            "/circle" => $"<script>location = '/circle?{context.Request.QueryString.Value!.Length}' + location.search.slice(1)</script>",
            _ => "<title>second</title><script>document.title += ' ' + document.referrer.length</script>",
        }));
        var tab = await OpenAsync(new TabProtocol.OpenTab { Scripts = PageScripts.Page });
        var page = await tab.NavigateAsync(site + "/first").Soon();
        Assert.Equal(site + "/second", page.Url);
        Assert.Contains("led the tab from page to page", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync(site + "/circle?").Soon())).Message, StringComparison.Ordinal);
        Assert.Equal(site + "/second", (await tab.NavigateAsync(site + "/second").Soon()).Url);
    }

    private async Task<TabClient> ScriptedAsync()
    {
        var site = await ServeAsync(static async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await HtmlAsync(context, context.Request.Path == "/" ? Page : $"<title>{context.Request.Method} {context.Request.Path} {body}</title>");
        });
        var tab = await OpenAsync(new TabProtocol.OpenTab { Scripts = PageScripts.Page });
        var page = await tab.NavigateAsync(site).Soon();
        Assert.Equal((1, 0, false), (page.Scripts!.Run, page.Scripts.Failed, page.Scripts.OverBudget));
        return tab;
    }
}
