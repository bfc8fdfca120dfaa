using System.Diagnostics;
using System.Text;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.TracingTests;

/// <summary>One trace from who asks to the work in the child, for each kind of request, as OpenTelemetry's exporters see it.</summary>
public sealed class TraceSpecs : TraceSpecsBase
{
    public static TheoryData<bool> Exporters => [false, true];

    [Theory]
    [MemberData(nameof(Exporters))]
    public async Task A_fetch_is_one_trace_from_the_asker_to_the_network_child(bool overOtlp)
    {
        await using var sink = await SpanSink.StartAsync(overOtlp);
        var baggage = new StringBuilder();
        await using var site = await Site.StartAsync(async context =>
        {
            baggage.AppendJoin(' ', context.Request.Headers.Keys);
            await context.Response.WriteAsync("found");
        });
        await sink.AskAsync(async () => Assert.NotNull((await Client.FetchAsync($"http://user:secret@127.0.0.1:{site.Port}/page")).Response));
        Assert.Equal("""
            asker
              GET
                network
                  body
                  request
                    connect
                    first byte
                queue
                spawn
                wire
            """, sink.Tree());
        var spans = sink.Spans();
        var fetch = One(spans, "GET");
        Assert.Equal(ActivityKind.Client, fetch.Kind);
        Assert.Equal($"{site.Root}/page", fetch.Attributes["url.full"]);
        Assert.Equal("GET", fetch.Attributes["http.request.method"]);
        Assert.Equal("127.0.0.1", fetch.Attributes["server.address"]);
        Assert.Equal(site.Port, Convert.ToInt32(fetch.Attributes["server.port"]));
        Assert.Equal(200, Convert.ToInt32(fetch.Attributes["http.response.status_code"]));
        Assert.Equal(ActivityKind.Server, One(spans, "network").Kind);
        Assert.Equal(site.Port, Convert.ToInt32(One(spans, "request").Attributes["network.peer.port"]));
        Assert.Equal("network", One(spans, "spawn").Attributes["actorbrowser.role"]);
        Assert.Equal(TestChildProgram.IsNative ? "Native" : "Jit", One(spans, "spawn").Attributes["actorbrowser.image"]);
        Assert.Equal(One(spans, "spawn").Attributes["process.pid"], One(spans, "network").Attributes["process.pid"]);
        AssertNested(spans);
        // The server learns nothing of the trace.
        Assert.DoesNotContain("traceparent", baggage.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("baggage", baggage.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Each_hop_of_a_fetch_is_a_span_and_a_failure_is_an_error()
    {
        await using var sink = await SpanSink.StartAsync();
        await using var site = await Site.StartAsync(static context =>
        {
            if (context.Request.Path == "/old")
                context.Response.Redirect("/new");
            else
                context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        await sink.AskAsync(async () =>
        {
            await Client.FetchAsync($"{site.Root}/old");
            await Client.FetchAsync("http://127.0.0.1:1/");
            await Client.FetchAsync("gopher://127.0.0.1/");
        });
        var spans = sink.Spans();
        Assert.Equal([$"{site.Root}/new", $"{site.Root}/old"], spans.Where(static span => span.Name == "request" && span.Attributes.ContainsKey("url.full")).Select(static span => (string)span.Attributes["url.full"]!).Order());
        Assert.Equal(["404", "Refused", "UnsupportedScheme"], spans.Where(static span => span.Name == "GET").Select(static span => (string)span.Attributes["error.type"]!).Order());
        Assert.All(spans.Where(static span => span.Name == "GET"), static span => Assert.True(span.IsError));
        Assert.Contains(spans, static span => span is { Name: "request", IsError: true });
        AssertNested(spans);
    }

    [Theory]
    [MemberData(nameof(Exporters))]
    public async Task A_tab_s_navigation_holds_its_fetches_the_parse_and_its_scripts_and_each_question_is_a_span(bool overOtlp)
    {
        await using var sink = await SpanSink.StartAsync(overOtlp);
        await using var site = await Site.StartAsync(static async context =>
        {
            context.Response.ContentType = context.Request.Path == "/s.js" ? "text/javascript" : "text/html";
            await context.Response.WriteAsync(context.Request.Path == "/s.js" ? "document.title = 'run'" : "<title>parsed</title><script src=s.js></script>");
        });
        await sink.AskAsync(async () =>
        {
            await using var tab = await Client.OpenTabAsync(new TabProtocol.OpenTab { Scripts = PageScripts.Page });
            await tab.NavigateAsync($"{site.Root}/");
            Assert.Equal("\"run\"", await tab.EvaluateAsync("document.title"));
            await tab.QueryAsync(new TabProtocol.Query(DocumentQuery.Links));
        });
        Assert.Equal("""
            asker
              evaluate
                queue
                renderer
                  evaluate
                wire
              navigate
                GET
                  network
                    body
                    request
                      connect
                      first byte
                  queue
                  spawn
                  wire
                GET
                  network
                    body
                    request
                      first byte
                  queue
                  wire
                queue
                renderer
                  parse
                scripts
                spawn
                wire
              open tab
              query
                queue
                renderer
                  query
                wire
            """, sink.Tree());
        var spans = sink.Spans();
        Assert.Equal($"{site.Root}/", One(spans, "navigate").Attributes["url.full"]);
        Assert.Equal(200, Convert.ToInt32(One(spans, "navigate").Attributes["http.response.status_code"]));
        Assert.Equal("Links", One(spans, "query", ActivityKind.Client).Attributes["actorbrowser.query"]);
        AssertNested(spans);
    }

    [Theory]
    [MemberData(nameof(Exporters))]
    public async Task A_command_is_one_trace_with_its_exit_and_without_its_arguments(bool overOtlp)
    {
        await using var sink = await SpanSink.StartAsync(overOtlp);
        await sink.AskAsync(async () =>
        {
            Assert.Equal(0, (await Client.Commands.RunAsync("/bin/echo", "secret")).Exit!.ExitCode);
            Assert.Equal(3, (await Client.Commands.RunAsync("sh", "-c", "sleep 1; exit 3")).Exit!.ExitCode);
            await Assert.ThrowsAsync<CommandRefusedException>(() => Client.Commands.RunAsync("/no/such/program"));
        });
        Assert.StartsWith("""
            asker
              echo
                command-runner
                  run
                  start
                queue
                spawn
                wire
              program
            """, sink.Tree(), StringComparison.Ordinal);
        var spans = sink.Spans();
        var echo = One(spans, "echo");
        Assert.Equal(("/bin/echo", 0L), (echo.Attributes["process.command"], Convert.ToInt64(echo.Attributes["process.exit.code"])));
        Assert.True(Convert.ToInt32(One(spans, "sh").Attributes["process.pid"]) > 0);
        Assert.False(echo.IsError);
        Assert.Equal("3", One(spans, "sh").Attributes["error.type"]);
        Assert.Equal("NotFound", One(spans, "program").Attributes["error.type"]);
        Assert.DoesNotContain(spans, static span => span.Attributes.Values.Any(static value => value is string text && text.Contains("secret", StringComparison.Ordinal)));
        AssertNested(spans);
    }

    [Theory]
    [MemberData(nameof(Exporters))]
    public async Task An_image_is_one_trace(bool overOtlp)
    {
        await using var sink = await SpanSink.StartAsync(overOtlp);
        await sink.AskAsync(async () =>
        {
            using var decoded = await Client.DecodeAsync(new ImageProtocol.Decode(Bitmap()));
            Assert.Equal(1, decoded.Width);
        });
        Assert.Equal("""
            asker
              decode image
                image-decoder
                  decode
                queue
                spawn
                wire
            """, sink.Tree());
        Assert.Equal("bmp", One(sink.Spans(), "decode image").Attributes["actorbrowser.image.format"]);
        AssertNested(sink.Spans());
        await sink.AskAsync(() => Assert.ThrowsAsync<ImageException>(() => Client.DecodeAsync(new ImageProtocol.Decode(new byte[] { 1, 2, 3 }))));
        Assert.Contains(sink.Spans(), static span => span is { Name: "decode image", IsError: true });
    }

    [Fact]
    public async Task A_ping_and_a_message_to_a_role_have_spans_with_the_wait_for_the_child()
    {
        await using var sink = await SpanSink.StartAsync();
        var child = Sys.ActorOf(ChildProcessActor.Props("echo", ActorBrowserSettings.From(Sys.Settings.Config), [], ProcessChildLauncher.Instance));
        await sink.AskAsync(async () =>
        {
            await ChildClient.For(child).AskAsync(new SendToRole(1, new byte[] { 1 }));
            await ChildClient.For(child).PingAsync();
        });
        Assert.Equal("""
            asker
              ping
              role message
                echo
                queue
                spawn
                wire
            """, sink.Tree());
        AssertNested(sink.Spans());
    }

    [Fact]
    public async Task A_message_that_an_actor_tells_has_the_parent_that_it_names()
    {
        await using var sink = await SpanSink.StartAsync();
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        await using var site = await Site.EchoingAsync();
        Browser.Tell(new FetchProtocol.Fetch(site.Root) { TraceParent = parent }, TestActor);
        await ExpectMsgAsync<FetchProtocol.FetchResponse>(Deadline.Long);
        var fetch = One(sink.Spans(), "GET");
        Assert.Equal((parent.TraceId.ToHexString(), parent.SpanId.ToHexString()), (fetch.Trace, fetch.Parent));
    }

    /// <summary>Each span lies within its parent; what comes after an answer, such as a page's scripts, within the request.</summary>
    private static void AssertNested(IReadOnlyCollection<SeenSpan> spans)
    {
        foreach (var span in spans)
        {
            Assert.InRange(span.End, span.Start, DateTime.MaxValue);
            if (spans.FirstOrDefault(other => other.Id == span.Parent) is not { } parent || parent.Name == "asker")
                continue;
            Assert.True(span.Start >= parent.Start && span.End <= parent.End, $"{span.Name} ({span.Start:O} to {span.End:O}) is not within {parent.Name} ({parent.Start:O} to {parent.End:O})");
        }
    }

    // One blue pixel.
    private static byte[] Bitmap()
    {
        var file = new byte[58];
        "BM"u8.CopyTo(file);
        (file[2], file[10], file[14], file[18], file[22], file[26], file[28], file[34], file[54]) = (58, 54, 40, 1, 1, 1, 24, 4, 255);
        return file;
    }
}
