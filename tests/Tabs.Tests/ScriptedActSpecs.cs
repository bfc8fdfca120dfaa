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
