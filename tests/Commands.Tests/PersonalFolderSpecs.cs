namespace ActorBrowser.CommandsTests;

/// <summary>No spelling of the home or of the folder of temporary files makes it a command's folder.</summary>
public sealed class PersonalFolderSpecs : IDisposable
{
    private readonly string _root = Directory.CreateDirectory($"/var/tmp/ab-personal-{Guid.NewGuid():n}").FullName;

    public PersonalFolderSpecs()
    {
        Directory.CreateDirectory(_root + "/people/me/.ssh");
        Directory.CreateDirectory(_root + "/people/me/work");
        Directory.CreateDirectory(_root + "/project/tmp");
        File.CreateSymbolicLink(_root + "/link", "people/me");
        File.CreateSymbolicLink(_root + "/tmp-link", "project/tmp");
    }

    public void Dispose() => Directory.Delete(_root, true);

    [Theory]
    [InlineData("/people/me")]
    [InlineData("/people/./me")]
    [InlineData("//people//me/")]
    [InlineData("/link")]
    public void A_home_is_refused_however_HOME_spells_it(string home)
    {
        string? Refusal(string folder) => PersonalFolders.Refusal(_root + folder, [_root + home], "/nonexistent");
        Assert.Equal("it is or contains a whole home folder", Refusal("/people/me"));
        Assert.Equal("it is or contains a whole home folder", Refusal("/people"));
        Assert.Equal("it is one of the home's hidden folders", Refusal("/people/me/.ssh"));
        Assert.Null(Refusal("/people/me/work"));
        Assert.Null(Refusal("/project"));
    }

    [Theory]
    [InlineData("/project/tmp")]
    [InlineData("/project//tmp/")]
    [InlineData("/tmp-link")]
    public void What_holds_the_folder_of_temporary_files_is_refused(string temporary)
    {
        string? Refusal(string folder) => PersonalFolders.Refusal(_root + folder, [], _root + temporary);
        Assert.Equal("it is or contains the folder of temporary files", Refusal("/project/tmp"));
        Assert.Equal("it is or contains the folder of temporary files", Refusal("/project"));
        Assert.Null(Refusal("/people"));
        // A folder in it is a workspace like any other, as below /tmp.
        Directory.CreateDirectory(_root + "/project/tmp/job");
        Assert.Null(Refusal("/project/tmp/job"));
    }

    [Fact]
    public void The_account_s_own_home_is_refused_whatever_HOME_says()
    {
        var before = Environment.GetEnvironmentVariable("HOME");
        Environment.SetEnvironmentVariable("HOME", _root + "/people/me");
        try
        {
            var account = File.ReadLines("/etc/passwd").Select(static line => line.Split(':')).First(static fields => fields[2] == $"{Interop.CurrentProcess.UserId}")[5];
            Assert.Equal("it is or contains a whole home folder", PersonalFolders.Refusal(account));
            Assert.Equal("it is one of the home's hidden folders", PersonalFolders.Refusal(_root + "/people/me/.ssh"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("HOME", before);
        }
    }
}
