using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.TabsTests;

/// <summary>Answers that are files: where they go, what they are called, and what they cannot do.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DownloadSpecs : BrowserSpecs
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-downloads").FullName;

    public DownloadSpecs() : base("actorbrowser.tabs.max-download = 5 MiB\nactorbrowser.tabs.max-page = 1 MiB")
    {
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var bytes = new byte[2 << 20];
        switch (context.Request.Path.Value)
        {
            case "/":
                return HtmlAsync(context, "<title>page</title><a id=a href=/file>x</a> <a id=b href=/page download='suggested.html'>x</a> <a id=c href=/long>x</a> <a id=d href=/broken>x</a> <a id=e href='/pdf/a%2Fb%20c.pdf'>x</a>");
            case "/file":
                context.Response.Headers.ContentDisposition = "attachment; filename=\"../../evil.txt\"";
                context.Response.ContentType = "text/plain";
                return context.Response.Body.WriteAsync(bytes).AsTask();
            case "/long":
                context.Response.ContentType = "application/zip";
                return WriteAsync(context, bytes, 5);
            case "/broken":
                context.Response.ContentType = "application/zip";
                context.Response.ContentLength = 10 << 20;
                return BreakAsync(context, bytes);
            case "/huge":
                return WriteAsync(context, bytes, 1);
            case { } pdf when pdf.StartsWith("/pdf", StringComparison.Ordinal):
                context.Response.ContentType = "application/pdf";
                return context.Response.WriteAsync("%PDF");
            default:
                return HtmlAsync(context, "<title>other</title>");
        }
    }

    private static async Task WriteAsync(HttpContext context, byte[] bytes, int times)
    {
        for (var i = 0; i < times; i++)
            await context.Response.Body.WriteAsync(bytes);
    }

    private static async Task BreakAsync(HttpContext context, byte[] bytes)
    {
        await context.Response.Body.WriteAsync(bytes);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_device_or_a_folder_is_no_file_to_upload()
    {
        Assert.Contains("not a regular file", Assert.Throws<IOException>(() => UploadFile.FromFile("/dev/zero")).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => UploadFile.FromFile("/tmp"));
    }

    [Fact]
    public async Task A_file_is_saved_under_a_safe_name_next_to_others_and_the_page_stays()
    {
        var site = await ServeAsync(AnswerAsync);
        var tab = await OpenAsync(new TabProtocol.OpenTab { Downloads = _folder });
        await tab.NavigateAsync(site + "/").Soon();
        var first = (await tab.ClickAsync("#a").Soon()).Download!;
        var second = (await tab.ClickAsync("#a").Soon()).Download!;
        Assert.Equal((Path.Combine(_folder, "evil.txt"), 2 << 20, "text/plain"), (first.Path, first.Bytes, first.ContentType));
        Assert.Equal(Path.Combine(_folder, "evil (1).txt"), second.Path);
        Assert.Equal(2 << 20, new FileInfo(second.Path).Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(first.Path));
        Assert.EndsWith("suggested.html", (await tab.ClickAsync("#b").Soon()).Download!.Path, StringComparison.Ordinal);
        Assert.EndsWith("/b c.pdf", (await tab.ClickAsync("#e").Soon()).Download!.Path, StringComparison.Ordinal);
        // A link without the name's owner: a name that is taken by a dangling link is taken.
        File.CreateSymbolicLink(Path.Combine(_folder, "x.pdf"), "/nonexistent/target");
        Assert.Equal(site + "/", (await tab.NavigateAsync(site + "/pdf/x.pdf").Soon()).Url);
        Assert.True(File.Exists(Path.Combine(_folder, "x (1).pdf")));
        var snapshot = await tab.SnapshotAsync();
        Assert.Equal((TabState.Loaded, "page", site + "/"), (snapshot.State, snapshot.Title, snapshot.Url));
        Assert.Single(snapshot.History);
        Assert.Equal(1, (await tab.QueryAsync(new TabProtocol.Query(DocumentQuery.Select) { Argument = "#a" })).Total);
    }

    [Fact]
    public async Task A_file_that_is_too_long_or_breaks_off_leaves_nothing()
    {
        var site = await ServeAsync(AnswerAsync);
        var tab = await OpenAsync(new TabProtocol.OpenTab { Downloads = _folder });
        foreach (var id in (string[])["#c", "#d"])
        {
            await tab.NavigateAsync(site + "/").Soon();
            await Assert.ThrowsAsync<PageException>(() => tab.ClickAsync(id).Soon());
        }
        await AwaitConditionAsync(() => Task.FromResult(Directory.GetFiles(_folder).Length == 0), Deadline.Long, Deadline.Often);
        // A page has its own, shorter limit.
        var refused = await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync(site + "/huge").Soon());
        Assert.Equal(FetchErrorKind.TooLarge, refused.Kind);
    }

    [Fact]
    public async Task The_end_of_the_actor_system_leaves_no_part_of_a_file()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var site = await ServeAsync(async context =>
        {
            context.Response.ContentType = "application/zip";
            await context.Response.Body.WriteAsync(new byte[2 << 20]);
            begun.TrySetResult();
            using var held = new SemaphoreSlim(0);
            await Site.HoldAsync(context, held);
        });
        var tab = await BrowserClient.For(Browser).OpenTabAsync(new TabProtocol.OpenTab { Downloads = _folder }).Soon();
        var navigation = tab.NavigateAsync(site + "/");
        await begun.Task.Soon();
        await AwaitConditionAsync(() => Task.FromResult(Directory.GetFiles(_folder).Length == 1), Deadline.Long, Deadline.Often);
        await Sys.Terminate().Soon();
        Assert.Empty(Directory.GetFiles(_folder));
        await Assert.ThrowsAnyAsync<Exception>(() => navigation.Soon());
    }

    [Fact]
    public async Task A_tab_without_a_page_says_where_the_file_is_and_one_without_a_folder_fails()
    {
        var site = await ServeAsync(AnswerAsync);
        var tab = await OpenAsync(new TabProtocol.OpenTab { Downloads = _folder });
        var saved = await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync(site + "/pdf/x.pdf").Soon());
        Assert.Equal(Path.Combine(_folder, "x.pdf"), saved.Download!.Path);
        var without = await OpenAsync();
        Assert.Contains("not a page", (await Assert.ThrowsAsync<PageException>(() => without.NavigateAsync(site + "/pdf/x.pdf").Soon())).Message, StringComparison.Ordinal);
        var nowhere = await OpenAsync(new TabProtocol.OpenTab { Downloads = Path.Combine(_folder, "none") });
        Assert.Contains("could not be saved", (await Assert.ThrowsAsync<PageException>(() => nowhere.NavigateAsync(site + "/pdf/y.pdf").Soon())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attachment; filename=a.txt", "a.txt")]
    [InlineData("attachment; filename=\"a b;c.txt\"; x=y", "a b;c.txt")]
    [InlineData("attachment; filename=plain.txt; filename*=UTF-8''%e2%82%ac%20rates.txt", "\u20ac rates.txt")]
    [InlineData("attachment; filename*=iso-8859-1'en'%A3.txt", "\u00a3.txt")]
    [InlineData("attachment; filename*=unknown''x.txt; filename=y.txt", "y.txt")]
    [InlineData("attachment; filename=\"\u00c3\u00a9.txt\"", "\u00e9.txt")]
    [InlineData("attachment; filename=\"\u00e9.txt\"", "\u00e9.txt")]
    [InlineData("attachment; filename=\"a\\\"b.txt\"", "a\"b.txt")]
    [InlineData("attachment; filename=\"unclosed", "unclosed")]
    [InlineData("attachment", null)]
    [InlineData("attachment; filename", null)]
    public void The_server_s_name_is_read_as_the_standards_say(string field, string? name) => Assert.Equal(name, DownloadName.FromDisposition(field));

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\Windows\\x.exe", "x.exe")]
    [InlineData(".bashrc", "bashrc")]
    [InlineData("...", "")]
    [InlineData("..", "")]
    [InlineData("", "")]
    [InlineData("a\r\nb\0c\u001b[2J.txt", "abc[2J.txt")]
    [InlineData("a\u202Etxt.exe", "atxt.exe")]
    [InlineData("con", "_con")]
    [InlineData("NUL.txt", "_NUL.txt")]
    [InlineData("com1.tar.gz", "_com1.tar.gz")]
    [InlineData("COMMON.txt", "COMMON.txt")]
    [InlineData("a<b>:\"|?*.txt", "a_b______.txt")]
    [InlineData("trailing. ", "trailing")]
    [InlineData("  spaces  ", "spaces")]
    [InlineData("dir/", "")]
    public void A_name_is_made_safe(string given, string safe) => Assert.Equal(safe, DownloadName.Safe(given));

    [Fact]
    public void A_long_name_is_cut_before_its_extension()
    {
        var safe = DownloadName.Safe(new string('\u00e9', 300) + ".txt");
        Assert.Equal((200, true), (System.Text.Encoding.UTF8.GetByteCount(safe), safe.EndsWith("\u00e9.txt", StringComparison.Ordinal)));
        Assert.Equal("a (3).tar.gz", DownloadName.Numbered("a.tar.gz", 3));
    }
}
