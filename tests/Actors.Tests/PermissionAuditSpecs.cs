using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Every decision is recorded, and one that cannot be is no grant.</summary>
[Trait("Tier", "Fast")]
public sealed class PermissionAuditSpecs : PermissionSpecs
{
    private JsonElement[] Recorded() => [.. System.IO.File.ReadAllLines(Audit).Select(static line => JsonDocument.Parse(line).RootElement)];

    [Fact]
    public async Task Each_decision_is_a_line_with_who_what_and_when_in_a_file_for_its_owner_alone()
    {
        var broker = Broker("actorbrowser.permissions.deadline = 10s");
        Ask(broker, File("/a\n\u001b[2J\u202e\"", FilePermission.Read | FilePermission.Write));
        Decide(broker, (await QuestionAsync<FileRequested>()).Id, PermissionDecision.AllowForSession, Person, "It may.");
        await AnswerAsync();
        Ask(broker, Host("example.com"));
        await Person.FishForMessageAsync(static message => message is EgressRequested, Deadline.Long);
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(10));
        await AnswerAsync();
        broker.Tell(new NoteDecision("cmd-1", "command-networked", "curl x", Host("evil.example"), PermissionDecision.Deny, "Denied by the rule deny *.example.", "rule"));
        await OpenAsync(broker);
        var lines = Recorded();
        Assert.Equal(["allow-for-session", "deny", "deny"], lines.Select(static line => line.GetProperty("decision").GetString()));
        Assert.Equal(["person", "deadline", "rule"], lines.Select(static line => line.GetProperty("by").GetString()));
        Assert.Equal(("/a\n\u001b[2J\u202e\"", "Read, Write", "It may.", "cmd-1", "command-workspace", "make all"),
            (lines[0].GetProperty("path").GetString(), lines[0].GetProperty("access").GetString(), lines[0].GetProperty("sentence").GetString(),
            lines[0].GetProperty("session").GetString(), lines[0].GetProperty("profile").GetString(), lines[0].GetProperty("command").GetString()));
        Assert.Equal(("example.com", 443), (lines[1].GetProperty("host").GetString(), lines[1].GetProperty("port").GetInt32()));
        Assert.Equal(TimeSpan.FromSeconds(10), lines[1].GetProperty("time").GetDateTime() - lines[0].GetProperty("time").GetDateTime());
        Assert.DoesNotContain('\u001b', await System.IO.File.ReadAllTextAsync(Audit));
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(Audit));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(Audit)!));
    }

    [Fact]
    public async Task A_grant_that_cannot_be_recorded_is_not_given_and_is_asked_again_once_it_can()
    {
        var broker = Broker();
        Directory.CreateDirectory(Audit);
        Ask(broker, File("/a"));
        Decide(broker, (await QuestionAsync<FileRequested>()).Id, PermissionDecision.AllowForSession, Person);
        var answer = await AnswerAsync();
        Assert.Equal((PermissionDecision.Deny, "rule"), (answer.Decision, answer.By));
        Assert.StartsWith("The decision cannot be recorded: ", answer.Sentence, StringComparison.Ordinal);
        Assert.False((await Person.ExpectMsgAsync<Decided>(Deadline.Long)).Accepted);
        Directory.Delete(Audit);
        Ask(broker, File("/a"));
        Decide(broker, (await QuestionAsync<FileRequested>()).Id, PermissionDecision.AllowForSession, Person);
        Assert.Equal(PermissionDecision.AllowForSession, (await AnswerAsync()).Decision);
    }

    [Fact]
    public async Task A_command_that_is_refused_for_ever_does_not_fill_the_log()
    {
        var broker = Broker();
        for (var i = 0; i < 1100; i++)
            broker.Tell(new NoteDecision("cmd-1", "p", "curl x", Host($"h{i}"), PermissionDecision.Deny, "No.", "rule"));
        await OpenAsync(broker);
        Assert.Equal(1000, Recorded().Length);
        Assert.Contains("not recorded", Recorded()[^1].GetProperty("sentence").GetString(), StringComparison.Ordinal);
    }
}
