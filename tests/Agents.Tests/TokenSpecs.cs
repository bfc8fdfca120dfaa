using System.Diagnostics;

namespace ActorBrowser.AgentsTests;

/// <summary>The token of <c>mcp --http</c>: a file of this user alone, or a variable; nothing is served without.</summary>
public sealed class TokenSpecs : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-token-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static Process Start(string? token, params string[] options)
    {
        var start = new ProcessStartInfo(TestChildProgram.Command, ["mcp", "--http", "0", .. options]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ACTORBROWSER_MCP_TOKEN"] = token;
        return Process.Start(start)!;
    }

    private static async Task RefusedAsync(string sentence, string? token, params string[] options)
    {
        using var process = Start(token, options);
        var error = await process.StandardError.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        Assert.Equal(2, process.ExitCode);
        Assert.Contains(sentence, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_of_sixteen_characters_nothing_is_served()
    {
        await RefusedAsync("--http needs a token", null);
        await RefusedAsync("has 15 characters; it takes 16", "0123456789abcde");
        await RefusedAsync("ASCII without spaces", "0123456789 abcdef");
    }

    [Fact]
    public async Task A_file_that_others_may_read_is_refused_and_a_missing_one_is_created_for_this_user_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        var open = Path.Combine(_folder.FullName, "open");
        await File.WriteAllTextAsync(open, "0123456789abcdef0123\n");
        File.SetUnixFileMode(open, (UnixFileMode)0b110_100_100);
        await RefusedAsync("Others may read the token", null, "--token-file", open);
        await RefusedAsync("takes a regular file", null, "--token-file", _folder.FullName);
        var fresh = Path.Combine(_folder.FullName, "fresh");
        using var process = Start(null, "--token-file", fresh);
        Assert.StartsWith("actorbrowser: serving at http://127.0.0.1:", await process.StandardError.ReadLineAsync().Soon(), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(fresh));
        Assert.Matches("^[0-9a-f]{48}\n$", await File.ReadAllTextAsync(fresh));
        await Signals.SendAsync(process.Id, "TERM");
        await process.WaitForExitAsync().Soon();
    }
}
