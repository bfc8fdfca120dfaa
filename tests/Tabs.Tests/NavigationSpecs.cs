using System.Text;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.TabsTests;

/// <summary>Navigations that a page's links and forms make: redirects, where they say they come from, cookies, credentials.</summary>
public sealed class NavigationSpecs() : BrowserSpecs("")
{
    private readonly List<string> _asked = [];
    private string _root = "";

    private async Task<TabClient> OpenAsync(string html, Func<HttpContext, Task<bool>>? answer = null, TabProtocol.OpenTab? options = null)
    {
        _root = await ServeAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (_asked)
                _asked.Add($"{context.Request.Method} {context.Request.Path} {Encoding.Latin1.GetString(body.ToArray())} cookie:{context.Request.Headers.Cookie} origin:{context.Request.Headers.Origin} referer:{context.Request.Headers.Referer} type:{context.Request.ContentType} auth:{context.Request.Headers.Authorization}");
            if (answer is not null && await answer(context))
                return;
            if (context.Request.Path.Value!.StartsWith("/to/", StringComparison.Ordinal))
            {
                context.Response.StatusCode = int.Parse(context.Request.Path.Value[4..7], null);
                context.Response.Headers.Location = context.Request.Path.Value.EndsWith('x') ? Other("/there") : "/there";
                return;
            }
            await HtmlAsync(context, context.Request.Path == "/" ? html.Replace("OTHER", Other(""), StringComparison.Ordinal) : $"<title>{context.Request.Path}</title>");
        });
        var tab = await OpenAsync(options);
        await tab.NavigateAsync(_root + "/").Soon();
        return tab;
    }

    private string Other(string path) => _root.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + path;

    private string Last
    {
        get
        {
            lock (_asked)
                return _asked[^1].Replace(_root, "ROOT", StringComparison.Ordinal).Replace(Other(""), "OTHER", StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("301", "GET /there  cookie: origin: referer:ROOT/ type: auth:")]
    [InlineData("302", "GET /there  cookie: origin: referer:ROOT/ type: auth:")]
    [InlineData("303", "GET /there  cookie: origin: referer:ROOT/ type: auth:")]
    [InlineData("307", "POST /there a=b cookie: origin:ROOT referer:ROOT/ type:application/x-www-form-urlencoded auth:")]
    [InlineData("308", "POST /there a=b cookie: origin:ROOT referer:ROOT/ type:application/x-www-form-urlencoded auth:")]
    [InlineData("302x", "GET /there  cookie: origin: referer:ROOT/ type: auth:")]
    [InlineData("307x", "POST /there a=b cookie: origin:ROOT referer:ROOT/ type:application/x-www-form-urlencoded auth:")]
    public async Task A_redirect_of_a_form_is_followed_as_browsers_do(string to, string sent)
    {
        var tab = await OpenAsync($"<form action=/to/{to} method=post><input name=a value=b></form>");
        var result = await tab.SubmitAsync("form").Soon();
        Assert.Equal("/there", result.Page!.Document.Title);
        Assert.Equal(sent.Replace("referer:ROOT/", to.EndsWith('x') ? "referer:ROOT/" : "referer:ROOT/", StringComparison.Ordinal), Last);
        // What was sent again counts as sent: only a GET is reloaded without being asked for.
        if (to.StartsWith('3') && sent.StartsWith("GET", StringComparison.Ordinal))
        {
            await tab.ReloadAsync().Soon();
            return;
        }
        var refused = await Assert.ThrowsAsync<PageException>(() => tab.ReloadAsync().Soon());
        Assert.Contains("Resubmit", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TabState.Loaded, (await tab.SnapshotAsync()).State);
        await tab.ReloadAsync(resubmit: true).Soon();
        Assert.StartsWith("POST /there a=b", Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_sent_from_disk_and_again_after_a_redirect_and_not_after_it_has_changed()
    {
        var path = Path.GetTempFileName();
        var bytes = new byte[3 << 20];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(path, bytes);
        try
        {
            var got = new List<byte[]>();
            var html = "<form action=/to/307 method=post enctype=multipart/form-data><input name=a value=b><input type=file name=f multiple></form>";
            var tab = await OpenAsync(html, context => Task.FromResult(false));
            await tab.UploadAsync("[name=f]", [UploadFile.FromFile(path, "big.bin"), UploadFile.FromBytes("small.txt", "hello"u8.ToArray())]).Soon();
            await tab.SubmitAsync("form").Soon();
            string sent;
            lock (_asked)
                sent = _asked[^1];
            Assert.StartsWith("POST /there ------WebKitFormBoundary", sent, StringComparison.Ordinal);
            Assert.Contains("filename=\"big.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n" + Encoding.Latin1.GetString(bytes) + "\r\n------WebKit", sent, StringComparison.Ordinal);
            Assert.Contains("filename=\"small.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n", sent, StringComparison.Ordinal);
            await tab.NavigateAsync(_root + "/").Soon();
            await tab.UploadAsync("[name=f]", [UploadFile.FromFile(path)]).Soon();
            await File.WriteAllTextAsync(path, "other");
            var refused = await Assert.ThrowsAsync<PageException>(() => tab.SubmitAsync("form").Soon());
            Assert.Equal(FetchErrorKind.Upload, refused.Kind);
            Assert.Contains("has changed", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Another_site_s_form_brings_no_cookie_that_the_site_keeps_to_itself()
    {
        var html = "<form action='OTHER/a' method=post id=p></form><form action='OTHER/b' id=g></form><a id=l href='OTHER/c'>x</a><form action='OTHER/d' method=post id=n rel=noreferrer></form>";
        var tab = await OpenAsync(html, context =>
        {
            if (context.Request.Path == "/set")
            {
                foreach (var cookie in (string[])["lax=1; SameSite=Lax", "strict=1; SameSite=Strict", "plain=1"])
                    context.Response.Headers.Append("Set-Cookie", cookie);
            }
            return Task.FromResult(false);
        });
        await tab.NavigateAsync(Other("/set")).Soon();
        await tab.NavigateAsync(_root + "/").Soon();
        await tab.ClickAsync("#l").Soon();
        Assert.Equal("GET /c  cookie:lax=1; plain=1 origin: referer:ROOT/ type: auth:", Last);
        await tab.NavigateAsync(_root + "/").Soon();
        await tab.SubmitAsync("#g").Soon();
        Assert.Equal("GET /b  cookie:lax=1; plain=1 origin: referer:ROOT/ type: auth:", Last);
        await tab.NavigateAsync(_root + "/").Soon();
        await tab.SubmitAsync("#p").Soon();
        Assert.Equal("POST /a  cookie: origin:ROOT referer:ROOT/ type:application/x-www-form-urlencoded auth:", Last);
        await tab.NavigateAsync(_root + "/").Soon();
        await tab.SubmitAsync("#n").Soon();
        Assert.Equal("POST /d  cookie: origin:null referer: type:application/x-www-form-urlencoded auth:", Last);
        await tab.NavigateAsync(Other("/own")).Soon();
        Assert.Equal("GET /own  cookie:lax=1; strict=1; plain=1 origin: referer: type: auth:", Last);
    }

    [Fact]
    public async Task Credentials_go_to_their_origin_when_it_asks_and_nowhere_else()
    {
        const string Basic = "Basic YWxpY2U6cMOkc3M=";
        Task<bool> Ask(HttpContext context)
        {
            var path = context.Request.Path.Value!;
            if (path.StartsWith("/secret", StringComparison.Ordinal) && context.Request.Headers.Authorization != Basic)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Digest realm=\"x\", Basic realm=\"y\"";
                return Task.FromResult(true);
            }
            return Task.FromResult(false);
        }
        var identity = new NetworkIdentity();
        var tab = await OpenAsync("<form action=/secret/form method=post><input name=a value=b></form><a href='OTHER/secret/x'>x</a>", Ask, new TabProtocol.OpenTab { Identity = identity });
        Assert.Throws<ArgumentException>(() => identity.Authenticate(_root + "/path", "a", "b"));
        identity.Authenticate(_root, "alice", "päss");
        // The form is sent again, with the credentials.
        Assert.Equal(200, (await tab.SubmitAsync("form").Soon()).Page!.Status);
        Assert.Equal($"POST /secret/form a=b cookie: origin:ROOT referer:ROOT/ type:application/x-www-form-urlencoded auth:{Basic}", Last);
        await tab.NavigateAsync(_root + "/").Soon();
        Assert.EndsWith($"auth:{Basic}", Last, StringComparison.Ordinal);
        Assert.Equal(401, (await tab.ClickAsync("a").Soon()).Page!.Status);
        Assert.EndsWith("auth:", Last, StringComparison.Ordinal);
        await tab.NavigateAsync(_root + "/to/302x").Soon();
        Assert.EndsWith("auth:", Last, StringComparison.Ordinal);
        // A URL's own credentials stay with it as well.
        var stranger = await OpenAsync();
        await stranger.NavigateAsync(_root.Replace("://", "://u:p@", StringComparison.Ordinal) + "/to/302x").Soon();
        Assert.EndsWith("auth:", Last, StringComparison.Ordinal);
        lock (_asked)
            Assert.Contains("auth:Basic dTpw", _asked[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_while_a_form_is_being_sent_gives_it_up_and_sends_no_other()
    {
        using var arrived = new SemaphoreSlim(0);
        var tab = await OpenAsync("<form action=/held method=post></form>", async context =>
        {
            if (context.Request.Path != "/held")
                return false;
            await Site.HoldAsync(context, arrived);
            return true;
        });
        var sending = tab.SubmitAsync("form");
        await arrived.WaitAsync().Soon();
        Assert.Contains("Resubmit", (await Assert.ThrowsAsync<PageException>(() => tab.ReloadAsync().Soon())).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PageException>(() => sending.Soon());
        Assert.Equal(TabState.Failed, (await tab.SnapshotAsync()).State);
        Assert.Equal(0, arrived.CurrentCount);
    }

    [Fact]
    public async Task The_history_has_what_forms_led_to_and_going_back_sends_no_form_again()
    {
        var tab = await OpenAsync("<form action=/done method=post><input name=a value=b></form>");
        await tab.SubmitAsync("form").Soon();
        await tab.NavigateAsync(_root + "/later").Soon();
        await using var events = tab.Events.GetAsyncEnumerator();
        tab.Tab.Tell(new TabProtocol.Back(), Akka.Actor.ActorRefs.NoSender);
        while ((await NextAsync<TabProtocol.LoadFinished>(events)).Load != 4)
        {
            // Those before.
        }
        Assert.StartsWith("GET /done", Last, StringComparison.Ordinal);
        Assert.Equal(3, (await tab.SnapshotAsync()).History.Count);
    }
}
