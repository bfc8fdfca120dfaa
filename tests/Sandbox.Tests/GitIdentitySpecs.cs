using System.Diagnostics;

namespace ActorBrowser.SandboxTests;

/// <summary>The part of the user's git configuration that goes into a world.</summary>
public sealed class GitIdentitySpecs : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("ab-git-").FullName;

    public void Dispose() => Directory.Delete(_home, true);

    private async Task<string?> GetAsync(string file, string key)
    {
        var start = new ProcessStartInfo("git", ["config", "--file", Path.Combine(_home, file), "--get", key]) { RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        var value = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        return git.ExitCode == 0 ? value.TrimEnd('\n') : null;
    }

    [TheoryNeeds("git")]
    [InlineData("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")]
    [InlineData("[user]\nname=\"Ada \\\"Countess\\\" Lovelace\"   ; a comment\nemail = ada@example.org # another\n")]
    [InlineData("[USER] name = Ada\n  EMAIL =   ada@example.org  \n[core]\n\teditor = vi\n")]
    [InlineData("[user]\n\tname = first\n[user]\n\tname = \"  second  \"\n\temail = a@b\n")]
    [InlineData("[user]\n\tname = Ada \\\\ Lovelace\n\temail = ä@b\n[init]\n\tdefaultBranch = trunk\n")]
    public async Task Its_own_git_reads_from_it_what_the_user_s_reads_from_the_original(string original)
    {
        await File.WriteAllTextAsync(_home + "/.gitconfig", original);
        await File.WriteAllTextAsync(_home + "/copy", GitIdentity.ConfigurationOf(_home));
        foreach (var key in new[] { "user.name", "user.email", "init.defaultBranch" })
            Assert.Equal(await GetAsync(".gitconfig", key), await GetAsync("copy", key));
    }

    [Fact]
    public async Task Nothing_else_of_it_goes_there()
    {
        await File.WriteAllTextAsync(_home + "/.gitconfig", """
            [user]
                name = Ada
                signingkey = SECRET
            [credential]
                helper = "!echo password=SECRET"
            [url "https://SECRET@example.org/"]
                insteadOf = https://example.org/
            [user "SECRET"]
                name = SECRET
            [http]
                extraHeader = "Authorization: SECRET"
            [include]
                path = SECRET
            """);
        Assert.Equal("[user]\n\tname = \"Ada\"\n", GitIdentity.ConfigurationOf(_home));
    }

    [Theory]
    [InlineData("[user]\n\tname = goes \\\n  on\n")]
    [InlineData("[user]\n\tname = \"open\n")]
    [InlineData("[user]\n\tname\n")]
    [InlineData("[core]\n\teditor = vi\n")]
    [InlineData("name = Ada\n")]
    [InlineData("")]
    public async Task What_cannot_be_read_with_certainty_is_left_out(string original)
    {
        await File.WriteAllTextAsync(_home + "/.gitconfig", original);
        Assert.Null(GitIdentity.ConfigurationOf(_home));
    }
}
