using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ActorBrowser.DashboardTests;

/// <summary>The page in Debian's Chromium. <c>ACTORBROWSER_SCREENSHOTS</c> names a folder for pictures of it.</summary>
public sealed class PageSpecs(ChromiumDriver chromium) : IClassFixture<ChromiumDriver>, IAsyncLifetime
{
    private const string Hostile = "<script>document.title='owned'</script></td></tr><img src=x onerror=document.title='owned'>\u202eevil";

    private static readonly string? s_screenshots = Environment.GetEnvironmentVariable("ACTORBROWSER_SCREENSHOTS");

    private readonly List<string> _complaints = [];
    private DashboardHost _host = null!;

    public async Task InitializeAsync() => _host = await DashboardHost.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var context in chromium.Browser?.Contexts ?? [])
            await context.CloseAsync().Soon();
        await _host.DisposeAsync();
        Assert.Empty(_complaints);
    }

    private async Task<IPage> OpenAsync(string url, ColorScheme colours = ColorScheme.Light)
    {
        var context = await chromium.Browser!.NewContextAsync(new() { ColorScheme = colours, ViewportSize = new() { Width = 1360, Height = 900 } });
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            // What the policy forbids, and exceptions; a refused token is said by the page.
            if (message.Type == "error" && !message.Text.Contains("401", StringComparison.Ordinal))
                _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(url);
        return page;
    }

    private static ILocator Row(IPage page, string role) => page.Locator("#process-table tbody tr", new() { Has = page.Locator("th", new() { HasTextString = role }) });

    private static async Task PhotographAsync(IPage page, string name)
    {
        if (s_screenshots is not null)
            await page.ScreenshotAsync(new() { Path = Path.Combine(s_screenshots, name + ".png"), FullPage = true });
    }

    [FactNeeds("chromium")]
    public async Task It_shows_every_process_live_and_the_link_s_token_is_in_no_address()
    {
        var first = await _host.SpawnAsync();
        var page = await OpenAsync(_host.Link);
        await Assertions.Expect(Row(page, "echo")).ToContainTextAsync($"{first.ProcessId}");
        Assert.Equal(_host.Page.ToString(), page.Url);
        await Assertions.Expect(Row(page, "browser")).ToContainTextAsync($"{Environment.ProcessId}");
        await Assertions.Expect(page.GetByText("No system call was refused.")).ToBeVisibleAsync();
        var second = await _host.SpawnAsync();
        await Assertions.Expect(Row(page, "echo").Filter(new() { HasTextString = $"{second.ProcessId}" })).ToBeVisibleAsync();
        await Signals.SendAsync(first.ProcessId, "KILL");
        await Assertions.Expect(Row(page, "echo")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#crash-table")).ToContainTextAsync($"{first.ProcessId}");
        await page.ReloadAsync();
        await Assertions.Expect(Row(page, "echo")).ToHaveCountAsync(1);
    }

    [FactNeeds("chromium")]
    public async Task Without_the_token_it_asks_and_shows_nothing()
    {
        await _host.SpawnAsync();
        var page = await OpenAsync(_host.Page.ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Textbox, new() { NameString = "Token" })).ToBeFocusedAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("This page needs the token.");
        await page.Keyboard.TypeAsync("wrong-wrong-wrong-wrong");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("The token is wrong.");
        Assert.Equal(0, await Row(page, "echo").CountAsync());
        await page.GetByRole(AriaRole.Textbox, new() { NameString = "Token" }).FillAsync(DashboardHost.Token);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Row(page, "echo")).ToBeVisibleAsync();
    }

    [FactNeeds("chromium")]
    public async Task A_process_is_ended_with_the_keyboard_alone_after_a_question()
    {
        var child = await _host.SpawnAsync();
        var page = await OpenAsync(_host.Link);
        var end = page.GetByRole(AriaRole.Button, new() { NameString = $"End echo {child.ProcessId}" });
        await end.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync($"End the echo process {child.ProcessId}");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(end).ToBeFocusedAsync();
        // The next pictures take the focus away neither from the button nor from the dialog.
        await Task.Delay(ProcessWatch.Interval * 1.5);
        await Assertions.Expect(end).ToBeFocusedAsync();
        Assert.True(ProcessTable.Exists(child.ProcessId));
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await ProcessTable.Until(() => !ProcessTable.Exists(child.ProcessId), Deadline.Long);
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync($"The echo process {child.ProcessId} is killed.");
        await Assertions.Expect(Row(page, "echo")).ToHaveCountAsync(0);
    }

    [FactNeeds("chromium")]
    public async Task Headings_sort_and_say_so()
    {
        var pids = new List<int>();
        for (var i = 0; i < 3; i++)
            pids.Add((await _host.SpawnAsync()).ProcessId);
        var page = await OpenAsync(_host.Link);
        await Assertions.Expect(Row(page, "echo")).ToHaveCountAsync(3);
        var heading = page.GetByRole(AriaRole.Button, new() { NameString = "Pid" });
        foreach (var (sort, expected) in ((string?, IEnumerable<int>)[])[("ascending", pids.Order()), ("descending", pids.OrderDescending()), (null, pids)])
        {
            await heading.PressAsync("Enter");
            Assert.Equal(sort, await page.Locator("th[data-key=pid]").GetAttributeAsync("aria-sort"));
            Assert.Equal(expected.Select(static pid => $"{pid}"), (await Row(page, "echo").Locator("td:nth-child(2)").AllTextContentsAsync()));
        }
        await page.GetByLabel("Filter").FillAsync($"{pids[1]}");
        await Assertions.Expect(page.Locator("#process-table tbody tr")).ToHaveCountAsync(1);
    }

    [FactNeeds("chromium")]
    public async Task Texts_of_pages_and_commands_are_shown_as_text()
    {
        await _host.OpenAsync(await _host.ServeAsync($"<title>{System.Net.WebUtility.HtmlEncode(Hostile)}</title>"));
        await _host.OpenAsync(await _host.ServeAsync($"<title>{new string('w', 10_240)}</title>"));
        await _host.Client.Commands.StartAsync(new CommandProtocol.Spawn(["sh", "-c", "sleep 300 # " + Hostile]));
        var page = await OpenAsync(_host.Link);
        await Assertions.Expect(Row(page, "renderer").Filter(new() { HasTextString = "<script>document.title='owned'</script></td></tr>" })).ToHaveCountAsync(1);
        await Assertions.Expect(Row(page, "command-runner").Filter(new() { HasTextString = "<U+202E>evil" })).ToHaveCountAsync(1);
        var titles = await page.Locator("td.text").AllTextContentsAsync();
        Assert.All(titles, static title => Assert.InRange(title.Length, 0, 200));
        Assert.Contains(titles, static title => title.Contains("www", StringComparison.Ordinal) && title[^1] == '…');
        Assert.Equal("Processes – ActorBrowser", await page.TitleAsync());
        Assert.Equal(0, await page.Locator("td script, td img").CountAsync());
        await PhotographAsync(page, "hostile");
    }

    [FactNeeds("chromium")]
    public async Task Many_processes_are_one_long_table_that_sorts_and_filters()
    {
        // JIT children take ten times the time and memory.
        var many = TestChildProgram.IsNative ? 200 : 20;
        var children = await Task.WhenAll(Enumerable.Range(0, many).Select(_ => _host.SpawnAsync()));
        var page = await OpenAsync(_host.Link);
        await Assertions.Expect(Row(page, "echo")).ToHaveCountAsync(many);
        await page.GetByRole(AriaRole.Button, new() { NameString = "Memory (PSS)" }).PressAsync("Enter");
        await Assertions.Expect(page.Locator("th[aria-sort]")).ToHaveAttributeAsync("aria-sort", "descending");
        await PhotographAsync(page, "many");
        await page.GetByLabel("Filter").FillAsync($"{children[many / 2].ProcessId}");
        await Assertions.Expect(Row(page, "echo")).ToHaveCountAsync(1);
    }

    [TheoryNeeds("chromium")]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Nothing_is_found_that_keeps_people_out(ColorScheme colours)
    {
        await _host.OpenAsync(await _host.ServeAsync("<title>A page</title>"));
        await _host.Client.Commands.StartAsync(CommandProtocol.Spawn.Shell("sleep 300 & sleep 301"));
        var lost = await _host.SpawnAsync();
        await _host.SpawnAsync();
        await Signals.SendAsync(lost.ProcessId, "KILL");
        using var asked = new SemaphoreSlim(0);
        await using var site = await Site.StartAsync(context => Site.HoldAsync(context, asked));
        using var stop = new CancellationTokenSource();
        var fetch = _host.Client.FetchAsync($"{site.Root}/slow", stop.Token);
        var page = await OpenAsync(_host.Link, colours);
        await Assertions.Expect(page.Locator("#crash-table")).ToContainTextAsync($"{lost.ProcessId}");
        await Assertions.Expect(page.Locator("#fetch-table")).ToContainTextAsync("/slow");
        await Assertions.Expect(Row(page, "process")).ToHaveCountAsync(3);
        await PhotographAsync(page, $"page-{colours}");
        var found = await page.RunAxe();
        Assert.Empty(found.Violations.Select(static violation => $"{violation.Id}: {string.Join(", ", violation.Nodes.Select(static node => node.Html))}"));
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^End renderer") }).First.ClickAsync();
        await PhotographAsync(page, $"question-{colours}");
        Assert.Empty((await page.RunAxe()).Violations.Select(static violation => violation.Id));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
    }
}
