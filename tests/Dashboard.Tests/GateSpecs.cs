using System.Net;
using System.Net.Http.Headers;
using ActorBrowser.Dashboard;

namespace ActorBrowser.DashboardTests;

/// <summary>Who is let in.</summary>
public sealed class GateSpecs : IAsyncLifetime
{
    private DashboardHost _host = null!;

    public async Task InitializeAsync() => _host = await DashboardHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private async Task<HttpStatusCode> SendAsync(string path, HttpMethod? method = null, string? token = DashboardHost.Token, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(_host.Page, path));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value.Replace("{port}", $"{_host.Page.Port}", StringComparison.Ordinal));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Soon();
        return answer.StatusCode;
    }

    [Fact]
    public async Task Figures_and_orders_need_the_token_and_the_page_does_not()
    {
        foreach (var wrong in (string?[])[null, "", "0123456789abcdef-tesT", DashboardHost.Token + "x", DashboardHost.Token[..^1], new string('a', 5000)])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync("picture", token: wrong));
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync("events", token: wrong));
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync("1/end", HttpMethod.Post, wrong, ("X-ActorBrowser", "1")));
            foreach (var file in (string[])["", "page.js", "rows.js", "page.css", "icon.svg"])
                Assert.Equal(HttpStatusCode.OK, await SendAsync(file, token: wrong));
        }
        Assert.Equal(HttpStatusCode.OK, await SendAsync("picture"));
        Assert.Equal(HttpStatusCode.OK, await SendAsync("events"));
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "evil.example:{port}")]
    [InlineData("Host", "127.0.0.1.evil.example:{port}")]
    [InlineData("Host", "127.0.0.1:1")]
    [InlineData("X-Forwarded-For", "10.0.0.1")]
    [InlineData("Forwarded", "for=10.0.0.1")]
    public async Task A_page_of_another_origin_is_kept_out_and_so_is_a_name_that_leads_here_and_a_proxy(string name, string value)
    {
        foreach (var path in (string[])["", "page.js", "picture", "events"])
            Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(path, headers: (name, value)));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync("1/end", HttpMethod.Post, DashboardHost.Token, (name, value), ("X-ActorBrowser", "1")));
    }

    [Fact]
    public async Task A_link_on_another_page_opens_the_page_and_nothing_else()
    {
        Task<HttpStatusCode> FollowAsync(string path, string dest, string mode = "navigate") =>
            SendAsync(path, headers: [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest)]);
        Assert.Equal(HttpStatusCode.OK, await FollowAsync("", "document"));
        foreach (var (path, dest, mode) in ((string, string, string)[])[("picture", "document", "navigate"), ("events", "document", "navigate"), ("", "iframe", "navigate"), ("page.js", "script", "no-cors"), ("", "empty", "cors")])
            Assert.Equal(HttpStatusCode.Forbidden, await FollowAsync(path, dest, mode));
    }

    [Fact]
    public async Task An_order_is_a_post_with_the_header_that_no_form_can_send()
    {
        var child = await _host.SpawnAsync();
        var number = (await _host.PictureAsync(picture => picture.Rows("echo").Length == 1)).Rows("echo")[0].Number();
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync($"{number}/end", HttpMethod.Post));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync($"{number}/end", HttpMethod.Post, DashboardHost.Token, ("X-ActorBrowser", "yes")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await SendAsync($"{number}/end", HttpMethod.Get, DashboardHost.Token, ("X-ActorBrowser", "1")));
        foreach (var wrong in (string[])["-1/end", "1x/end", "99999999999999999999/end", $"{number}/END", $"{number}/kill", $"{number}/7"])
            Assert.Equal(HttpStatusCode.NotFound, await SendAsync(wrong, HttpMethod.Post, DashboardHost.Token, ("X-ActorBrowser", "1")));
        Assert.True(ProcessTable.Exists(child.ProcessId));
        Assert.Equal(HttpStatusCode.Accepted, await SendAsync($"{number}/end", HttpMethod.Post, DashboardHost.Token, ("X-ActorBrowser", "1"), ("Origin", "http://127.0.0.1:{port}"), ("Sec-Fetch-Site", "same-origin")));
        await ProcessTable.Until(() => !ProcessTable.Exists(child.ProcessId), Deadline.Long);
    }

    [Fact]
    public async Task Every_answer_forbids_what_a_page_could_be_tricked_into()
    {
        foreach (var path in (string[])["", "page.js", "page.css", "picture", "1/end"])
        {
            using var answer = await _host.Http.SendAsync(new HttpRequestMessage(path == "1/end" ? HttpMethod.Post : HttpMethod.Get, new Uri(_host.Page, path))).Soon();
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.True(answer.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task The_host_decides_who_watches_and_who_acts()
    {
        await using var host = await DashboardHost.StartAsync(static options => options.Authorize = static context => ValueTask.FromResult(
            context.Request.Headers["X-User"].ToString() switch { "boss" => DashboardAccess.Act, "guest" => DashboardAccess.Watch, _ => DashboardAccess.None }));
        foreach (var (user, page, order) in ((string, HttpStatusCode, HttpStatusCode)[])[
            ("", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), ("guest", HttpStatusCode.OK, HttpStatusCode.Forbidden), ("boss", HttpStatusCode.OK, HttpStatusCode.Conflict)])
        {
            host.Http.DefaultRequestHeaders.Remove("X-User");
            host.Http.DefaultRequestHeaders.Add("X-User", user);
            Assert.Equal(page, (await host.Http.GetAsync(host.Page).Soon()).StatusCode);
            Assert.Equal(page, (await host.Http.GetAsync(new Uri(host.Page, "picture")).Soon()).StatusCode);
            Assert.Equal(order, (await host.OrderAsync(99, "end")).Status);
        }
        // Cookies of the host's users are sent by other pages, too.
        host.Http.DefaultRequestHeaders.Add("Origin", "http://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await host.OrderAsync(99, "end")).Status);
    }

    [Fact]
    public async Task A_short_token_and_no_viewers_at_all_are_refused_when_the_page_is_added()
    {
        await Assert.ThrowsAsync<ArgumentException>(static () => DashboardHost.StartAsync(static options => options.Token = "short"));
        await Assert.ThrowsAsync<ArgumentException>(static () => DashboardHost.StartAsync(static options => options.MaxViewers = 0));
    }

    [Fact]
    public async Task The_page_s_path_without_a_slash_leads_to_it()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var answer = await client.GetAsync(new Uri(_host.Root, "/processes")).Soon();
        Assert.Equal((HttpStatusCode.Redirect, "/processes/"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
    }
}
