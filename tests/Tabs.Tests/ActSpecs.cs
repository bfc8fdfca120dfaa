using ActorBrowser.Transport;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Acting on pages, with real renderers: what each action does, and how it is refused.</summary>
public sealed class ActSpecs() : BrowserSpecs("")
{
    private const string Page = """
        <!doctype html><title>form</title>
        <form id=f action=/go method=post>
        <input name=text value=before><input name=ro readonly value=x><input name=off disabled><textarea name=area>old</textarea>
        <input name=num type=number><input name=when type=date><input name=at type=datetime-local><input name=tint type=color><input name=vol type=range min=0 max=10 step=2>
        <input name=file type=file><input name=files type=file multiple><input type=hidden name=hid value=h>
        <select name=one><option value=1>One<option value=2 disabled>Two<option value=3>Three</select>
        <select name=many multiple><option>a<option>b<option>c</select>
        <label id=lab><span id=inlab>box</span><input type=checkbox name=box value=yes></label>
        <input type=radio name=r value=1 checked><input type=radio name=r value=2 id=r2>
        <fieldset disabled><legend><input name=inlegend></legend><input name=infield></fieldset>
        <button id=send name=send value=yes>Send</button><button id=again type=reset>Reset</button><button id=nothing type=button>x</button>
        </form>
        <details id=d><summary id=s>More</summary><p>Text</p></details>
        <a id=frag href="#x">place</a> <a id=mail href="mailto:a@b">mail</a> <a id=link href="/next"><b id=inlink>next</b></a> <a id=js href="javascript:void 0">js</a>
        <p id=dead>dead</p>
        """;

