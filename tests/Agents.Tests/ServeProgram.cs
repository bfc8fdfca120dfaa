using System.Diagnostics;
using System.Text.Json;

namespace ActorBrowser.AgentsTests;

/// <summary>The command, run as a user runs it, with its own folder for the socket of <c>serve</c>.</summary>
public abstract class ServeProgram
{
    protected DirectoryInfo Runtime { get; } = Directory.CreateTempSubdirectory("ab-serve-");

    // A command's own /tmp is private, but not a folder in it that is its workspace.
    protected DirectoryInfo Work { get; } = Directory.CreateTempSubdirectory("ab-work-");

    protected string Socket => Path.Combine(Runtime.FullName, "actorbrowser", "serve.sock");

    protected Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT,HUP", TestChildProgram.Command, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Work.FullName };
        start.Environment["XDG_RUNTIME_DIR"] = Runtime.FullName;
        start.Environment["LANG"] = "xx_XX";
        return Process.Start(start)!;
    }

    protected async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, string input = "")
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().Soon();
        return (process.ExitCode, await output, await error);
    }

    protected async Task<string> DetachAsync(params string[] command)
    {
        var (code, output, error) = await RunAsync(["exec", "--detach", "--", .. command]);
        Assert.True(code == 0, error);
        return output.TrimEnd('\n');
    }

    protected async Task<JsonElement[]> ListAsync() =>
        [.. (await RunAsync(["ps", "--json"])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];

    protected void DeleteFolders()
    {
        Runtime.Delete(recursive: true);
        Work.Delete(recursive: true);
    }
}
