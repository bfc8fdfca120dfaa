using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.PackageTests;

/// <summary>Runs programs, as the user of the tests or as a stranger: with a home of its own, and as an ordinary user if the tests run as root.</summary>
/// <param name="home">The stranger's home; null for the user of the tests.</param>
/// <param name="environment">Variables of the programs.</param>
public sealed class Programs(string? home, IReadOnlyDictionary<string, string> environment)
{
    private const int Stranger = 65534;

    /// <summary>Programs that work in the repository.</summary>
    public static Programs OfTheTests { get; } = new(null, new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" });

    /// <summary>Whether the programs run as another user than the tests.</summary>
    public static bool AsAnotherUser { get; } = Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv");

    /// <summary>Runs a program to its end, and fails with its whole output if it does not end as expected.</summary>
    public Task<string> RunAsync(string program, string folder, params string[] arguments) => RunAsync(program, folder, 0, arguments);

    public async Task<string> RunAsync(string program, string folder, int expected, params string[] arguments)
    {
        using var process = Start(program, folder, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(14));
        await process.WaitForExitAsync().Soon();
        var said = $"{output}{await error}";
        Assert.True(process.ExitCode == expected, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
        return said;
    }

    public Process Start(string program, string folder, params string[] arguments)
    {
        var start = AsAnotherUser && home is not null
            ? new ProcessStartInfo("/usr/bin/setpriv", [$"--reuid={Stranger}", $"--regid={Stranger}", "--clear-groups", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        if (home is not null)
            start.Environment["HOME"] = start.Environment["DOTNET_CLI_HOME"] = home;
        return Process.Start(start)!;
    }

    /// <summary>Creates a folder that the programs may write to.</summary>
    public static string CreateFolder(string path)
    {
        Directory.CreateDirectory(path);
        if (AsAnotherUser)
            Give(path, Stranger);
        return path;
    }

    private static void Give(string path, int user) => Assert.Equal(0, Owner.Change(path, user, user));

    private static class Owner
    {
        [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
        internal static extern int Change(string path, int user, int group);
    }
}
