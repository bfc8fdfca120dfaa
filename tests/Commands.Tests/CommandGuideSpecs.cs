using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>What docs/commands.md shows, with real commands.</summary>
public sealed class CommandGuideSpecs() : Akka.TestKit.Xunit2.TestKit($"akka.loglevel = ERROR\nakka.log-dead-letters = off\nactorbrowser.permissions.audit-file = \"\"\nactorbrowser.child.executable = \"{TestChildProgram.Path}\"")
{
    private IActorRef Self => TestActor;

    [Fact]
    public async Task Commands_run_with_their_output_as_text_as_lines_and_as_messages()
    {
        var browser = Sys.StartActorBrowser();
        var code = -1;
        // <!-- commands -->
        var commands = BrowserClient.For(browser).Commands;
        var system = await commands.RunAsync("uname", "-s");                    // exit, stdout, stderr
        var sorted = await commands.RunAsync(new Spawn(["sort"]), "b\na\n");     // a text as standard input; Linux
        await foreach (var line in commands.LinesAsync(Spawn.Shell("seq 3; exit 4"), exit => code = exit.ShellCode))
            Console.WriteLine($"{line.Stream}: {line.Text}");                   // leaving the loop ends the command

        browser.Tell(Spawn.Shell("seq 3; exit 4") with { Subscription = new Subscribe(Self) { Text = true } }, Self);
        // Spawned(handle, session, pid) · OutputText … · CommandExited · CommandClosed
        // <!-- /commands -->
        Assert.Equal("Linux\n", system.Output.ToString());
        Assert.Equal("a\nb\n", sorted.Output.ToString());
        Assert.Equal(4, code);
        await ExpectMsgAsync<Spawned>(Deadline.Long);
        await FishForMessageAsync(static message => message is CommandClosed, Deadline.Long);
    }

    [FactNeeds("curl")]
    public async Task An_actor_answers_what_no_rule_of_a_command_s_egress_decides()
    {
        await using var granted = await Site.StartAsync(static context => context.Response.WriteAsync("granted "));
        await using var asked = await Site.StartAsync(static context => context.Response.WriteAsync("asked "));
        await using var refused = await Site.StartAsync(static context => context.Response.WriteAsync("refused "));
        var (port, allowed) = (granted.Port, asked.Port);
        var line = $"curl -sS {granted.Root} {asked.Root}; curl -sSf {refused.Root} && cat /etc/shadow";
        var system = Sys;
        // <!-- egress -->
        var browser = system.StartActorBrowser(new ActorBrowserOptions { PermissionPolicy = Props.Create(() => new CompanyPolicy("127.0.0.1", allowed)) });
        var result = await BrowserClient.For(browser).Commands.RunAsync(Spawn.Shell(line) with
        {
            Profile = "command-networked",
            Egress = ["*.example.org:443", $"127.0.0.1:{port}", "!ads.example.org"], // rules as below: a denial wins
            OnRefusal = RefusalMode.Ask,                                             // what no rule decides is a question
        });
        if (result.Exit!.Blocked is { } sentences)
            Console.WriteLine(sentences);                                            // what a failed command was refused, and why
        // <!-- /egress -->
        Assert.Equal("granted asked ", result.Output.ToString());
        Assert.Contains($"127.0.0.1:{refused.Port} was denied: Only 127.0.0.1:{allowed} is allowed.", result.Exit.Blocked, StringComparison.Ordinal);
    }
}

// <!-- policy -->
/// <summary>Allows one host more than the rules, and no file.</summary>
internal sealed class CompanyPolicy : ReceiveActor
{
    public CompanyPolicy(string host, int port)
    {
        Receive<EgressRequested>(asked => Sender.Tell(asked.Host == host && asked.Port == port
            ? new Decide(asked.Id, PermissionDecision.AllowForSession, By: "company policy")
            : new Decide(asked.Id, PermissionDecision.Deny, $"Only {host}:{port} is allowed.", "company policy")));
        Receive<FileRequested>(asked => Sender.Tell(new Decide(asked.Id, PermissionDecision.Deny, "Start it with Spawn.Read.", "company policy")));
        ReceiveAny(_ => { }); // Decided: what was decided, by whom
    }
}
// <!-- /policy -->