    private async Task<(TabClient Tab, List<string> Asked)> OpenPageAsync(string? html = null)
    {
        var asked = new List<string>();
        var site = await ServeAsync(async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            lock (asked)
                asked.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {body}".TrimEnd());
            await HtmlAsync(context, context.Request.Path == "/" ? html ?? Page : $"<title>{context.Request.Method} {context.Request.Path}</title>");
        });
        var tab = await OpenAsync();
        await tab.NavigateAsync(site + "/").Soon();
        return (tab, asked);
    }

    [Fact]
    public async Task A_form_is_filled_in_and_sent_as_a_user_would()
    {
        var (tab, asked) = await OpenPageAsync();
        await tab.FillAsync("[name=text]", "a b&c\nd").Soon();
        await tab.FillAsync("[name=area]", "one\ntwo").Soon();
        await tab.FillAsync("[name=num]", "1e3").Soon();
        await tab.FillAsync("[name=when]", "2024-02-29").Soon();
        await tab.FillAsync("[name=at]", "2024-02-29 10:00:00").Soon();
        await tab.FillAsync("[name=tint]", "#AABBCC").Soon();
        await tab.FillAsync("[name=vol]", "4").Soon();
        await tab.FillAsync("[name=inlegend]", "legend").Soon();
        await tab.SelectAsync("[name=one]", ["Three"]).Soon();
        await tab.SelectAsync("[name=many]", ["a", "c"]).Soon();
        Assert.Null((await tab.ClickAsync("#inlab").Soon()).Load);
        await tab.CheckAsync("#r2").Soon();
        var result = await tab.ClickAsync("#send").Soon();
        Assert.Equal("POST /go", result.Page!.Document.Title);
        Assert.Equal("POST /go text=a+b%26cd&ro=x&area=one%0D%0Atwo&num=1e3&when=2024-02-29&at=2024-02-29T10%3A00&tint=%23aabbcc&vol=4&file=&files=&hid=h&one=3&many=a&many=c&box=yes&r=2&inlegend=legend&send=yes", asked[^1]);
    }

    [Fact]
    public async Task Reset_restores_what_the_page_came_with()
    {
        var (tab, asked) = await OpenPageAsync();
        await tab.FillAsync("[name=text]", "other").Soon();
        await tab.SelectAsync("[name=one]", ["3"]).Soon();
        await tab.CheckAsync("[name=box]").Soon();
        await tab.CheckAsync("#r2").Soon();
        await tab.ClickAsync("#again").Soon();
        await tab.SubmitAsync("#f").Soon();
        Assert.Equal("POST /go text=before&ro=x&area=old&num=&when=&at=&tint=%23000000&vol=6&file=&files=&hid=h&one=1&r=1&inlegend=&send=yes", asked[^1]);
    }

    [Theory]
    [InlineData(ActKind.Fill, "[name=nosuch]", ActFailure.NoElement)]
    [InlineData(ActKind.Fill, "input", ActFailure.SeveralElements)]
    [InlineData(ActKind.Fill, "a[", ActFailure.InvalidSelector)]
    [InlineData(ActKind.Fill, "#dead", ActFailure.WrongElement)]
    [InlineData(ActKind.Fill, "[name=off]", ActFailure.Disabled)]
    [InlineData(ActKind.Fill, "[name=infield]", ActFailure.Disabled)]
    [InlineData(ActKind.Fill, "[name=ro]", ActFailure.ReadOnly)]
    [InlineData(ActKind.Fill, "[name=num]", ActFailure.ValueNotAllowed)]
    [InlineData(ActKind.Fill, "[name=when]", ActFailure.ValueNotAllowed)]
    [InlineData(ActKind.Fill, "[name=vol]", ActFailure.ValueNotAllowed)]
    [InlineData(ActKind.Fill, "[name=file]", ActFailure.WrongElement)]
    [InlineData(ActKind.Fill, "[name=hid]", ActFailure.WrongElement)]
    [InlineData(ActKind.Fill, "[name=one]", ActFailure.WrongElement)]
    [InlineData(ActKind.Select, "[name=one]", ActFailure.UnknownOption)]
    [InlineData(ActKind.Select, "[name=text]", ActFailure.WrongElement)]
    [InlineData(ActKind.Check, "[name=text]", ActFailure.WrongElement)]
    [InlineData(ActKind.Click, "#dead", ActFailure.WrongElement)]
    [InlineData(ActKind.Click, "#nothing", ActFailure.WrongElement)]
    [InlineData(ActKind.Click, "#mail", ActFailure.UnsupportedTarget)]
    [InlineData(ActKind.Click, "#js", ActFailure.UnsupportedTarget)]
    [InlineData(ActKind.Submit, "#dead", ActFailure.NoForm)]
    [InlineData(ActKind.Upload, "[name=text]", ActFailure.WrongElement)]
    public async Task What_cannot_be_done_is_a_typed_failure_and_changes_nothing(ActKind kind, string selector, ActFailure failure)
    {
        var (tab, asked) = await OpenPageAsync();
        var act = new Act(kind, selector) { Text = kind == ActKind.Fill ? "2023-02-29x" : "", Values = ["nothing of the sort"] };
        tab.Tab.Tell(act, TestActor);
        var refused = ExpectMsg<QueryFailed>(TimeSpan.FromSeconds(20));
        Assert.Equal(failure, refused.Act);
        Assert.NotEmpty(refused.Message);
        await tab.SubmitAsync("#f").Soon();
        Assert.Equal("POST /go text=before&ro=x&area=old&num=&when=&at=&tint=%23000000&vol=6&file=&files=&hid=h&one=1&r=1&inlegend=&send=yes", asked[^1]);
    }

    [Fact]
    public async Task Options_and_files_are_as_many_as_the_control_takes()
    {
        var (tab, _) = await OpenPageAsync();
        Assert.Equal(ActFailure.NotMultiple, (await Assert.ThrowsAsync<PageException>(() => tab.SelectAsync("[name=one]", ["1", "3"]))).Act);
        Assert.Equal(ActFailure.Disabled, (await Assert.ThrowsAsync<PageException>(() => tab.SelectAsync("[name=one]", ["2"]))).Act);
        Assert.Equal(ActFailure.ValueNotAllowed, (await Assert.ThrowsAsync<PageException>(() => tab.SelectAsync("[name=one]", []))).Act);
        await tab.SelectAsync("[name=many]", []).Soon();
        var file = UploadFile.FromBytes("a.txt", "x"u8.ToArray());
        Assert.Equal(ActFailure.NotMultiple, (await Assert.ThrowsAsync<PageException>(() => tab.UploadAsync("[name=file]", [file, file]))).Act);
        Assert.Equal(ActFailure.ValueNotAllowed, (await Assert.ThrowsAsync<PageException>(() => tab.CheckAsync("[name=r][value='1']", false))).Act);
    }

    [Fact]
    public async Task A_click_finds_what_acts_around_the_element()
    {
        var (tab, _) = await OpenPageAsync();
        Assert.Null((await tab.ClickAsync("#frag").Soon()).Load);
        await tab.ClickAsync("#s").Soon();
        Assert.Equal(1, (await tab.QueryAsync(new Query(DocumentQuery.Select) { Argument = "details[open]" })).Total);
        Assert.EndsWith("/next", (await tab.ClickAsync("#inlink").Soon()).Page!.Url, StringComparison.Ordinal);
        Assert.Equal(2, (await tab.SnapshotAsync()).History.Count);
    }

    [Theory]
    [InlineData("<input name=a required>", "a")]
    [InlineData("<input name=a type=email value=nobody>", "a")]
    [InlineData("<input name=a type=url value=relative>", "a")]
    [InlineData("<input name=a pattern='[a-z]+' value=ABC>", "a")]
    [InlineData("<input name=a type=number min=5 value=4>", "a")]
    [InlineData("<input name=a type=number min=0 step=2 value=3>", "a")]
    [InlineData("<input name=a type=date max=2020-01-01 value=2020-01-02>", "a")]
    [InlineData("<input name=a type=time min=22:00 max=02:00 value=12:00>", "a")]
    [InlineData("<input name=a type=week step=2 min=2020-W01 value=2020-W02>", "a")]
    [InlineData("<input name=a type=checkbox required>", "a")]
    [InlineData("<input name=a type=radio required><input name=a type=radio>", "a")]
    [InlineData("<input name=a type=file required>", "a")]
    [InlineData("<select name=a required><option value=''>choose<option>x</select>", "a")]
    [InlineData("<textarea name=a required></textarea>", "a")]
    public async Task A_field_that_is_not_valid_holds_the_form_back_unless_the_page_says_otherwise(string field, string name)
    {
        var (tab, asked) = await OpenPageAsync($"<form action=/go id=f>{field}<button id=b>x</button><button id=n formnovalidate>y</button></form>");
        var refused = await Assert.ThrowsAsync<PageException>(() => tab.ClickAsync("#b").Soon());
        Assert.Equal((ActFailure.InvalidField, name), (refused.Act, refused.Field));
        Assert.Single(asked);
        Assert.NotNull((await tab.ClickAsync("#n").Soon()).Page);
    }

    [Theory]
    [InlineData("<input name=a required disabled>")]
    [InlineData("<input name=a required readonly>")]
    [InlineData("<datalist><input name=a required></datalist>")]
    [InlineData("<input name=a maxlength=2 value=abc>")]
    [InlineData("<input name=a type=time min=22:00 max=02:00 value=23:00>")]
    [InlineData("<input name=a type=number min=1 step=2 value=3>")]
    [InlineData("<input name=a type=week step=2 min=2020-W01 value=2020-W03>")]
    [InlineData("<input name=a type=email multiple value='a@b.c, d@e.f'>")]
    [InlineData("<input name=a pattern='(((' value=x>")]
    [InlineData("<input type=radio name=a required><input name=a type=radio checked>")]
    [InlineData("<select name=a required><option value=''>choose<option selected>x</select>")]
    [InlineData("<select name=a required size=4><option value='' selected>empty but chosen<option>x</select>")]
    public async Task A_field_that_is_valid_or_barred_does_not(string field)
    {
        var (tab, asked) = await OpenPageAsync($"<form action=/go id=f>{field}<button id=b>x</button></form>");
        Assert.NotNull((await tab.ClickAsync("#b").Soon()).Page);
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task Enter_follows_the_implicit_rules()
    {
        var (tab, asked) = await OpenPageAsync("<form action=/two id=two><input name=a><input name=b></form><form action=/one id=one><input name=c></form><form action=/off id=off><input name=d><button disabled>x</button></form>");
        Assert.Equal(ActFailure.NoForm, (await Assert.ThrowsAsync<PageException>(() => tab.SubmitAsync("[name=a]").Soon())).Act);
        Assert.Equal(ActFailure.Disabled, (await Assert.ThrowsAsync<PageException>(() => tab.SubmitAsync("[name=d]").Soon())).Act);
        await tab.SubmitAsync("[name=c]").Soon();
        Assert.Equal("GET /one?c=", asked[^1]);
        await tab.NavigateAsync(new Uri(new Uri((await tab.SnapshotAsync()).Url), "/").ToString()).Soon();
        await tab.SubmitAsync("#two").Soon();
        Assert.Equal("GET /two?a=&b=", asked[^1]);
    }
}
