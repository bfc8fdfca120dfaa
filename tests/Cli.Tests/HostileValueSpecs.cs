using System.CommandLine;
using System.Diagnostics;
using ActorBrowser.Cli;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Every option and argument of every verb, and every environment variable that is read, with unexpected values.</summary>
public sealed class HostileValueSpecs : IDisposable
{
    private static readonly string Program = TestChildProgram.Command;

    private static readonly string[] Values =
    [
        "", "/", "/dev/zero", "/proc/absent/a", "\u001b[31m\u0007\u202e:1", "http://[", "2147483647x2147483647", "\"}]\nakka.loglevel = bogus", "[red]{0}%s", new string('x', 5000),
    ];

    // The parser handles numbers: it is called in this process, which takes no time.
    private static readonly string[] ForTheParser =
    [
        " ", "abc", "0", "-1", "0,5", "1e-9", "NaN", "Infinity", "1e999", "0x10", "99999999999", "a\nb\tc", "\ud83d\ude00", "[parse]", "@file", "--", "-", "=", "a=b=c", "..",
    ];

    // The other arguments that each verb needs to reach the value's use; none of these waits or writes.
    private static readonly Dictionary<string, string[]> Needed = new()
    {
        ["fetch"] = ["http://127.0.0.1:1/"],
        ["browse"] = ["http://127.0.0.1:1/"],
        ["tabs"] = ["http://127.0.0.1:1/"],
        ["crawl"] = ["http://127.0.0.1:1/"],
        ["decode"] = ["no-such-file"],
        ["ping"] = ["renderer", "-n", "1"],
        ["exec"] = ["--", "true"],
        ["scratch"] = [],
        ["sessions"] = ["true"],
        ["mcp"] = [],
        ["serve"] = [],
        ["keeper"] = [],
        ["ps"] = [],
        ["logs"] = ["cmd-none"],
        ["attach"] = ["cmd-none"],
        ["kill"] = ["cmd-none"],
        ["top"] = ["--once"],
        ["doctor"] = [],
        ["crashes"] = [],
        ["demo"] = [],
    };

    // The exit codes of fetch, of exec, and of a shell.
    private static readonly HashSet<int> Documented = [.. ExitCodes.Table.Select(static row => row.Code), ExecCommand.TimedOut, ExecCommand.NotExecutable, ExecCommand.NotFound];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-hostile-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The options and arguments that take a value: the verb, and the option's name, or none for its argument.</summary>
    public static TheoryData<string, string> Takers()
    {
        var takers = new TheoryData<string, string>();
        foreach (var verb in ActorBrowser.Cli.CommandLine.Create().Subcommands)
        {
            foreach (var option in verb.Options.Where(static option => option.Arity.MaximumNumberOfValues > 0))
                takers.Add(verb.Name, option.Name);
            if (verb.Arguments.Count > 0)
                takers.Add(verb.Name, "");
        }
        return takers;
    }

    public static TheoryData<string, string> Flags()
    {
        var flags = new TheoryData<string, string>();
        foreach (var verb in ActorBrowser.Cli.CommandLine.Create().Subcommands)
        {
            foreach (var option in verb.Options.OfType<Option<bool>>())
            {
                foreach (var name in option.Aliases.Append(option.Name))
                    flags.Add(verb.Name, name);
            }
        }
        return flags;
    }

    [Theory]
    [MemberData(nameof(Takers))]
    public async Task A_hostile_value_ends_with_a_documented_exit_code_and_a_sentence(string verb, string option)
    {
        foreach (var value in Values.Concat(ForTheParser))
        {
            string[] arguments = option.Length > 0 ? [verb, option, value, .. Needed[verb]] : ArgumentOf(verb, value);
            // A refusal here is the same refusal as in a separate process.
            var (parsed, errors) = ActorBrowser.Cli.CommandLine.Parse(arguments);
            if (errors.Count > 0)
                Assert.All(errors, static error => Assert.DoesNotContain("System.", error, StringComparison.Ordinal));
            else if (Values.Contains(value))
                await EndsWellAsync(arguments, [], parsed!.CommandResult.Command.Name);
        }
    }

    private static string[] ArgumentOf(string verb, string value) => verb switch
    {
        "exec" => [verb, "--", value],
        // Any line is a shell program: its exit code is in the printed table.
        "sessions" => [verb, "--timeout", "1", value],
        "doctor" => [verb, "--trace", "network", value],
        _ => [verb, value],
    };

