using Xunit;
using static ActorBrowser.CliTests.BuiltCommand;

namespace ActorBrowser.CliTests;

/// <summary>How the built command handles its arguments.</summary>
public sealed class CommandLineSpecs
{
    // A hidden verb is not for users, and has no help.
    public static TheoryData<string> Verbs() => [.. ActorBrowser.Cli.CommandLine.Create().Subcommands.Where(static verb => !verb.Hidden).Select(static verb => verb.Name)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Each_verb_says_what_it_takes(string verb)
    {
        foreach (var arguments in new string[][] { [verb, "--help"], [verb, "-h"] })
        {
            var help = await RunAsync(arguments);
            Assert.Equal((0, ""), (help.Code, help.Error));
            Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("exec", "--timeout", "5", "--help")]
    [InlineData("exec", "true", "--help")]
    public async Task Help_is_given_whatever_else_is_there(params string[] arguments) => Assert.Equal(0, (await RunAsync(arguments)).Code);

    [Theory]
    [InlineData("--timout", "exec", "--timout", "5", "--", "echo", "hi")]
    [InlineData("-x", "exec", "-x", "true")]
    public async Task An_option_that_exec_does_not_have_is_not_taken_for_a_program(string option, params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Contains($"exec has no option '{option}'", error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task An_option_that_a_verb_does_not_have_is_named_and_nothing_is_started(string verb)
    {
        foreach (var arguments in new string[][] { [verb, "--bogus"], [verb, "--bogus", "http://127.0.0.1:1/"], [verb, "-x", "--", "renderer"] })
        {
            var (code, output, error) = await RunAsync(arguments);
            Assert.Equal((2, ""), (code, output));
            Assert.StartsWith($"actorbrowser: {verb} has no option '{arguments[1]}'.", error, StringComparison.Ordinal);
            Assert.EndsWith($"Try 'actorbrowser {verb} --help'.\n", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("decode", "--", "--bogus")]
    [InlineData("decode", "-")]
    [InlineData("decode", "absent", "--", "-x", "--y")]
    public async Task An_argument_that_begins_with_a_hyphen_comes_after_two_hyphens_and_one_hyphen_is_an_argument(params string[] arguments) =>
        Assert.Equal(1, (await RunAsync(arguments)).Code);

    [Theory]
    [InlineData("fetch")]
    [InlineData("exec")]
    public async Task A_lost_child_and_a_defect_have_two_codes(string verb)
    {
        var help = (await RunAsync(verb, "--help")).Output;
        Assert.Matches(@"\b70  internal error: a defect", help);
        Assert.Matches(@"\b75  .* lost", help);
    }

    [Fact]
    public async Task A_program_whose_name_is_like_an_option_comes_after_two_hyphens() => Assert.Equal(127, (await RunAsync("exec", "--", "--timout")).Code);

    [Theory]
    [InlineData("fetch")]
    [InlineData("fetch", "--parallel", "0", "http://127.0.0.1/")]
    [InlineData("fetch", "-H", "no-colon", "http://127.0.0.1/")]
    [InlineData("ping", "browser")]
    [InlineData("unknown")]
    public async Task A_wrong_command_line_ends_with_2(params string[] arguments) => Assert.Equal(2, (await RunAsync(arguments)).Code);

    [Fact]
    public async Task Help_and_version_are_on_stdout()
    {
        var help = await RunAsync("--help");
        Assert.Equal((0, ""), (help.Code, help.Error));
        Assert.Contains("actorbrowser fetch https://example.org/", help.Output, StringComparison.Ordinal);
        Assert.Contains("28  a time limit passed", (await RunAsync("fetch", "--help")).Output, StringComparison.Ordinal);
        Assert.Matches(@"^actorbrowser \d+\.\d+\.\d+ \((JIT|native), \.NET ", (await RunAsync("--version")).Output);
    }
}
