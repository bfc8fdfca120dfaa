using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>Connections that somebody is asked about: the real broker, child and programs.</summary>
public sealed class AskSpecs() : EgressSpecs("actorbrowser.permissions.deadline = 3s")
{
    private static Spawn Asking(string line, params string[] rules) => Networked(line, rules) with { OnRefusal = RefusalMode.Ask };

    private async Task<EgressRequested> NextAsync(Akka.TestKit.TestProbe probe) => await probe.ExpectMsgAsync<EgressRequested>(Deadline.Long);

    private Akka.TestKit.TestProbe Subscribe()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe, typeof(PermissionRequested));
        return probe;
    }

    [TheoryNeeds("curl")]
    [InlineData("curl -sS -m 20")]
    [InlineData("curl -sS -m 20 --noproxy '*'")]
    [InlineData("curl -sS -m 20 -x socks5h://127.0.0.1:3128")]
    public async Task A_granted_connection_is_made_and_the_grant_holds_for_the_session(string client)
    {
        var probe = Subscribe();
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("ok"));
        // Without a rule for its port, a program without a proxy finds nobody there: the rule of another host opens it.
        var spawned = await StartAsync(Asking($"{client} http://127.0.0.1:{site.Port}/ && {client} http://127.0.0.1:{site.Port}/", $"unused.example:{site.Port}"));
        var asked = await NextAsync(probe);
        Assert.Equal(("127.0.0.1", site.Port, spawned.Handle, "command-networked"), (asked.Host, asked.Port, asked.Session, asked.Profile));
        Assert.StartsWith("No rule grants", asked.Why, StringComparison.Ordinal);
        Browser.Tell(new Decide(asked.Id, PermissionDecision.AllowForSession, By: "test"));
        var end = (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot;
        Assert.Equal("okok", end.Output.ToString());
        await probe.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [FactNeeds("curl")]
    public async Task A_denied_connection_is_answered_with_the_sentence()
    {
        var probe = Subscribe();
        var spawned = await StartAsync(Asking("curl -sS -m 20 http://example.org/; curl -sS -m 20 -f http://example.org/"));
        var asked = await NextAsync(probe);
        Assert.Equal(("example.org", 80, EgressProtocol.Http), (asked.Host, asked.Port, asked.Protocol));
        Browser.Tell(new Decide(asked.Id, PermissionDecision.Deny, "Not today.", "test"));
        var end = (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot;
        Assert.DoesNotContain("timed out", end.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Not today.", end.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Not today.", end.Exit!.Blocked, StringComparison.Ordinal);
        Assert.Empty(Names.Asked);
    }

    [FactNeeds("curl")]
    public async Task Nobody_s_answer_is_a_denial_and_what_a_rule_denies_nobody_is_asked_about()
    {
        var probe = Subscribe();
        var run = await RunAsync(Asking("curl -sS -m 20 http://example.org/; curl -sS -m 20 http://ads.example/; exit 1", "!ads.example"));
        Assert.Contains("Nobody answered within 3 s.", run.Exit!.Blocked, StringComparison.Ordinal);
        Assert.Contains("The rule '!ads.example' denies", run.Exit.Blocked, StringComparison.Ordinal);
        Assert.Equal("example.org", (await NextAsync(probe)).Host);
        await probe.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [FactNeeds("curl")]
    public async Task A_grant_of_a_name_is_none_for_a_private_address()
    {
        var probe = Subscribe();
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("ok"));
        Names.Set("inner.example", ["127.0.0.1"]);
        var spawned = await StartAsync(Asking($"curl -sS -m 20 -f http://inner.example:{site.Port}/"));
        Browser.Tell(new Decide((await NextAsync(probe)).Id, PermissionDecision.AllowForSession, By: "test"));
        var end = (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot;
        Assert.NotEqual(0, end.Exit!.ExitCode);
        Assert.Contains("is a loopback address", end.Exit.Blocked, StringComparison.Ordinal);
    }

    [FactNeeds("curl")]
    public async Task A_program_that_gives_up_closes_the_question()
    {
        var probe = Subscribe();
        var run = StartAsync(Asking("curl -sS -m 1 http://example.org/; sleep 20"));
        var asked = await NextAsync(probe);
        await AwaitConditionAsync(async () => (await Browser.Ask<OpenQuestions>(GetOpenQuestions.Instance, Deadline.Long)).All.Count == 0, Deadline.Long, Deadline.Often);
        var late = await Browser.Ask<Decided>(new Decide(asked.Id, PermissionDecision.AllowOnce), Deadline.Long);
        Assert.False(late.Accepted);
        await Browser.Ask<CommandSnapshot>(new KillCommand((await run).Handle, TimeSpan.Zero), Deadline.Long);
    }
}
