using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Scripts that the browser's user runs in a page, within limits of time, memory, depth and length.</summary>
public sealed class EvaluateSpecs : BrowserSpecs
{
    private async Task<TabClient> PageAsync(string html = "<title>page</title><p id=a class='x y'>one <b>two</b></p>", OpenTab? options = null)
    {
        var tab = await OpenAsync(options);
        await tab.NavigateAsync(await ServeHtmlAsync(html)).Soon();
        return tab;
    }

    private static async Task<ScriptException> FailsAsync(TabClient tab, string code, double seconds = 5) =>
        await Assert.ThrowsAsync<ScriptException>(() => tab.EvaluateAsync(code, TimeSpan.FromSeconds(seconds)).Soon());

    [Theory]
    [InlineData("1 + 1", "2")]
    [InlineData("undefined", "null")]
    [InlineData("(() => 1)", "null")]
    [InlineData("'é\\u2028\"'", "\"é\u2028\\\"\"")]
    [InlineData("({ a: [1, null, undefined], b: undefined, c: new Date(0) })", "{\"a\":[1,null,null],\"c\":\"1970-01-01T00:00:00.000Z\"}")]
    [InlineData("document.getElementById('a')", "\"<p id=\\\"a\\\" class=\\\"x y\\\">one <b>two</b></p>\"")]
    [InlineData("document.querySelectorAll('b')", "[\"<b>two</b>\"]")]
    [InlineData("({ title: document.title, first: document.body.firstElementChild.className })", "{\"title\":\"page\",\"first\":\"x y\"}")]
    [InlineData("Promise.resolve(7)", "7")]
    [InlineData("new Promise(done => setTimeout(() => done('late'), 60000))", "\"late\"")]
    [InlineData("(async () => { let n = 0; for (let i = 0; i < 3; i++) { await new Promise(requestAnimationFrame); n++; } return n; })()", "3")]
    public async Task A_script_has_the_value_of_its_last_statement_as_json(string code, string json)
    {
        var tab = await PageAsync();
        Assert.Equal(json, await tab.EvaluateAsync(code, TimeSpan.FromMinutes(2)).Soon());
    }

    [Fact]
    public async Task What_a_script_changes_is_seen_by_the_next_query()
    {
        var tab = await PageAsync();
        Assert.Equal("one two", (await tab.TextAsync().Soon()).Trim());
        await tab.EvaluateAsync("document.getElementById('a').textContent = 'changed'; document.body.insertAdjacentHTML('beforeend', '<h2>more</h2>')").Soon();
        Assert.Contains("changed", await tab.TextAsync().Soon(), StringComparison.Ordinal);
        Assert.Equal("more", Assert.Single(await tab.QueryAllAsync(new Query(DocumentQuery.Headings)).Soon()).Text);
        Assert.Equal("2", await tab.EvaluateAsync("document.body.children.length").Soon());
    }

    [Theory]
    [InlineData("throw new TypeError('bad')", "TypeError: bad", 1, 7)]
    [InlineData("\n\n  missing.thing", "missing is not defined", 3, 3)]
    [InlineData("let a = ;", "Unexpected token", 1, 9)]
    [InlineData("Promise.reject(new Error('no'))", "Error: no", 0, 0)]
    [InlineData("throw { get message() { throw 1 } }", "Object", 1, 7)]
    [InlineData("({ toJSON() { throw new RangeError('never') } })", "RangeError: never", 1, 0)]
    [InlineData("document.querySelector('!')", "is not a valid selector", 1, 1)]
    public async Task A_script_that_throws_fails_with_its_message_and_place(string code, string message, int line, int column)
    {
        var tab = await PageAsync();
        var failed = await FailsAsync(tab, code);
        Assert.Equal(ScriptFailure.Failed, failed.Kind);
        Assert.Contains(message, failed.Message, StringComparison.Ordinal);
        Assert.Equal(line, failed.Line);
        if (column > 0)
            Assert.Equal(column, failed.Column);
        Assert.Equal("3", await tab.EvaluateAsync("1 + 2").Soon());
    }

    [Theory]
    [InlineData("while (true);", ScriptFailure.TimedOut)]
    [InlineData("for (;;) { try { (() => { for (;;); })() } catch {} finally {} }", ScriptFailure.TimedOut)]
    [InlineData("new Promise(() => {})", ScriptFailure.TimedOut)]
    [InlineData("(async () => { for (;;) await null; })()", ScriptFailure.TimedOut)]
    [InlineData("new Promise(() => { const again = () => setTimeout(again); again(); })", ScriptFailure.TimedOut)]
    [InlineData("const held = []; for (;;) held.push(new Array(10000).fill(held.length));", ScriptFailure.OutOfMemory)]
    [InlineData("let s = 'x'; const all = []; for (;;) { s = s + 'y' + s.slice(1, 100000); all.push(s.split('').join('-')); }", ScriptFailure.OutOfMemory)]
    [InlineData("function f() { return f() + 1 } f()", ScriptFailure.TooDeep)]
    [InlineData("const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x", ScriptFailure.TooDeep)]
    [InlineData("const c = {}; c.c = c; c", ScriptFailure.NoJson)]
    [InlineData("'x'.repeat(100_000_000)", ScriptFailure.AnswerTooLarge)]
    [InlineData("Array.from({ length: 1_000_000 }, (_, i) => i)", ScriptFailure.AnswerTooLarge)]
    public async Task A_limit_ends_a_script_with_its_own_failure_and_the_page_is_still_usable(string code, ScriptFailure kind)
    {
        var tab = await PageAsync();
        var failed = await FailsAsync(tab, code, kind == ScriptFailure.TimedOut ? 1 : 20);
        Assert.True(kind == failed.Kind, $"{failed.Kind}: {failed.Message}");
        Assert.Equal("\"page\"", await tab.EvaluateAsync("document.title").Soon());
        Assert.Equal("one two", (await tab.TextAsync().Soon()).Trim());
    }