    [Theory]
    [InlineData("ACTORBROWSER_LOG", "fetch", "http://127.0.0.1:1/")]
    [InlineData("XDG_STATE_HOME", "fetch", "http://127.0.0.1:1/")]
    [InlineData("HOME", "fetch", "http://127.0.0.1:1/")]
    [InlineData("XDG_STATE_HOME", "crashes")]
    [InlineData("HOME", "crashes")]
    [InlineData("TERM", "doctor")]
    [InlineData("LANG", "crashes")]
    public async Task A_hostile_variable_ends_with_a_documented_exit_code_and_a_sentence(string variable, params string[] arguments)
    {
        foreach (var value in Values)
            await EndsWellAsync(arguments, [new(variable, value)], arguments[0]);
    }

    private async Task EndsWellAsync(string[] arguments, KeyValuePair<string, string>[] environment, string verb)
    {
        var start = new ProcessStartInfo(Program, arguments) { WorkingDirectory = _folder.FullName, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // Not this user's own crash reports, which may contain any word.
        start.Environment["XDG_STATE_HOME"] = Path.Combine(_folder.FullName, "state");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (code, output, error) = await process.OutcomeAsync();
        var said = $"{string.Join(' ', arguments)}: {code}\n{output}{error}";
        Assert.True(Documented.Contains(code), said);
        Assert.DoesNotContain("Unhandled", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error + (verb == "exec" ? "" : output));
        if (code is not 0 && verb is not ("doctor" or "tabs"))
            Assert.Contains("actorbrowser: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public void A_flag_takes_no_value(string verb, string flag)
    {
        foreach (var value in (string[])["=yes", "=true", ":false", "="])
            Assert.Contains(" takes no value", Assert.Single(ActorBrowser.Cli.CommandLine.Parse([verb, flag + value, .. Needed[verb]]).Errors), StringComparison.Ordinal);
        // A following word is an argument, whatever its text.
        if (verb is "fetch" or "tabs")
            Assert.Equal(["true", "false"], ActorBrowser.Cli.CommandLine.Parse([verb, flag, "true", "false"]).Parsed!.GetValue<string[]>("URL")!);
    }

    [Theory]
    [InlineData("[parse]", "exec", "--", "true")]
    [InlineData("[diagram]", "fetch", "http://127.0.0.1:1/")]
    [InlineData("[suggest:3]", "crashes")]
    [InlineData("[env:A=b]", "crashes")]
    [InlineData("[x]")]
    public void A_word_in_brackets_is_no_verb(params string[] arguments) =>
        Assert.Equal($"'{arguments[0]}' is not a verb.", Assert.Single(ActorBrowser.Cli.CommandLine.Parse(arguments).Errors));

    [Theory]
    [InlineData("fetch", "--max-time", "abc", "--max-time takes a number of seconds from 0.001 to 86400, not 'abc'.")]
    [InlineData("fetch", "--max-time", "1e-9", "--max-time takes a number of seconds from 0.001 to 86400, not '1e-9'.")]
    [InlineData("fetch", "--max-time", "NaN", "--max-time takes a number of seconds from 0.001 to 86400, not 'NaN'.")]
    [InlineData("fetch", "--parallel", "99999999999", "--parallel takes a whole number from 1 to 256, not '99999999999'.")]
    [InlineData("fetch", "--max-redirects", "", "--max-redirects takes a whole number from 0 to 1000, not ''.")]
    [InlineData("ping", "-n", "0", "-n takes a whole number from 1 to 10000000, not '0'.")]
    [InlineData("exec", "--idle-timeout", "0,5", "--idle-timeout takes a number of seconds from 0.001 to 86400, not '0,5'.")]
    [InlineData("sessions", "--timeout", "-1", "--timeout takes a number of seconds from 0.001 to 86400, not '-1'.")]
    public void A_number_that_is_none_is_named_with_its_option_and_its_bounds(string verb, string option, string value, string sentence) =>
        Assert.Equal([sentence], ActorBrowser.Cli.CommandLine.Parse([verb, option, value, .. verb == "ping" ? ["renderer"] : Needed[verb]]).Errors);

    [Theory]
    [InlineData("fetch", "--max-time", "1.5")]
    [InlineData("fetch", "--max-time", "1e3")]
    [InlineData("fetch", "--parallel", "256")]
    [InlineData("fetch", "--max-redirects", "0")]
    public void A_number_that_is_one_is_taken(string verb, string option, string value) =>
        Assert.Empty(ActorBrowser.Cli.CommandLine.Parse([verb, option, value, .. Needed[verb]]).Errors);
}
