using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

/// <summary>The tests of the network process required by name, and the effects of a separate process.</summary>
public sealed class OverAChildProcess
{
    private const int Limit = 60_000;

    [Fact(Timeout = Limit)]
    public async Task Fetch_via_ipc()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync(context.Request.Path == "/hello" ? "hello from the server" : "?"));
        await using var child = await ChildSession.StartAsync();
        var fetch = await child.FetchAsync(1, Request(site.Root + "/hello"));
        Assert.Equal(1ul, fetch.Id);
        Assert.Equal(200, fetch.Headers!.Value.Status);
        Assert.Equal("hello from the server", fetch.Text);
    }

    [Fact(Timeout = Limit)]
    public async Task Fetch_error()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        await using var child = await ChildSession.StartAsync();
        var fetch = await child.FetchAsync(1, Request($"http://127.0.0.1:{port}/nothing"));
        Assert.Equal(FetchErrorKind.Refused, fetch.Error?.Kind);
    }

    [Fact(Timeout = Limit)]
    public async Task Invalid_url()
    {
        await using var child = await ChildSession.StartAsync();
        Assert.Equal(FetchErrorKind.InvalidUrl, (await child.FetchAsync(1, Request(""))).Error?.Kind);
        Assert.Equal(FetchErrorKind.UnsupportedScheme, (await child.FetchAsync(2, Request("file:///etc/passwd"))).Error?.Kind);
    }

    [Fact(Timeout = Limit)]
    public async Task Multiple_sequential_requests()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync(context.Request.Path));
        await using var child = await ChildSession.StartAsync();
        for (var id = 1ul; id <= 3; id++)
            Assert.Equal($"/{id}", (await child.FetchAsync(id, Request($"{site.Root}/{id}"))).Text);
    }

    [Fact(Timeout = Limit)]
    public async Task Request_correlation()
    {
        var held = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/7001")
                await held.Task;
            await context.Response.WriteAsync(context.Request.Path);
        });
        await using var child = await ChildSession.StartAsync();
        ulong[] ids = [7001, 3, ulong.MaxValue, 42];
        var fetches = ids.Select(id => child.Start(id, Request($"{site.Root}/{id}"))).ToList();
        foreach (var fetch in fetches.Skip(1))
            Assert.Equal($"/{fetch.Id}", (await fetch.Done.WaitAsync(Patience)).Text);
        Assert.False(fetches[0].Done.IsCompleted);
        held.SetResult();
        Assert.Equal("/7001", (await fetches[0].Done.WaitAsync(Patience)).Text);
    }

    [Fact(Timeout = Limit)]
    public async Task Shutdown_with_no_pending_requests()
    {
        await using var unused = await ChildSession.StartAsync();
        Assert.Equal(0, (await unused.ShutdownAsync()).ExitCode);
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync("x"));
        await using var used = await ChildSession.StartAsync();
        Assert.Equal("x", (await used.FetchAsync(1, Request(site.Root))).Text);
        Assert.Equal(0, (await used.ShutdownAsync()).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task A_shutdown_ends_pending_fetches_and_exits_cleanly()
    {
        var arrived = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        await using var child = await ChildSession.StartAsync();
        var fetch = child.Start(1, Request(site.Root));
        await arrived.Task.WaitAsync(Patience);
        Assert.Equal(0, (await child.ShutdownAsync()).ExitCode);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.Cancelled, fetch.Error?.Kind);
    }

    [Fact(Timeout = Limit)]
    public async Task A_kill_mid_flight_ends_the_channel_once_and_the_server_sees_the_close()
    {
        var arrived = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            aborted.SetResult();
        });
        await using var child = await ChildSession.StartAsync();
        var fetch = child.Start(1, Request(site.Root));
        await arrived.Task.WaitAsync(Patience);
        await fetch.Received(5);
        child.Process.Kill();
        Assert.Equal(9, (await child.Process.Exited.WaitAsync(Patience)).Signal);
        Assert.Equal(ChannelEnd.EndOfStream, (await child.Closed.Task.WaitAsync(Patience)).End);
        await aborted.Task.WaitAsync(Patience);
        Assert.False(fetch.Done.IsCompleted);
    }

    [Fact(Timeout = Limit)]
    public async Task Pings_are_answered_while_fetches_wait()
    {
        await using var site = await Site.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default));
        await using var child = await ChildSession.StartAsync();
        for (var id = 1ul; id <= 100; id++)
            child.Start(id, Request(site.Root));
        for (var i = 0; i < 100; i++)
            await child.PingAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task A_cancel_and_an_upload_work_over_the_wire()
    {
        var data = RandomNumberGenerator.GetBytes(600_000);
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Method == "POST")
                await context.Response.WriteAsync(Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body)));
            else
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        await using var child = await ChildSession.StartAsync();
        var endless = child.Start(1, Request(site.Root));
        var upload = child.Start(2, Request(site.Root, "POST", bodyLength: data.Length));
        var sent = 0;
        while (sent < data.Length)
        {
            var credit = await upload.UploadCredit();
            var size = (int)Math.Min(credit, data.Length - sent);
            child.Send(2, new FetchBodyChunk(sent, data.AsMemory(sent, size)));
            sent += size;
        }
        child.Send(2, new FetchEnd(data.Length, data.Length, default));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(data)), (await upload.Done.WaitAsync(Patience)).Text);
        child.Send(1, default(FetchCancel));
        Assert.Equal(FetchErrorKind.Cancelled, (await endless.Done.WaitAsync(Patience)).Error?.Kind);
    }

    [Fact(Timeout = Limit)]
    public async Task A_page_s_fetch_is_blocked_in_the_child()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync("secret"));
        await using var child = await ChildSession.StartAsync();
        Assert.Equal(FetchErrorKind.Blocked, (await child.FetchAsync(1, Request(site.Root, publicOnly: true))).Error?.Kind);
        Assert.Equal(FetchErrorKind.Blocked, (await child.FetchAsync(2, Request($"http://localhost:{site.Port}/", publicOnly: true))).Error?.Kind);
        Assert.Equal("secret", (await child.FetchAsync(3, Request(site.Root))).Text);
    }

    [Fact(Timeout = Limit)]
    public async Task Small_frames_are_kept_to()
    {
        var data = RandomNumberGenerator.GetBytes(200_000);
        await using var site = await Site.StartAsync(context => context.Response.Body.WriteAsync(data).AsTask());
        await using var child = await ChildSession.StartAsync(limits: new ChannelLimits(4096, 1, 1 << 20));
        Assert.Equal(data, (await child.FetchAsync(1, Request(site.Root))).Body);
    }

    [Fact]
    public async Task Headers_that_somebody_waits_for_do_not_wait_for_the_body()
    {
        var release = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            context.Response.ContentLength = 5;
            await context.Response.Body.FlushAsync();
            await release.Task;
            await context.Response.Body.WriteAsync("later"u8.ToArray());
        });
        await using var child = await ChildSession.StartAsync();
        var fetch = child.Start(1, Request(site.Root));
        Assert.Equal(200, (await fetch.HeadersArrived).Headers!.Value.Status);
        release.SetResult();
        Assert.Equal("later", (await fetch.Done.WaitAsync(Patience)).Text);
    }

    [Fact(Timeout = Limit)]
    public async Task Http_is_not_loaded_before_the_first_fetch()
    {
        await using var child = await ChildSession.StartAsync();
        await child.PingAsync();
        Assert.DoesNotContain(await File.ReadAllLinesAsync($"/proc/{child.Process.Id}/maps"), l => l.Contains("System.Net.Http", StringComparison.Ordinal));
        await child.FetchAsync(1, Request("http://127.0.0.1:1/"));
        Assert.Contains(await File.ReadAllLinesAsync($"/proc/{child.Process.Id}/maps"), l => l.Contains("System.Net.Http", StringComparison.Ordinal));
    }
}
