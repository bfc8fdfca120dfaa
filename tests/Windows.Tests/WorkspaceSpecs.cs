using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>Which folders an agent's session gets on Windows, and what its model is told.</summary>
public sealed class WorkspaceSpecs
{
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    [Theory]
    [InlineData(Environment.SpecialFolder.Windows, "", "it is a system folder, or below one")]
    [InlineData(Environment.SpecialFolder.Windows, "system32", "it is a system folder, or below one")]
    [InlineData(Environment.SpecialFolder.Windows, "SYSTEM32/drivers/..", "it is a system folder, or below one")]
    [InlineData(Environment.SpecialFolder.Windows, "..", "it is a whole drive")]
    [InlineData(Environment.SpecialFolder.ProgramFiles, "", "it is a system folder, or below one")]
    [InlineData(Environment.SpecialFolder.ProgramFilesX86, "", "it is a system folder, or below one")]
    [InlineData(Environment.SpecialFolder.CommonApplicationData, "", "it is a system folder, or below one")]
    [InlineData(Environment.SpecialFolder.UserProfile, "", "it is or contains a whole home folder")]
    [InlineData(Environment.SpecialFolder.UserProfile, "..", "it is or contains a whole home folder")]
    [InlineData(Environment.SpecialFolder.ApplicationData, "", "it is one of the home's hidden folders")]
    [InlineData(Environment.SpecialFolder.ApplicationData, "Microsoft", "it is one of the home's hidden folders")]
    public void A_folder_of_the_system_or_of_a_user_is_no_workspace(Environment.SpecialFolder known, string below, string why)
    {
        var folder = Path.Combine(Environment.GetFolderPath(known), below);
        Assert.True(Directory.Exists(folder));
        foreach (var name in (string[])[Path.GetFullPath(folder), Path.GetFullPath(folder).ToUpperInvariant(), @"\\?\" + Path.GetFullPath(folder)])
            Assert.Equal(why, CommandWorkspace.RefusalForAgents(name));
    }

    [Fact]
    public void A_folder_of_a_project_is_one()
    {
        var temporary = Directory.CreateTempSubdirectory("actorbrowser-work-");
        var (project, hidden) = (Directory.CreateDirectory(Path.Combine(Home, $"actorbrowser-{Guid.NewGuid():n}")), Directory.CreateDirectory(Path.Combine(Home, $".actorbrowser-{Guid.NewGuid():n}")));
        try
        {
            Assert.Null(CommandWorkspace.RefusalForAgents(temporary.FullName));
            Assert.Equal("it is or contains the folder of temporary files", CommandWorkspace.RefusalForAgents(Path.GetTempPath()));
            Assert.NotNull(CommandWorkspace.RefusalForAgents(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)));
            Assert.Null(CommandWorkspace.RefusalForAgents(project.FullName + "\\"));
            Assert.Equal("it is one of the home's hidden folders", CommandWorkspace.RefusalForAgents(hidden.FullName));
            Assert.Equal("it names a device", CommandWorkspace.RefusalForAgents(@"\\.\" + project.FullName));
            Assert.Null(CommandWorkspace.RefusalForAgents(Path.Combine(project.FullName, "none")));
        }
        finally
        {
            temporary.Delete();
            project.Delete();
            hidden.Delete();
        }
    }

    [Fact]
    public async Task Mcp_refuses_such_a_folder_with_a_sentence()
    {
        foreach (var folder in (string[])[Environment.SystemDirectory, Home, Path.GetPathRoot(Environment.SystemDirectory)!])
        {
            var run = await CliRun.Of("mcp", "--workspace", folder);
            Assert.Equal((2, ""), (run.ExitCode, run.Output));
            Assert.Contains($"--workspace cannot be '{folder}': it ", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_model_is_told_that_commands_are_not_confined_and_of_cmd()
    {
        await using var agent = await McpRun.StartAsync();
        var tools = (await agent.AskAsync("tools/list", "{}")).ToString();
        Assert.Contains("A line for cmd.exe of Windows", tools, StringComparison.Ordinal);
        Assert.Equal(2, tools.Split("no sandbox keeps it from a file or a host").Length - 1);
        foreach (var claim in (string[])["/bin/sh", "in a sandbox", "in sandboxed processes", "reach no network"])
            Assert.DoesNotContain(claim, tools + agent.Instructions, StringComparison.Ordinal);
        Assert.Contains("no sandbox keeps them from a file or a host", agent.Instructions, StringComparison.Ordinal);
        var asked = await agent.CallAsync("request_permission", """{"host":"example.org","reason":"a build needs it"}""");
        Assert.True(asked.GetProperty("isError").GetBoolean());
        Assert.Contains("There is nothing to grant on Windows", asked.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await agent.EndAsync());
    }
}
