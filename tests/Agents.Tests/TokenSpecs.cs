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

    [Fact]
    public async Task A_file_of_another_user_is_refused_also_behind_a_link()
    {
        // Only root can make such a file, and only root reads it.
        if (OperatingSystem.IsWindows() || Environment.UserName != "root")
            return;
        var others = Path.Combine(_folder.FullName, "others");
        await File.WriteAllTextAsync(others, "0123456789abcdef0123\n");
        File.SetUnixFileMode(others, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var chown = Process.Start("chown", ["65534", others]))
            await chown.WaitForExitAsync().Soon();
        File.CreateSymbolicLink(others + "-link", others);
        await RefusedAsync("belongs to another user (65534)", null, "--token-file", others);
        await RefusedAsync("belongs to another user (65534)", null, "--token-file", others + "-link");
    }

    [Fact]
    public async Task A_home_and_what_holds_one_is_no_workspace()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        foreach (var folder in new[] { "/", home, "/etc", Path.GetTempPath() })
            await RefusedAsync($"--workspace cannot be '{folder}': it ", "0123456789abcdef0123", "--workspace", folder);
        var link = Path.Combine(_folder.FullName, "link");
        Directory.CreateSymbolicLink(link, Directory.CreateDirectory(Path.Combine(_folder.FullName, "real")).FullName);
        await RefusedAsync("its path contains a link", "0123456789abcdef0123", "--workspace", link);
    }
}
