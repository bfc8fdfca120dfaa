using System.Diagnostics;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary><c>exec --ask</c> in a real terminal: a key answers, and the command gets neither the question nor the key.</summary>
public sealed class AskSpecs : IDisposable
{
    // Before the seconds that are left, which depend on the machine.
    private const string Prompt = "The letter, and Enter (";

    private readonly string _outside = Directory.CreateTempSubdirectory("actorbrowser-outside-").FullName;

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    private string Outside(string name, string content)
    {
        var path = Path.Combine(_outside, name);
        File.WriteAllText(path, content);
        return path;
    }

    private Task<string> TypeAsync(string line, params string[] steps) => TypingTerminal.RunAsync($"export XDG_STATE_HOME={_outside}/state; {line}", steps);

    [FactNeeds("python3")]
    public async Task A_line_answers_each_question_and_every_decision_is_in_the_log()
    {
        var secret = Outside("secret", "the sec" + "ret\n");
        var other = Outside("other", "the other\n");
        var seen = await TypeAsync($"stty -a >/tmp/x.$$; AB exec --ask -- sh -c 'cat {secret}; cat {secret}; cat {secret}; cat {other}'; echo code-$?; stty -a | cmp - /tmp/x.$$ && echo restored; rm /tmp/x.$$",
            Prompt, "o\r", Prompt, "s\r", Prompt, "n\r");
        Assert.Contains($"wants to read {secret}", seen, StringComparison.Ordinal);
        Assert.Equal(3, seen.Split("the secret").Length - 1);
        Assert.DoesNotContain("the other", seen, StringComparison.Ordinal);
        Assert.Contains($"refused: reading {other} (The person at the terminal said no)", seen, StringComparison.Ordinal);
        Assert.Contains("code-1", seen, StringComparison.Ordinal);
        Assert.Contains("restored", seen, StringComparison.Ordinal);
        var log = await File.ReadAllLinesAsync(Path.Combine(_outside, "state", "actorbrowser", "permissions.jsonl"));
        Assert.Equal(["allow-once", "allow-for-session", "deny"], log.Select(static line => line.Split("\"decision\":\"")[1].Split('"')[0]));
        Assert.All(log, static line => Assert.Contains(" at the terminal\"", line, StringComparison.Ordinal));
    }

    [FactNeeds("python3")]
    public async Task What_was_typed_before_a_question_does_not_answer_it_and_other_keys_do_nothing()
    {
        var secret = Outside("secret", "the secret\n");
        var seen = await TypeAsync($"AB exec --ask -- sh -c 'echo rea''dy; sleep 1; cat {secret}'; echo code-$?", "ready", "ooo", Prompt, "x\rs\bp \rn\r");
        Assert.DoesNotContain("the secret", seen, StringComparison.Ordinal);
        Assert.Contains("code-1", seen, StringComparison.Ordinal);
    }

    [FactNeeds("python3")]
    public async Task A_grant_that_does_not_fit_into_the_log_is_not_given()
    {
        var secret = Outside("secret", "the secret\n");
        var log = Path.Combine(Directory.CreateDirectory(Path.Combine(_outside, "state", "actorbrowser")).FullName, "permissions.jsonl");
        // A native process may make no file longer than 8 MiB, and half of a line fits. The JIT needs longer ones: there a folder is in the log's place.
        var isNative = !File.Exists(TestChildProgram.Command + ".dll");
        if (isNative)
            await File.WriteAllBytesAsync(log, new byte[(8 << 20) - 100]);
        else
            Directory.CreateDirectory(log);
        var seen = await TypeAsync($"{(isNative ? "ulimit -f 8192; " : "")}AB exec --ask -- cat {secret}; echo code-$?", Prompt, "s\r");
        Assert.DoesNotContain("the secret", seen, StringComparison.Ordinal);
        Assert.Contains(isNative ? "The decision cannot be recorded: Only 100 of a line's" : "The decision cannot be recorded: open(", seen, StringComparison.Ordinal);
        Assert.Contains("code-1", seen, StringComparison.Ordinal);
    }

    [FactNeeds("python3", "curl")]
    public async Task A_host_is_asked_about_like_a_file()
    {
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("the page"));
        var seen = await TypeAsync($"AB exec --ask -- sh -c 'curl -sS {site.Root}/; echo; curl -sSf {site.Root}/'; echo code-$?", Prompt, "o\r", Prompt, "n\r");
        Assert.Contains($"wants to connect to 127.0.0.1, port {site.Port}", seen, StringComparison.Ordinal);
        Assert.Contains("the page", seen, StringComparison.Ordinal);
        Assert.Contains("code-22", seen, StringComparison.Ordinal);
    }

    [FactNeeds("python3")]
    public async Task Two_questions_are_asked_one_after_the_other()
    {
        var one = Outside("one", "content-1\n");
        var two = Outside("two", "content-2\n");
        var seen = await TypeAsync($"AB exec --ask -- sh -c 'cat {one} & cat {two} & wait'", Prompt, "o\r", Prompt, "o\r");
        Assert.Contains("content-1", seen, StringComparison.Ordinal);
        Assert.Contains("content-2", seen, StringComparison.Ordinal);
    }

    [FactNeeds("python3")]
    public async Task Control_c_at_a_question_ends_the_command_and_restores_the_terminal()
    {
        var secret = Outside("secret", "the secret\n");
        var seen = await TypeAsync($"trap : INT; stty -a >/tmp/y.$$; AB exec --ask -- cat {secret}; echo code-$?; stty -a | cmp - /tmp/y.$$ && echo restored; rm /tmp/y.$$", Prompt, "\u0003");
        Assert.Contains("code-130", seen, StringComparison.Ordinal);
        Assert.Contains("restored", seen, StringComparison.Ordinal);
    }

    [FactNeeds("python3")]
    public async Task A_hostile_name_cannot_control_the_terminal()
    {
        Outside("\u001b[2Jx\u202e\ny", "the secret\n");
        var seen = await TypeAsync($"AB exec --ask -- python3 -c 'open(\"{_outside}/\\x1b[2Jx\\u202e\\ny\")'; echo code-$?", Prompt, "n\r");
        Assert.Contains($"wants to read {_outside}/^[[2Jx<U+202E>^Jy", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", seen, StringComparison.Ordinal);
        Assert.Contains("code-1", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_it_is_refused()
    {
        using var process = Process.Start(new ProcessStartInfo("setsid", ["-w", TestChildProgram.Command, "exec", "--ask", "--", "true"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (code, _, error) = await process.OutcomeAsync(Deadline.Long);
        Assert.Equal((2, "actorbrowser: --ask needs a terminal at which somebody can answer, and exec in its foreground.\n"), (code, error));
    }

    [FactNeeds("python3")]
    public async Task With_a_terminal_of_its_own_it_is_refused()
    {
        var seen = await TypeAsync("AB exec --ask --pty -- true; echo code-$?");
        Assert.Contains("--ask and --pty cannot be combined", seen, StringComparison.Ordinal);
        Assert.Contains("code-2", seen, StringComparison.Ordinal);
    }
}
