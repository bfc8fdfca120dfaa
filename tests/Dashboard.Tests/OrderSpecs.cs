using System.Net;
using ActorBrowser.TestChild;
using Akka.Actor;

namespace ActorBrowser.DashboardTests;

/// <summary>End, reload and drain, and what the figures say of each process.</summary>
public sealed class OrderSpecs : IAsyncLifetime
{
    private DashboardHost _host = null!;

    public async Task InitializeAsync() => _host = await DashboardHost.StartAsync(settings: "actorbrowser.pools.renderer.spares = 0");

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static bool HasTitle(System.Text.Json.JsonElement picture, string title) =>
        picture.Rows("renderer").Any(row => row.Text("name").EndsWith(title, StringComparison.Ordinal));

    [Fact]
    public async Task A_tab_s_renderer_shows_site_and_title_and_reload_loads_the_page_again()
    {
        var asked = 0;
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"<title>visit {Interlocked.Increment(ref asked)}</title>")).AsTask();
        });
        await _host.OpenAsync(site.Root);
        var row = (await _host.PictureAsync(static picture => HasTitle(picture, "visit 1"))).Rows("renderer").Single(static row => row.Text("name").Length > 0);
        Assert.StartsWith("http://127.0.0.1", row.Text("name"), StringComparison.Ordinal);
        Assert.Equal((int)(ProcessOrder.End | ProcessOrder.Reload | ProcessOrder.Drain), row.Number("orders"));
        Assert.Equal((HttpStatusCode.Accepted, "The tab loads its page again."), await _host.OrderAsync(row.Number(), "reload"));
        await _host.PictureAsync(static picture => HasTitle(picture, "visit 2"));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_drained_renderer_keeps_its_page_and_ends_when_the_tab_is_closed()
    {
        var url = await _host.ServeAsync("<title>kept</title><p>text");
        var tab = await _host.OpenAsync(url);
        var row = (await _host.PictureAsync(static picture => HasTitle(picture, "kept"))).Rows("renderer").Single(static row => row.Text("name").Length > 0);
        Assert.Equal(HttpStatusCode.Accepted, (await _host.OrderAsync(row.Number(), "drain")).Status);
        var pid = (int)row.Number("processId");
        Assert.Contains("text", await tab.TextAsync().Soon(), StringComparison.Ordinal);
        Assert.True(ProcessTable.Exists(pid));
        await tab.DisposeAsync();
        await ProcessTable.Until(() => !ProcessTable.Exists(pid), Deadline.Long);
    }

    [Fact]
    public async Task A_drained_child_of_a_typed_role_answers_what_it_has_and_ends_and_the_next_request_gets_another()
    {
        var role = _host.Role;
        var first = await role.AskAsync<Done>(new Work("number")).Soon();
        var row = (await _host.PictureAsync(static picture => picture.Rows("typed").Length == 1)).Rows("typed")[0];
        Assert.Equal((int)(ProcessOrder.End | ProcessOrder.Drain), row.Number("orders"));
        Assert.Equal(HttpStatusCode.Accepted, (await _host.OrderAsync(row.Number(), "drain")).Status);
        Assert.NotEqual(first.Child, (await role.AskAsync<Done>(new Work("number")).Soon()).Child);
        await ProcessTable.Until(() => !ProcessTable.Exists((int)row.Number("processId")), Deadline.Long);
    }

    [Fact]
    public async Task An_ended_child_says_that_a_task_manager_ended_it_and_is_no_crash()
    {
        var child = await _host.SpawnAsync();
        var inbox = new TaskCompletionSource<ChildProcessProtocol.ChildExited>();
        child.Child.Tell(new ChildProcessProtocol.Subscribe(_host.Listener(inbox)));
        var row = (await _host.PictureAsync(static picture => picture.Rows("echo").Length == 1)).Rows("echo")[0];
        Assert.Equal(HttpStatusCode.Accepted, (await _host.OrderAsync(row.Number(), "end")).Status);
        var exited = await inbox.Task.Soon();
        Assert.Equal((ExitReason.Killed, KillCause.Request, "It was ended from a task manager."), (exited.Reason, exited.Cause, exited.Message));
        Assert.Equal(HttpStatusCode.Conflict, (await _host.OrderAsync(row.Number(), "end")).Status);
        var after = await _host.PictureAsync(static picture => picture.Rows("echo").Length == 0);
        Assert.Equal(0, after.GetProperty("crashes").GetArrayLength());
    }

    [Fact]
    public async Task A_lost_process_is_counted_as_a_restart_of_its_role_and_has_a_crash_report()
    {
        await _host.Client.FetchAsync(await _host.ServeAsync("x")).Soon();
        var row = (await _host.PictureAsync(static picture => picture.Rows("network").Length == 1)).Rows("network")[0];
        Assert.Equal((0, (int)ProcessOrder.End), (row.Number("restarts"), row.Number("orders")));
        Assert.Equal(HttpStatusCode.Conflict, (await _host.OrderAsync(row.Number(), "drain")).Status);
        await Signals.SendAsync((int)row.Number("processId"), "KILL");
        var after = await _host.PictureAsync(static picture => picture.Rows("network") is [var other] && other.Number("restarts") == 1);
        Assert.NotEqual(row.Number(), after.Rows("network")[0].Number());
        var crash = after.GetProperty("crashes")[0];
        Assert.Equal(("network", row.Number("processId")), (crash.Text("role"), crash.Number("processId")));
    }

    [Fact]
    public async Task Fetches_under_way_are_listed_without_passwords_and_queries()
    {
        using var asked = new SemaphoreSlim(0);
        await using var site = await Site.StartAsync(context => Site.HoldAsync(context, asked));
        using var stop = new CancellationTokenSource();
        var fetch = _host.Client.FetchAsync($"http://me:secret@127.0.0.1:{site.Port}/held?token=secret", stop.Token);
        await asked.WaitAsync().Soon();
        var picture = await _host.PictureAsync(static picture => picture.Number("fetchCount") == 1);
        Assert.DoesNotContain("secret", picture.ToString(), StringComparison.Ordinal);
        var row = picture.GetProperty("fetches")[0];
        Assert.Equal(("GET", $"{site.Root}/held?…", 0), (row.Text("method"), row.Text("url"), row.Number("status")));
        Assert.Equal(picture.Rows("network")[0].Number("processId"), row.Number("processId"));
        Assert.Equal(1, picture.Rows("network")[0].Number("inFlight"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch).Soon();
        await _host.PictureAsync(static picture => picture.Number("fetchCount") == 0);
    }

    [Fact]
    public async Task A_refused_system_call_is_shown()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => _host.Role.AskAsync<Done>(new Work("connect", 1)).Soon());
        var picture = await _host.PictureAsync(static picture => picture.GetProperty("violations").GetArrayLength() > 0);
        Assert.Equal("typed", picture.GetProperty("violations")[0].Text("role"));
        Assert.NotEqual("", picture.GetProperty("violations")[0].Text("rule"));
    }
}
