using System.Globalization;
using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.TabsTests;

/// <summary>Forms made to cost time or memory, or to confuse which control belongs where: each costs itself only.</summary>
public sealed class HostileFormSpecs() : BrowserSpecs("")
{
    private long _got;

    private async Task<TabClient> OpenAsync(string html)
    {
        var site = await ServeAsync(async context =>
        {
            var buffer = new byte[64 << 10];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
                Interlocked.Add(ref _got, read);
            await HtmlAsync(context, context.Request.Path == "/" ? html : "<title>sent</title>");
        });
        var tab = await OpenAsync();
        await tab.NavigateAsync(site + "/").Soon();
        return tab;
    }

    private static string Many(int count, Func<int, string> one)
    {
        var html = new StringBuilder();
        for (var i = 0; i < count; i++)
            html.Append(one(i));
        return html.ToString();
    }

    [Fact]
    public async Task A_hundred_thousand_fields_are_sent()
    {
        var tab = await OpenAsync($"<form action=/go method=post>{Many(100_000, static i => string.Create(CultureInfo.InvariantCulture, $"<input name=field{i} value={i}>"))}<button id=b>x</button></form>");
        await tab.FillAsync("[name=field99999]", "last").Soon();
        Assert.Equal("sent", (await tab.ClickAsync("#b").Soon()).Page!.Document.Title);
        Assert.Equal(Enumerable.Range(0, 100_000).Sum(static i => $"field{i}={i}&".Length) - 1 - "99999".Length + "last".Length, Interlocked.Read(ref _got));
    }

    [Fact]
    public async Task A_hundred_thousand_fields_in_a_URL_are_a_typed_failure()
    {
        var tab = await OpenAsync($"<form action=/go>{Many(100_000, static i => string.Create(CultureInfo.InvariantCulture, $"<input name=field{i}>"))}<button id=b>x</button></form>");
        Assert.Equal(ActFailure.TooLarge, (await Assert.ThrowsAsync<PageException>(() => tab.ClickAsync("#b").Soon())).Act);
        Assert.Equal(TabState.Loaded, (await tab.SnapshotAsync()).State);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_a_typed_failure()
    {
        var tab = await OpenAsync($"<form action=/go method=post><textarea name=a>{new string('\u00e9', 3 << 20)}</textarea><button id=b>x</button></form>");
        Assert.Equal(ActFailure.TooLarge, (await Assert.ThrowsAsync<PageException>(() => tab.ClickAsync("#b").Soon())).Act);
    }

    [Theory]
    [InlineData("radio")]
    [InlineData("form attributes")]
    [InlineData("fieldsets")]
    [InlineData("labels")]
    [InlineData("options")]
    [InlineData("forms in tables")]
    public async Task Time_grows_with_the_page_and_not_with_its_square(string kind)
    {
        var inside = kind switch
        {
            "radio" => Many(10_000, static _ => "<input type=radio name=r checked required>"),
            "form attributes" => Many(50_000, static i => string.Create(CultureInfo.InvariantCulture, $"<input form=f id=i{i} name=a>")),
            "fieldsets" => Many(400, static _ => "<fieldset disabled><legend>") + Many(50_000, static _ => "<input name=a>"),
            "labels" => Many(900, static _ => "<label for=x>") + "<b id=deep>x</b>",
            "options" => $"<select name=s multiple>{Many(100_000, static i => string.Create(CultureInfo.InvariantCulture, $"<option selected>{i}"))}</select>",
            _ => $"</form><table>{Many(20_000, static _ => "<form action=/go method=post><tr><td><input name=a></td></tr></form>")}</table><form>",
        };
        var tab = await OpenAsync($"<form action=/go method=post id=f>{inside}<button id=b>x</button></form><input type=checkbox id=x>");
        Assert.Equal(2, (await tab.QueryAsync(new TabProtocol.Query(DocumentQuery.Select) { Argument = "#b, #x" })).Total);
        await tab.ClickAsync(kind == "labels" ? "#deep" : "#b").WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_pattern_that_backtracks_without_end_ends()
    {
        var tab = await OpenAsync($"<form action=/go method=post><input name=a pattern='(a+)+b' value={new string('a', 40)}><button id=b>x</button></form>");
        Assert.Equal(ActFailure.InvalidField, (await Assert.ThrowsAsync<PageException>(() => tab.ClickAsync("#b").Soon())).Act);
    }

    [Fact]
    public async Task Labels_for_each_other_and_for_themselves_do_nothing()
    {
        var tab = await OpenAsync("<label id=a for=b>x</label><label id=b for=a>y</label><label id=c for=c>z</label><label id=d><label id=e><input type=checkbox id=box></label></label>");
        foreach (var id in (string[])["#a", "#b", "#c"])
            Assert.Equal(ActFailure.WrongElement, (await Assert.ThrowsAsync<PageException>(() => tab.ClickAsync(id).Soon())).Act);
    }
}