    [Fact]
    public async Task A_script_that_cannot_be_stopped_is_the_renderers_death_and_the_tab_says_so()
    {
        var tab = await PageAsync();
        var other = await PageAsync("<title>other</title>");
        var lost = await FailsAsync(tab, "const a = Array.from({ length: 8_000_000 }, (_, i) => i % 1000 + 'x'); for (let i = 0; i < 50; i++) a.slice().sort();", 0.5);
        if (lost.Kind == ScriptFailure.RendererLost)
        {
            Assert.Contains("A script did not stop", lost.Message, StringComparison.Ordinal);
            Assert.Equal(TabState.Crashed, (await tab.SnapshotAsync().Soon()).State);
            await tab.ReloadAsync().Soon();
        }
        Assert.Equal("2", await tab.EvaluateAsync("1 + 1").Soon());
        Assert.Equal("\"other\"", await other.EvaluateAsync("document.title").Soon());
    }

    [Fact]
    public async Task A_page_reaches_nothing_of_the_host_by_its_constructors()
    {
        var tab = await PageAsync();
        foreach (var code in (string[])[
            "typeof System + typeof importNamespace + typeof clr + typeof host",
            "typeof document.constructor.constructor('return this.System')() + typeof setTimeout.constructor('return this.process')() + typeof (async () => {}).constructor('return this.clr') + ''",
            "typeof document.querySelectorAll.constructor('return typeof GetType')().GetType + typeof document.GetType + typeof document.Node"])
            Assert.DoesNotContain("object", await tab.EvaluateAsync(code).Soon(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pages_own_prototypes_change_nothing_of_what_the_browser_decides()
    {
        var tab = await PageAsync();
        await tab.EvaluateAsync("""
            Array.prototype[Symbol.iterator] = function* () { yield 'spoiled'; };
            Array.prototype.join = Array.prototype.push = () => { throw new Error('spoiled') };
            Promise.prototype.then = () => { throw new Error('spoiled') };
            Object.defineProperty(Object.prototype, 'capture', { get() { throw new Error('spoiled') } });
            JSON.stringify = () => 'spoiled'; Date.now = () => NaN; globalThis.document = null; 1
            """).Soon();
        Assert.Equal("[1,2]", await tab.EvaluateAsync("[1, 2]").Soon());
        Assert.Equal("5", await tab.EvaluateAsync("(async () => 5)()").Soon());
        Assert.Equal("one two", (await tab.TextAsync().Soon()).Trim());
    }

    [Fact]
    public async Task A_script_is_refused_before_it_runs_if_it_is_too_long_or_its_time_is_no_time()
    {
        var tab = await PageAsync();
        Assert.Equal(ScriptFailure.Invalid, (await FailsAsync(tab, new string(' ', EvaluateScript.LongestCode + 1))).Kind);
        Assert.Equal(ScriptFailure.Invalid, (await FailsAsync(tab, "1", 0)).Kind);
        Assert.Equal("1", await tab.EvaluateAsync(new string(' ', EvaluateScript.LongestCode - 1) + "1").Soon());
        tab.Tab.Tell(new Evaluate(null!), TestActor);
        Assert.Equal(ScriptFailure.Invalid, (await ExpectMsgAsync<EvaluationFailed>(Deadline.Long)).Kind);
    }

    [Fact]
    public async Task Without_a_page_there_is_no_script_and_a_lost_renderer_answers_each_once()
    {
        var blank = await OpenAsync();
        Assert.Equal(ScriptFailure.NoDocument, (await FailsAsync(blank, "1")).Kind);
        var tab = await PageAsync();
        var waiting = tab.EvaluateAsync("const until = Date.now() + 4000; while (Date.now() < until); 1", TimeSpan.FromSeconds(30));
        tab.Tab.Tell(new KillRenderer());
        var lost = await Assert.ThrowsAsync<ScriptException>(() => waiting.Soon());
        Assert.Equal(ScriptFailure.RendererLost, lost.Kind);
        Assert.NotNull(lost.Exited);
    }

    [Fact]
    public async Task A_pages_own_scripts_do_not_run_unless_the_tab_wants_them()
    {
        const string Html = "<title>before</title><noscript>without</noscript><script>document.title = 'by script'; window.ran = 1</script><p onclick='window.clicked = 1'>text</p>";
        var without = await PageAsync(Html);
        Assert.Equal("\"before\"", await without.EvaluateAsync("document.title").Soon());
        Assert.Equal("false", await without.EvaluateAsync("document.querySelector('p').click(); 'clicked' in window || 'ran' in window").Soon());
        Assert.Contains("without", await without.TextAsync().Soon(), StringComparison.Ordinal);
        var with = await PageAsync(Html, new OpenTab { Scripts = PageScripts.Page });
        Assert.Equal("by script", (await with.SnapshotAsync().Soon()).Title);
        Assert.Equal("true", await with.EvaluateAsync("document.querySelector('p').click(); 'clicked' in window && 'ran' in window").Soon());
        Assert.DoesNotContain("without", await with.TextAsync().Soon(), StringComparison.Ordinal);
    }
}
