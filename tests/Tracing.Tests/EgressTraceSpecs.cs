using System.Diagnostics;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.TracingTests;

/// <summary>The spans of a command's connections, as OpenTelemetry's exporters see them: real programs, the real egress.</summary>
public sealed class EgressTraceSpecs : TraceSpecsBase
{
    private static Task<Site> SiteAsync() => Site.StartAsync(static context => context.Response.WriteAsync("ok"));

    private static Spawn Networked(string line, params string[] rules) => Spawn.Shell(line) with { Profile = "command-networked", Egress = rules };

    [FactNeeds("curl")]
    public async Task A_connection_is_a_span_below_its_command_with_a_span_for_each_step()
    {
        await using var site = await SiteAsync();
        await using var sink = await SpanSink.StartAsync();
        await sink.AskAsync(async () => Assert.Equal("ok", (await Client.Commands.RunAsync(Networked($"curl -sS http://localhost:{site.Port}/", $"localhost:{site.Port} private"))).Output.ToString()));
        var spans = sink.Spans();
        var (command, egress) = (One(spans, "sh"), One(spans, "egress"));
        Assert.Equal((command.Id, command.Trace, ActivityKind.Client, false), (egress.Parent, egress.Trace, egress.Kind, egress.IsError));
        Assert.Equal("egress\n  connect\n  resolve", SeenSpan.Tree(spans, egress));
        Assert.Equal(("localhost", site.Port), (egress.Attributes["server.address"], Convert.ToInt32(egress.Attributes["server.port"])));
        Assert.Equal(("tcp", "Http", "GET"), (egress.Attributes["network.transport"], egress.Attributes["actorbrowser.egress.protocol"], egress.Attributes["http.request.method"]));
        Assert.Equal(("127.0.0.1", "ipv4", site.Port), (egress.Attributes["network.peer.address"], egress.Attributes["network.type"], Convert.ToInt32(egress.Attributes["network.peer.port"])));
        var (resolve, connect) = (One(spans, "resolve"), spans.Last(span => span.Name == "connect" && span.Parent == egress.Id));
        Assert.Equal("127.0.0.1", connect.Attributes["network.peer.address"]);
        Assert.True(egress.Start <= resolve.Start && resolve.End <= connect.Start && connect.End <= egress.End);
    }

    [FactNeeds("curl")]
    public async Task A_denied_and_a_failed_connection_have_an_error_type()
    {
        await using var sink = await SpanSink.StartAsync();
        await sink.AskAsync(() => Client.Commands.RunAsync(Networked("curl -sS http://127.0.0.1:2/ http://127.0.0.1:1/; true", "127.0.0.1:1")));
        var spans = sink.Spans();
        var (denied, refused) = (spans.Single(static span => span.Name == "egress" && Convert.ToInt32(span.Attributes["server.port"]) == 2), spans.Single(static span => span.Name == "egress" && Convert.ToInt32(span.Attributes["server.port"]) == 1));
        Assert.Equal((true, "denied", "egress"), (denied.IsError, denied.Attributes["error.type"], SeenSpan.Tree(spans, denied)));
        Assert.False(denied.Attributes.ContainsKey("network.peer.address"));
        Assert.Equal((true, "refused", "egress\n  connect"), (refused.IsError, refused.Attributes["error.type"], SeenSpan.Tree(spans, refused)));
        Assert.Equal("refused", spans.Single(span => span.Parent == refused.Id).Attributes["error.type"]);
    }

    [FactNeeds("curl")]
    public async Task The_wait_for_an_answer_is_a_span()
    {
        var person = CreateTestProbe();
        Sys.EventStream.Subscribe(person, typeof(PermissionRequested));
        await using var site = await SiteAsync();
        await using var sink = await SpanSink.StartAsync();
        await sink.AskAsync(async () =>
        {
            var run = Client.Commands.RunAsync(Networked($"curl -sS http://127.0.0.1:{site.Port}/") with { OnRefusal = RefusalMode.Ask });
            Browser.Tell(new Decide((await person.ExpectMsgAsync<EgressRequested>(Deadline.Long)).Id, PermissionDecision.AllowOnce, By: "test"));
            Assert.Equal("ok", (await run).Output.ToString());
        });
        Assert.Equal("egress\n  ask\n  connect", SeenSpan.Tree(sink.Spans(), One(sink.Spans(), "egress")));
    }

    [FactNeeds("curl")]
    public async Task Without_a_listener_there_is_no_span()
    {
        await using var site = await SiteAsync();
        await Client.Commands.RunAsync(Networked($"curl -sS http://127.0.0.1:{site.Port}/", $"127.0.0.1:{site.Port}"));
        Assert.False(BrowserTracing.IsOn);
        Assert.Null(EgressSpan.Begin(null!, null!));
    }
}
