using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using static ActorBrowser.CommandProtocol;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>A command waits at a file that its world does not hold until somebody has decided. Real commands.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class AskingSpecs : CommandSpecs
{
    private static readonly string Audit = Path.Combine(Path.GetTempPath(), $"actorbrowser-audit-{Guid.NewGuid():n}.jsonl");

    private readonly string _outside = Directory.CreateTempSubdirectory("actorbrowser-outside-").FullName;
    private readonly TestProbe _person;

    public AskingSpecs() : base($"actorbrowser.permissions {{ audit-file = \"{Audit}\"\ndeadline = 30s }}") =>
        Sys.EventStream.Subscribe((_person = CreateTestProbe()).Ref, typeof(PermissionRequested));

    protected override void AfterAll()
    {
        Directory.Delete(_outside, recursive: true);
        File.Delete(Audit);
        base.AfterAll();
    }

    private static Spawn Asking(string line) => Spawn.Shell(line) with { OnRefusal = RefusalMode.Ask };

    private string Outside(string name, string content)
    {
        var path = Path.Combine(_outside, name);
        File.WriteAllText(path, content);
        return path;
    }

    private async Task<FileRequested> QuestionAsync() => await _person.ExpectMsgAsync<FileRequested>(Deadline.Long);

    private async Task AnswerAsync(FileRequested question, PermissionDecision decision, string? sentence = null) =>
        Assert.True((await Browser.Ask<Decided>(new Decide(question.Id, decision, sentence, "person"), Deadline.Long)).Accepted);

    [Fact]
    public async Task A_file_that_is_granted_once_is_read_once()
    {
        var secret = Outside("secret", "the secret\n");
        var command = await SpawnAsync(Asking($"cat {secret}; cat {secret} || echo refused"));
        var question = await QuestionAsync();
        Assert.Equal((command.Handle, secret, FilePermission.Read), (question.Session, question.Path, question.Access));
        await AnswerAsync(question, PermissionDecision.AllowOnce);
        await AnswerAsync(await QuestionAsync(), PermissionDecision.Deny, "Once is enough.");
        var end = await EndOfAsync(command);
        Assert.Equal("the secret\nrefused\n", end.Output.ToString());
    }

    [Fact]
    public async Task A_grant_for_the_session_holds_until_its_end_and_what_is_in_the_world_is_never_asked_about()
    {
        var secret = Outside("secret", "the secret\n");
        var command = await SpawnAsync(Asking($"cat /etc/passwd >/dev/null; cd /tmp && echo mine >own && cat own; cat {secret}; cat {secret}; cat /nowhere"));
        await AnswerAsync(await QuestionAsync(), PermissionDecision.AllowForSession);
        var end = await EndOfAsync(command);
        Assert.Equal("mine\nthe secret\nthe secret\n", end.Output.ToString());
        await _person.ExpectNoMsgAsync(TimeSpan.Zero);
        var again = await SpawnAsync(Asking($"cat {secret}"));
        await AnswerAsync(await QuestionAsync(), PermissionDecision.Deny, "No.");
        var refused = await EndOfAsync(again);
        Assert.Equal($"The profile command-workspace refused: reading {secret} (No).", refused.Exit!.Blocked);
        Assert.Contains("No such file", refused.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_granted_for_reading_cannot_be_changed_and_what_is_granted_for_writing_can()
    {
        var secret = Outside("secret", "old\n");
        var command = await SpawnAsync(Asking($"exec 5<{secret}; echo x >&5; echo x >/proc/self/fd/5; chmod 777 /proc/self/fd/5; cat <&5; echo new >{secret}; echo appended >>{secret}"));
        await AnswerAsync(await QuestionAsync(), PermissionDecision.AllowForSession);
        var write = await QuestionAsync();
        Assert.Equal((secret, FilePermission.Write), (write.Path, write.Access));
        var mode = File.GetUnixFileMode(secret);
        await AnswerAsync(write, PermissionDecision.AllowForSession);
        var end = await EndOfAsync(command);
        Assert.Equal("old\n", end.Output.ToString());
        Assert.Equal("new\nappended\n", await File.ReadAllTextAsync(secret));
        Assert.Equal(mode, File.GetUnixFileMode(secret));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData((64 << 20) - 1, true)]
    [InlineData(64 << 20, true)]
    [InlineData((64 << 20) + 1, false)]
    public async Task A_file_of_at_most_64_MiB_can_be_granted_for_reading(int length, bool isGiven)
    {
        var file = Outside("large", "");
        using (var stream = File.OpenWrite(file))
            stream.SetLength(length);
        var command = await SpawnAsync(Asking($"cat {file} | wc -c; cat {file} >/dev/null"));
        await AnswerAsync(await QuestionAsync(), PermissionDecision.AllowForSession);
        var end = await EndOfAsync(command);
        Assert.Equal($"{(isGiven ? length : 0)}\n", end.Output.ToString());
        Assert.Equal(isGiven, end.Exit!.Blocked is null);
        Assert.True(isGiven || end.Exit.Blocked!.Contains("start it with --read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_opens_a_granted_file_again_and_again_takes_the_memory_of_one_copy_and_one_that_changes_it_reaches_a_limit()
    {
        var file = Outside("large", "");
        using (var stream = File.OpenWrite(file))
            stream.SetLength(60 << 20);
        var command = await SpawnAsync(Asking($"i=0; while [ $i -lt 8 ]; do head -c 1 {file} | wc -c; i=$((i+1)); done; i=0; while [ $i -lt 4 ]; do echo x >>{file}; head -c 1 {file} | wc -c; i=$((i+1)); done; false"));
        await AnswerAsync(await QuestionAsync(), PermissionDecision.AllowForSession);
        await AnswerAsync(await QuestionAsync(), PermissionDecision.AllowForSession);
        var end = await EndOfAsync(command);
        Assert.Equal(string.Concat(Enumerable.Repeat("1\n", 11)) + "0\n", end.Output.ToString());
        Assert.Contains("at most 268435456 can be granted while it runs", end.Exit!.Blocked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_asked_about_as_what_it_leads_to_and_another_file_at_its_place_is_not_given()
    {
        var secret = Outside("secret", "the secret\n");
        var workspace = Directory.CreateTempSubdirectory("actorbrowser-actorbrowser-asking-");
        File.CreateSymbolicLink(Path.Combine(workspace.FullName, "link"), secret);
        var command = await SpawnAsync(Asking("cat link; cat link") with { Folder = workspace.FullName });
        var question = await QuestionAsync();
        Assert.Equal(secret, question.Path);
        File.Delete(Path.Combine(workspace.FullName, "link"));
        await AnswerAsync(question, PermissionDecision.AllowOnce);
        var end = await EndOfAsync(command);
        Assert.Equal("the secret\n", end.Output.ToString());

        File.CreateSymbolicLink(Path.Combine(workspace.FullName, "link"), secret);
        command = await SpawnAsync(Asking("cat link") with { Folder = workspace.FullName });
        question = await QuestionAsync();
        File.Move(secret, secret + ".moved");
        Outside("secret", "another\n");
        await AnswerAsync(question, PermissionDecision.AllowOnce);
        end = await EndOfAsync(command);
        Assert.Equal("", end.Output.ToString());
        Assert.Contains("another file has taken its place", end.Exit!.Blocked, StringComparison.Ordinal);
        workspace.Delete(recursive: true);
    }

    [Fact]
    public async Task Folders_programs_and_pipes_outside_are_refused_by_name_and_nobody_is_asked()
    {
        var program = Outside("program", "#!/bin/sh\necho ran\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        var pipe = Path.Combine(_outside, "pipe");
        await NamedPipe.MakeAsync(pipe);
        var end = await RunAsync(Asking($"{program}; cat {pipe}; false"));
        Assert.Equal("", end.Output.ToString());
        Assert.Contains($"executing {program} (A program cannot be granted while a command runs: start it with --read)", end.Exit!.Blocked, StringComparison.Ordinal);
        Assert.Contains($"reading {pipe} (It is a device, a pipe or a socket)", end.Exit.Blocked, StringComparison.Ordinal);
        await _person.ExpectNoMsgAsync(TimeSpan.Zero);
        var line = (await File.ReadAllLinesAsync(Audit)).Select(static line => JsonDocument.Parse(line).RootElement).First(line => line.GetProperty("path").GetString() == program);
        Assert.Equal(("deny", "rule", "Execute"), (line.GetProperty("decision").GetString(), line.GetProperty("by").GetString(), line.GetProperty("access").GetString()));
    }

    [FactNeeds("python3")]
    public async Task A_call_that_the_profile_refuses_is_refused_as_without_asking()
    {
        const string attempt = "import ctypes, os; c = ctypes.CDLL(None, use_errno=True); print(c.syscall(322, -100, b'/bin/true', None, None, 0), ctypes.get_errno()); print(c.open(b'/tmp/x', 0o101, 0o6755), ctypes.get_errno())";
        foreach (var mode in new[] { RefusalMode.Deny, RefusalMode.Ask })
        {
            var end = await RunAsync(new Spawn(["python3", "-c", attempt]) { OnRefusal = mode });
            Assert.Equal("-1 1\n-1 1\n", end.Output.ToString());
        }
    }

    [Fact]
    public async Task A_question_blocks_its_thread_alone_and_ends_with_its_command()
    {
        var secret = Outside("secret", "the secret\n");
        var command = await SpawnAsync(Asking($"cat {secret} & echo others go on; wait"));
        var question = await QuestionAsync();
        await UntilOutputAsync(command, "others go on");
        Assert.Equal("fine\n", (await RunAsync(Asking("echo fine"))).Output.ToString());
        await KillAsync(command, TimeSpan.Zero);
        var late = await Browser.Ask<Decided>(new Decide(question.Id, PermissionDecision.AllowOnce), Deadline.Long);
        Assert.Equal((false, "command ended"), (late.Accepted, late.By));
    }

    [Fact]
    public async Task A_command_whose_files_and_links_change_all_the_time_gets_nothing_but_what_was_granted()
    {
        var granted = Outside("granted", "granted\n");
        var secret = Outside("secret", "the secret\n");
        var workspace = Directory.CreateTempSubdirectory("actorbrowser-race-");
        // The policy grants one file only, whatever the command's link leads to by then.
        var policy = Sys.ActorOf(Props.Create(() => new OnlyGrants(granted)));
        Sys.EventStream.Subscribe(policy, typeof(PermissionRequested));
        var command = await SpawnAsync(Asking($"(while :; do ln -sfn {granted} link; ln -sfn {secret} link; done) & i=0; while [ $i -lt 150 ]; do cat link; i=$((i+1)); done; kill $!") with
        {
            Folder = workspace.FullName,
        });
        var end = await EndOfAsync(command);
        Assert.DoesNotContain("secret", end.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("granted", end.Output.ToString(), StringComparison.Ordinal);
        workspace.Delete(recursive: true);
    }

    [Fact]
    public async Task A_flood_of_questions_is_denied_at_the_limit_and_another_command_is_answered()
    {
        for (var i = 0; i < 300; i++)
            Outside($"f{i}", "x");
        var secret = Outside("secret", "the secret\n");
        var flood = await SpawnAsync(Asking($"for f in $(seq 0 299); do cat {_outside}/f$f & done; wait"));
        for (var i = 0; i < 16; i++)
            Assert.Equal(flood.Handle, (await QuestionAsync()).Session);
        var command = await SpawnAsync(Asking($"cat {secret}"));
        await AnswerAsync(await QuestionAsync(), PermissionDecision.AllowOnce);
        Assert.Equal("the secret\n", (await EndOfAsync(command)).Output.ToString());
        Assert.Equal(16, (await Browser.Ask<OpenQuestions>(GetOpenQuestions.Instance, Deadline.Long)).All.Count);
        await KillAsync(flood, TimeSpan.Zero);
        Assert.Empty((await Browser.Ask<OpenQuestions>(GetOpenQuestions.Instance, Deadline.Long)).All);
    }

    [Fact]
    public async Task A_program_outside_can_be_read_by_an_interpreter_or_copied_and_is_then_asked_about()
    {
        var script = Outside("script", "echo from the script\n");
        var program = Path.Combine(_outside, "program");
        File.Copy("/bin/echo", program);
        var command = await SpawnAsync(Asking($"sh {script}; cat {program} > /tmp/p; chmod +x /tmp/p; /tmp/p from the program"));
        await AnswerAsync(await QuestionAsync(), PermissionDecision.AllowOnce);
        await AnswerAsync(await QuestionAsync(), PermissionDecision.AllowOnce);
        Assert.Equal("from the script\nfrom the program\n", (await EndOfAsync(command)).Output.ToString());
    }

    [Fact]
    public async Task To_look_to_create_and_to_open_a_folder_asks_nobody()
    {
        var secret = Outside("secret", "the secret\n");
        var command = await SpawnAsync(Asking($"test -e {secret} || echo absent; echo x > {_outside}/new || echo none; ls {_outside} || echo no-folder"));
        Assert.Equal("absent\nnone\nno-folder\n", (await EndOfAsync(command)).Output.ToString());
        await _person.ExpectNoMsgAsync(TimeSpan.Zero);
        Assert.False(File.Exists(Path.Combine(_outside, "new")));
    }

    [Fact]
    public async Task A_refusal_at_a_limit_is_told_once_also_if_the_command_succeeds()
    {
        for (var i = 0; i < 24; i++)
            Outside($"f{i}", "x");
        // As many wait as may; the others are refused.
        var output = CreateTestProbe();
        var flood = await SpawnAsync(Asking($"for f in $(seq 0 23); do cat {_outside}/f$f 2>/dev/null & done; head -n 1 >/dev/null; kill $(jobs -p); exit 0") with
        {
            Input = Transport.CommandInput.Pipe,
            Subscription = new Subscribe(output) { Text = true },
        });
        await output.FishForMessageAsync(static message => message is OutputText { Text: var text } && text.Contains("was refused: 16 questions of the command are open", StringComparison.Ordinal), Deadline.Long);
        flood.Session.Tell(new WriteInput("\n"u8.ToArray()));
        var ended = await EndOfAsync(flood);
        Assert.Equal(0, ended.Exit!.ExitCode);
        Assert.Null(ended.Exit.Blocked);
        Assert.Equal(2, ended.Error.ToString().Split(" was refused: ").Length);
    }

    [Fact]
    public async Task Without_asking_nothing_changes_and_a_shared_world_cannot_ask()
    {
        var secret = Outside("secret", "the secret\n");
        var end = await RunShellAsync($"cat {secret}");
        Assert.Equal(1, end.Exit!.ExitCode);
        await _person.ExpectNoMsgAsync(TimeSpan.Zero);
        var refused = await RefusedAsync(Asking("true") with { World = "shared" });
        Assert.Equal(Transport.SpawnFailure.InvalidRequest, refused.Kind);
    }

    private sealed class OnlyGrants(string path) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is FileRequested asked)
                Sender.Tell(new Decide(asked.Id, asked.Path == path ? PermissionDecision.AllowOnce : PermissionDecision.Deny));
        }
    }
}
