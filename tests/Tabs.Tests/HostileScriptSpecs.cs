using ActorBrowser.Transport;
using FsCheck;
using FsCheck.Fluent;

namespace ActorBrowser.TabsTests;

/// <summary>Scripts that no one would write: made by a grammar of the engine's and the tree's own operations.</summary>
public sealed class HostileScriptSpecs : BrowserSpecs
{
    private static readonly string[] Values =
        ["0", "-1", "1e9", "NaN", "null", "undefined", "'x'", "[]", "{}", "Symbol()", "document", "document.body", "window", "el", "el.attributes", "el.childNodes", "el.style", "new Proxy({}, {})", "() => x", "class {}", "1n", "new Date(NaN)", "/(x+)+/", "document.createTextNode('t')", "document.createDocumentFragment()", "new Event('click')"];

    private static readonly string[] Members =
        ["appendChild", "insertBefore", "replaceChild", "cloneNode", "remove", "innerHTML", "outerHTML", "textContent", "setAttribute", "getAttribute", "classList", "dataset", "style", "querySelector", "matches", "closest", "addEventListener", "dispatchEvent", "normalize", "insertAdjacentHTML", "before", "after", "children", "nextSibling", "parentNode", "constructor", "prototype", "__proto__", "toString", "length", "item", "splitText", "contains", "value", "click"];

    private static Gen<string> Expression(int depth) => depth == 0
        ? Gen.Elements(Values)
        : Gen.OneOf(
            Gen.Elements(Values),
            from target in Expression(depth - 1) from member in Gen.Elements(Members) select $"({target}).{member}",
            from target in Expression(depth - 1) from member in Gen.Elements(Members) from first in Expression(depth - 1) from second in Expression(depth - 1) select $"({target}).{member}({first}, {second})",
            from target in Expression(depth - 1) from member in Gen.Elements(Members) from value in Expression(depth - 1) select $"(({target}).{member} = {value})",
            from made in Expression(depth - 1) from value in Expression(depth - 1) select $"new ({made})({value})",
            from value in Expression(depth - 1) select $"[...({value})]",
            from value in Expression(depth - 1) select $"Object.setPrototypeOf({value}, el)");

    private static readonly Gen<string> Script =
        from lines in Expression(3).ListOf(8)
        select "(() => { const el = document.body.appendChild(document.createElement('div')); let x = el;\n" + string.Concat(lines.Select(static line => $"try {{ x = {line}; }} catch {{ }}\n")) + "return typeof x; })()";

    [Fact]
    public async Task A_thousand_scripts_of_a_grammar_end_with_a_value_or_a_typed_failure_and_the_renderer_lives()
    {
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(await ServeHtmlAsync("<title>hostile</title><p>text</p>")).Soon();
        foreach (var script in Script.Sample(1000))
        {
            try
            {
                await tab.EvaluateAsync(script, TimeSpan.FromSeconds(5)).Soon();
            }
            catch (ScriptException e)
            {
                Assert.True(e.Kind is ScriptFailure.Failed or ScriptFailure.TimedOut or ScriptFailure.OutOfMemory or ScriptFailure.TooDeep or ScriptFailure.NoJson or ScriptFailure.AnswerTooLarge, $"{e.Kind}: {e.Message}\n{script}");
                Assert.False(e.Message.Contains("NullReference", StringComparison.Ordinal) || e.Message.Contains("InvalidCast", StringComparison.Ordinal) || e.Message.Contains("IndexOutOfRange", StringComparison.Ordinal), $"{e.Message}\n{script}");
            }
        }
        Assert.Equal(page.ProcessId, (await tab.SnapshotAsync().Soon()).ProcessId);
        Assert.Equal("2", await tab.EvaluateAsync("1 + 1").Soon());
        await tab.TextAsync().Soon();
    }
}
