using System.Diagnostics;
using System.Text.Json;
using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Cli;
using ActorBrowser.TestSupport;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary><c>doctor</c>, run like a user runs it.</summary>
public sealed class DoctorSpecs
{
    private static readonly string Program = TestChildProgram.Command;

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, ["doctor", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        return await process.OutcomeAsync(Deadline.Long * 2);
    }

    [Fact]
    public async Task It_says_what_the_machine_offers_and_what_each_profile_gets()
    {
        var (code, output, _) = await RunAsync();
        Assert.Equal(0, code);
        Assert.All(["system-calls", "files", "namespaces", "network", "renderer", "image-decoder", "command-workspace"], name => Assert.Contains(name, output, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public async Task As_JSON_it_is_for_programs()
    {
        var (code, output, _) = await RunAsync("--json");
        Assert.Equal(0, code);
        using var report = JsonDocument.Parse(output);
        Assert.Equal(10, report.RootElement.GetProperty("layers").GetArrayLength());
        Assert.Equal(File.Exists(Program + ".dll") ? "Jit" : "Native", report.RootElement.GetProperty("children").GetProperty("image").GetString());
        Assert.Equal(10, report.RootElement.GetProperty("profiles").GetArrayLength());
    }

    [Fact]
    public async Task Each_role_is_in_the_row_of_its_profile_and_has_a_filter()
    {
        using var report = JsonDocument.Parse((await RunAsync("--json")).Output);
        var rows = report.RootElement.GetProperty("profiles").EnumerateArray().ToArray();
        var roles = rows.SelectMany(static row => row.GetProperty("roles").EnumerateArray()).Select(static role => role.GetString()!).ToArray();
        Assert.Equal(RoleContracts.BuiltIn.Select(static role => role.Name).Where(static role => role != ProbeContract.Name).Order(StringComparer.Ordinal), roles.Order(StringComparer.Ordinal));
        Assert.Equal("network", Assert.Single(rows, static row => row.GetProperty("roles").EnumerateArray().Any(static role => role.GetString() == "secrets")).GetProperty("profile").GetString());
        foreach (var role in roles)
            Assert.Equal((0, ""), await RunAsync("--show-filter", role) is var (code, _, error) ? (code, error) : default);
    }

    [Fact]
    public async Task A_required_layer_that_is_missing_is_exit_code_1_and_a_sentence()
    {
        var (code, output, _) = await RunAsync("--without", "files", "--json");
        Assert.Equal(1, code);
        Assert.Contains("requires a layer of confinement that is not available: files", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_is_attacked_and_holds()
    {
        var (code, output, error) = await RunAsync("--probe", "network", "--json");
        Assert.True(code == 0, output + error);
        using var report = JsonDocument.Parse(output);
        var profile = report.RootElement[0];
        Assert.Equal(0, profile.GetProperty("failed").GetInt32());
        Assert.InRange(profile.GetProperty("held").GetInt32(), 60, 200);
    }

    [Fact]
    public async Task Everything_of_Akka_that_the_configuration_can_name_works_in_this_very_program()
    {
        var (code, output, error) = await RunAsync("--self-test");
        Assert.True(code == 0, output + error);
        Assert.InRange(output.Split('\n').Count(static line => line.StartsWith("works ", StringComparison.Ordinal)), 35, 200);
    }

    [Fact]
    public async Task A_filter_is_shown_in_words()
    {
        var (code, output, _) = await RunAsync("--show-filter", "renderer");
        Assert.Equal(0, code);
        Assert.Contains("if it is openat", output, StringComparison.Ordinal);
        var counts = output.Split('\n').Single(static line => line.Contains(" system calls; ", StringComparison.Ordinal));
        Assert.Matches(@"^# (native child: 4\d system calls; a JIT child: 1\d\d|JIT child: 1\d\d system calls; a native child: 4\d)$", counts);
    }

    [Fact]
    public async Task A_trace_names_what_a_profile_would_refuse()
    {
        var (code, output, error) = await RunAsync("--trace", "command-workspace", "--json", "--", "unshare", "--user", "true");
        Assert.True(code == 0, error);
        Assert.Contains("unshare", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_role_is_an_error_that_names_the_known_ones()
    {
        var (code, _, error) = await RunAsync("--probe", "nonsense");
        Assert.Equal(2, code);
        Assert.Contains("renderer", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "there is no program")]
    [InlineData("", "may not be executed")]
    [InlineData("exec yes", "was ended because it printed more than 1048576 bytes")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_program_inside_which_nothing_can_be_tried_is_named(string? script, string complaint)
    {
        var folder = Directory.CreateTempSubdirectory("ab-inside-");
        var file = Path.Combine(folder.FullName, "program");
        if (script is { Length: 0 })
            await File.WriteAllTextAsync(file, script);
        else if (script is not null)
            await ScriptFile.WriteAsync(file, script);
        var (code, output, error) = await RunAsync("--probe", "renderer", "--inside", file);
        folder.Delete(recursive: true);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains($"--inside: ", error, StringComparison.Ordinal);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_program_that_never_ends_is_stopped()
    {
        var folder = Directory.CreateTempSubdirectory("ab-inside-");
        var file = Path.Combine(folder.FullName, "program");
        await ScriptFile.WriteAsync(file, "exec sleep 1000");
        await using var browser = await CliBrowser.StartAsync(CancellationToken.None, $"actorbrowser.sandbox.enabled = off, actorbrowser.child.executable = \"{Program}\"");
        var refused = await Assert.ThrowsAsync<UsageException>(() => InsideAttempts.RunAsync(browser, file, new ProbeTargets(0, 0, "", "", "", 0, ""), TimeSpan.FromSeconds(1), CancellationToken.None));
        Assert.Contains("ran longer than 1 s", refused.Message, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }
}
