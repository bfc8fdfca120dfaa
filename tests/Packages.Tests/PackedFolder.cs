using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.PackageTests;

/// <summary>The tests of packages share one folder of packages, and run one after another.</summary>
[CollectionDefinition("packages")]
public sealed class PackagesCollection : ICollectionFixture<PackedFolder>;

/// <summary>A folder with the packages of this checkout, and places outside the repository that use them.</summary>
public sealed class PackedFolder : IDisposable
{
    private readonly Lazy<Task> _packed;
    private int _places;

    public PackedFolder()
    {
        // Others may read it, and nobody has a package of this version.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        _packed = new Lazy<Task>(() => PackAsync(Packages));
        Programs = new Programs(Programs.CreateFolder(Path.Combine(Folder, "home")), new Dictionary<string, string>
        {
            ["NUGET_PACKAGES"] = Programs.CreateFolder(Path.Combine(Folder, "restored")),
            ["NUGET_FALLBACK_PACKAGES"] = Fallback(),
            // The build servers of a build must not outlive the test.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
        });
    }

    /// <summary>Whether eng/check-packages runs the tests: all checks, some of which take minutes.</summary>
    public static bool All { get; } = Environment.GetEnvironmentVariable("ACTORBROWSER_PACKAGES") == "all";

    public string Folder { get; } = Directory.CreateTempSubdirectory("actorbrowser-packages-").FullName;

    public string Packages => Path.Combine(Folder, "packages");

    public string Version { get; } = $"0.1.0-test.{Stopwatch.GetTimestamp()}";

    public string Rid { get; } = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>What a stranger runs.</summary>
    public Programs Programs { get; }

    /// <summary>The options of dotnet that publish native with the compiler that is there.</summary>
    public static string[] Native => File.Exists("/usr/bin/clang") ? ["-p:PublishAot=true"] : ["-p:PublishAot=true", "-p:CppCompilerAndLinker=gcc"];

    /// <summary>Packs once.</summary>
    public Task PackedAsync() => _packed.Value;

    /// <summary>Creates an empty folder outside the repository, whose projects find the packages.</summary>
    public async Task<string> CreatePlaceAsync()
    {
        await PackedAsync();
        var place = Programs.CreateFolder(Path.Combine(Folder, $"place-{Interlocked.Increment(ref _places)}"));
        // In addition to the user's own sources.
        await File.WriteAllTextAsync(Path.Combine(place, "NuGet.config"), $"""
            <configuration><packageSources><add key="packed" value="{Packages}" /></packageSources></configuration>
            """);
        return place;
    }

    /// <summary>Packs into another folder, as eng/pack does.</summary>
    public async Task PackAsync(string folder, string? repository = null)
    {
        var start = new ProcessStartInfo(Path.Combine(repository ?? Repository(), "eng", "pack"), [folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ACTORBROWSER_PACKAGE_VERSION"] = Version;
        start.Environment["ACTORBROWSER_BUILD"] = "native";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(14));
        await process.WaitForExitAsync().Soon();
        Assert.True(process.ExitCode == 0, $"eng/pack ended with {process.ExitCode}:\n{output}{await error}");
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorBrowser.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run in the repository.");
        return folder;
    }

    public static string VersionOf(string package) =>
        Regex.Match(File.ReadAllText(Path.Combine(Repository(), "Directory.Packages.props")), $"\"{Regex.Escape(package)}\" Version=\"([^\"]+)\"").Groups[1].Value;

    // Provides Akka and the compiler without a download, if the stranger may read it.
    private static string Fallback()
    {
        var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.Exists(folder) && !Programs.AsAnotherUser ? folder : "";
    }
}
