using System.Diagnostics;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Nothing personal is readable unless granted: the usual files of a home, compared with a program outside the sandbox that reads them all.</summary>
public sealed class CanarySpecs : IDisposable
{
    private static readonly string[] Canaries =
    [
        ".ssh/id_ed25519", ".ssh/config", ".aws/credentials", ".config/gh/hosts.yml", ".config/gcloud/credentials.db", ".azure/msal_token_cache.json", ".kube/config",
        ".docker/config.json", ".netrc", ".npmrc", ".pypirc", ".cargo/credentials.toml", ".nuget/NuGet/NuGet.Config", ".gnupg/private-keys-v1.d/key",
        ".password-store/mail.gpg", ".local/share/keyrings/login.keyring", ".mozilla/firefox/a.default/logins.json", ".config/google-chrome/Default/Login Data",
        ".bash_history", ".python_history", ".gitconfig", ".git-credentials", ".dotnet/corefx/cryptography/x509stores/my/key.pfx", ".m2/settings.xml",
        "other project/.env", "Documents/letter",
    ];

    private static readonly string Program = TestChildProgram.Command;

    private readonly string _home = Directory.CreateDirectory($"/var/tmp/ab-home-{Guid.NewGuid():n}").FullName;

    public CanarySpecs()
    {
        foreach (var canary in Canaries)
        {
            var path = Path.Combine(_home, canary);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "canary");
        }
        Directory.CreateDirectory(Path.Combine(_home, "project"));
        File.WriteAllText(Path.Combine(_home, "project/.env"), "own");
    }

    public void Dispose() => Directory.Delete(_home, true);

    [Theory]
    [InlineData("command-none")]
    [InlineData("command-read-only")]
    [InlineData("command-workspace")]
    [InlineData("command-networked")]
    public async Task No_profile_reads_one_of_them_or_sees_that_it_is_there(string profile)
    {
        var script = string.Join('\n', Canaries.Select(static canary => $"cat \"$HOME/{canary}\" 2>/dev/null; cat \"../{canary}\" 2>/dev/null; [ -e \"$HOME/{canary}\" ] && echo there"));
        Assert.Equal(Canaries.Length * 2, (await OutputAsync("sh", "-c", script)).Split("canary").Length - 1);
        Assert.Equal("", await OutputAsync(Program, "exec", "--profile", profile, "--", "sh", "-c", script));
    }

    [Fact]
    public async Task What_is_granted_is_read_and_nothing_beside_it()
    {
        Assert.Equal("canary", await OutputAsync(Program, "exec", "--read", Path.Combine(_home, ".npmrc"), "--read", "../Documents", "--", "sh", "-c", "cat ~/.npmrc ~/.netrc ~/.pypirc 2>/dev/null; echo x > ~/.npmrc"));
        Assert.Equal("canary", await File.ReadAllTextAsync(Path.Combine(_home, ".npmrc")));
        Assert.Equal("ownletter", await OutputAsync(Program, "exec", "--read", Path.Combine(_home, "Documents"), "--", "sh", "-c", "cat .env; ls ~/Documents | tr -d '\\n'"));
    }

    private async Task<string> OutputAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = Path.Combine(_home, "project") };
        start.Environment["HOME"] = _home;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        await error;
        return output;
    }
}
