using System.Threading.Channels;
using ActorBrowser.Cli;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>How <c>tabs</c> opens more pages than there may be renderers.</summary>
public sealed class TabsSpecs
{
    [Fact]
    public async Task Tabs_open_as_many_as_can_be_had_and_then_the_next()
    {
        await using var server = await Site.StartAsync(static context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync($"<title>Page {context.Request.Path.Value![1..]}</title>");
        });
        await using var browser = await CliBrowser.StartAsync(default, $$"""
            actorbrowser.child.executable = "{{TestChildProgram.Command}}"
            actorbrowser.pools.renderer { max-processes = 3, max-waiting = 3 }
            """);
        var rows = Enumerable.Range(1, 12).Select(n => new TabRow($"{server.Root}/{n}")).ToList();
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        await TabRow.OpenAllAsync(browser, rows, 3, images: false, keeps: false, changes.Writer, default).Soon();
        await LiveTable.FollowAsync(changes.Reader, static () => { }, () => rows.TrueForAll(static row => row.IsSettled), default).Soon();
        Assert.All(rows, static row => Assert.Equal("loaded", row.State));
        Assert.Equal(Enumerable.Range(1, 12).Select(static n => $"Page {n}"), rows.Select(static row => row.Title));
        // Opened all at once, most find no renderer.
        var all = rows.ConvertAll(static row => new TabRow(row.Url));
        await TabRow.OpenAllAsync(browser, all, places: 12, images: false, keeps: true, changes.Writer, default).Soon();
        await LiveTable.FollowAsync(changes.Reader, static () => { }, () => all.Count(static row => row.State == "failed") >= 6, default).Soon();
        Assert.Contains(all, static row => row.Title.Contains("requests wait", StringComparison.Ordinal));
    }
}
