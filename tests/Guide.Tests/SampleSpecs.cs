using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.GuideTests;

/// <summary>The programs of the samples folder: that whose parts docs/embedding.md shows, and that which acts on pages.</summary>
public sealed class SampleSpecs
{
    [Fact]
    public async Task The_guide_s_program_does_what_the_guide_says_and_leaves_no_process()
    {
        var page = RandomNumberGenerator.GetBytes(6 << 20);
        await using var site = await Site.StartAsync(async context => await context.Response.Body.WriteAsync(page));
        var state = Directory.CreateTempSubdirectory("guide-state-").FullName;
        var start = new ProcessStartInfo(SampleProgram.Path("Guide"), [site.Root + "/"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_STATE_HOME"] = state;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        var hash = Convert.ToHexString(SHA256.HashData(page));
        var said = Regex.Replace(string.Join('\n', output.Split('\n').Where(IsNoLog)), @"/\S+/secret", "/secret");
        Directory.Delete(state, recursive: true);
        Assert.Equal(
            [
                $"{page.Length} bytes hash to {hash}",
                $"200, {page.Length} bytes on disk: {hash}",
                "meter: 2 Completed",
                "sorted: apple pear exit 0", "Output: one", "Output: two", "exit 3",
                "read: shared text", "The profile command-workspace refused: reading /secret (Only the shared folder is readable).", "Added result", "applied: tried",
                "bmp, 1 x 1: 4 bytes",
                "spans: decode, decode image, image-decoder, queue, spawn, wire",
                "3 words", "The word-counter (Jit) ended: Clean, code 0, 0 unanswered",
                "its answer would have been too long",
            ],
            said.Split('\n').Take(16));
        Assert.Matches(@"\nlost: (Killed|ending), \d lines on stderr\n2 fetches completed, 0 failed, 0 under way; network: Ready \(Jit\), \d+ layers in force; 0 children lost\nThe browser has stopped, or is stopping\.\n$", said);
        Assert.Equal((0, ""), (process.ExitCode, await error));
        Assert.Empty(ProcessTable.ChildrenOf(process.Id));
    }

    [Fact]
    public async Task The_program_of_the_guide_to_roles_does_what_the_guide_says_and_leaves_no_process()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-scan-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "clean.txt"), "harmless");
        using var process = Process.Start(new ProcessStartInfo(SampleProgram.Path("Roles"), [folder.FullName]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync().Soon();
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(IsNoLog);
        Assert.Equal(["True: 8 characters read", "System.UnauthorizedAccessException in a scanner", "finding 1", "finding 2"], said);
        Assert.Equal((0, ""), (process.ExitCode, await error));
        Assert.Empty(ProcessTable.ChildrenOf(process.Id));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_rule_engine_survives_the_rules_of_strangers_and_is_reloaded()
    {
        using var process = Process.Start(new ProcessStartInfo(SampleProgram.Path("Rules")) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync().Soon();
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith("warn:", StringComparison.Ordinal) && !line.StartsWith(' ')).ToArray();
        Assert.StartsWith("System.FormatException: 'Order' does not contain a definition for 'Colour'", said[1], StringComparison.Ordinal);
        said[1] = "";
        Assert.Equal(
            [
                "True",
                "",
                "System.UnauthorizedAccessException: Access to the path '/etc/passwd' is denied.",
                "RoleTimeoutException", "ChildLostException", "ChildLostException", "False",
            ],
            said.Take(7));
        Assert.Matches("^[12] processes load Rules.Engine.dll$", said[7]);
        Assert.Equal("True", said[8]);
        Assert.Equal((9, 0, ""), (said.Length, process.ExitCode, await error));
        Assert.Empty(ProcessTable.ChildrenOf(process.Id));
    }

    [Fact]
    public async Task The_sample_logs_in_searches_turns_pages_uploads_and_downloads()
    {
        using var process = Process.Start(new ProcessStartInfo(SampleProgram.Path("Acting")) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync().Soon();
        Assert.Equal(
            [
                "not yet: password",
                "logged in: Welcome, alice",
                "page 1: Iced tea 3, Black tea 4, Green tea 6",
                "page 2: White tea 8, Tea pot 30",
                "Two \"files\": picture.png (image/png, 1048576 bytes), note.txt (text/plain, 5 bytes)  Invoice",
                "saved invoice 1.pdf: 8 bytes",
                "later: Welcome, alice",
            ],
            output.Split('\n').Where(static line => line.Length > 0 && !line.StartsWith('[')));
        Assert.Equal((0, ""), (process.ExitCode, await error));
        Assert.Empty(ProcessTable.ChildrenOf(process.Id));
    }

    // The log tells of a layer that the machine lacks and of a call that is not allowed; and its last line, of the processes killed at the
    // end, is written without the host's loggers if they have been stopped by then.
    private static bool IsNoLog(string line) => !line.StartsWith("warn:", StringComparison.Ordinal) && !line.StartsWith(' ') && !line.StartsWith('[');
}
