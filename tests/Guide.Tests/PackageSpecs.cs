using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.GuideTests;

/// <summary>Programs outside the repository, which reference the packages from a folder as any embedder does.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class PackageSpecs(PackedFolder packed) : IClassFixture<PackedFolder>
{
    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task A_program_on_the_JIT_has_native_children_for_the_built_in_roles_and_runs_its_own_role_itself()
    {
        var project = await packed.MakeProjectAsync("Guide");
        await using var site = await Site.StartAsync(static async context => await context.Response.Body.WriteAsync(new byte[100_000]));

        // Portable: the image is below runtimes.
        await PackedFolder.RunAsync("dotnet", project, "build", "-c", "Release", "-o", "portable");
        var portable = Path.Combine(project, "portable");
        var image = Path.Combine(portable, "runtimes", packed.Rid, "native", "actorbrowser-child");
        await AssertImagesAsync(portable, site, "Native", "Jit");
        Assert.True(File.GetUnixFileMode(image).HasFlag(UnixFileMode.OtherExecute | UnixFileMode.GroupExecute), "Only its owner may execute the image.");

        // An image of another build is not used, and the log says so.
        var bytes = await File.ReadAllBytesAsync(image);
        var build = Convert.FromHexString(BuildOf(await PackedFolder.RunAsync(image, project, expected: 64)));
        bytes[bytes.AsSpan().IndexOf([.. "GNU\0"u8, .. build]) + 4] ^= 1;
        await File.WriteAllBytesAsync(image, bytes);
        var said = await AssertImagesAsync(portable, site, "Jit", "Jit");
        Assert.Matches(@"Children re-execute this program, which runs on the JIT: .+/actorbrowser-child is of build [0-9a-f]{32}, and this program of build [0-9a-f]{32}", said);

        // For one system: the image is next to the program.
        await PackedFolder.RunAsync("dotnet", project, "publish", "-c", "Release", "-r", packed.Rid, "--self-contained", "false", "-o", "published");
        var published = Path.Combine(project, "published");
        Assert.True(File.Exists(Path.Combine(published, "actorbrowser-child")), "The image is not beside the published program.");
        Assert.False(Directory.Exists(Path.Combine(published, "runtimes")));
        await AssertImagesAsync(published, site, "Native", "Jit");
    }

    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task A_program_that_is_published_native_has_the_image_too_and_without_it_runs_every_role_itself()
    {
        var project = await packed.MakeProjectAsync("Guide");
        await using var site = await Site.StartAsync(static async context => await context.Response.Body.WriteAsync(new byte[100_000]));
        string[] compiler = File.Exists("/usr/bin/clang") ? [] : ["-p:CppCompilerAndLinker=gcc"];
        await PackedFolder.RunAsync("dotnet", project, ["publish", "-c", "Release", "-r", packed.Rid, "-p:PublishAot=true", "-o", "native", .. compiler]);
        var native = Path.Combine(project, "native");
        Assert.False(File.Exists(Path.Combine(native, "Guide.dll")));
        await AssertImagesAsync(native, site, "Native", "Native");
        File.Delete(Path.Combine(native, "actorbrowser-child"));
        await AssertImagesAsync(native, site, "Native", "Native");
    }

    private static async Task<string> AssertImagesAsync(string folder, Site site, string network, string own)
    {
        var said = await PackedFolder.RunAsync(Path.Combine(folder, "Guide"), folder, site.Root + "/");
        Assert.Contains($"The word-counter ({own}) ended: Clean", said, StringComparison.Ordinal);
        Assert.Contains($"network: Ready ({network}), ", said, StringComparison.Ordinal);
        return said;
    }

    private static string BuildOf(string said) => Build().Match(said).Groups[1].Value;

    [GeneratedRegex("build ([0-9a-f]{32})")]
    private static partial Regex Build();
}

/// <summary>A folder with the packages of this checkout, and projects that reference them.</summary>
public sealed class PackedFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-packages-").FullName;
    private readonly Lazy<Task<string>> _version;
    private int _projects;

    public PackedFolder() => _version = new Lazy<Task<string>>(PackAsync);

    public string Rid { get; } = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private string Packages => Path.Combine(_folder, "packages");

    /// <summary>Creates a project from a sample's sources outside the repository.</summary>
    public async Task<string> MakeProjectAsync(string sample)
    {
        var version = await _version.Value;
        var project = Directory.CreateDirectory(Path.Combine(_folder, $"embedder-{Interlocked.Increment(ref _projects)}")).FullName;
        foreach (var source in Directory.EnumerateFiles(Path.Combine(Repository(), "samples", sample), "*.cs"))
            File.Copy(source, Path.Combine(project, Path.GetFileName(source)));
        await File.WriteAllTextAsync(Path.Combine(project, $"{sample}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>{_folder}/restored</RestorePackagesPath>
                <RestoreFallbackFolders>{Fallback()}</RestoreFallbackFolders>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningsNotAsErrors>NU1901;NU1902;NU1903;NU1904;NU1900</WarningsNotAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ActorBrowser.Actors" Version="{version}" />
                <PackageReference Include="ActorBrowser.ChildEntrypoints" Version="{version}" />
                <PackageReference Include="ActorBrowser.Child.{Rid}" Version="{version}" />
                <PackageReference Include="Microsoft.Extensions.Hosting" Version="{HostingVersion()}" />
              </ItemGroup>
            </Project>
            """);
        // In addition to the user's own sources.
        await File.WriteAllTextAsync(Path.Combine(project, "NuGet.config"), $"""
            <configuration><packageSources><add key="packed" value="{Packages}" /></packageSources></configuration>
            """);
        return project;
    }

    /// <summary>Runs a program to its end, and fails with its whole output if it does not end as expected.</summary>
    public static Task<string> RunAsync(string program, string folder, params string[] arguments) => RunAsync(program, folder, 0, arguments);

    public static async Task<string> RunAsync(string program, string folder, int expected, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // The build server of a build must not outlive the test.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(14));
        await process.WaitForExitAsync().Soon();
        var said = $"{output}{await error}";
        Assert.True(process.ExitCode == expected, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
        return said;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> PackAsync()
    {
        await RunAsync(Path.Combine(Repository(), "eng", "pack"), _folder, Packages);
        const string name = "ActorBrowser.Actors.";
        return Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(Packages, name + "*.nupkg").Single())[name.Length..];
    }

    // Provides Akka and the compiler; our own packages must not come from there, where an older one of the same version may be.
    private static string Fallback()
    {
        var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.Exists(folder) && !Directory.EnumerateDirectories(folder, "actorbrowser.*").Any() ? folder : "";
    }

    private static string HostingVersion() =>
        Regex.Match(File.ReadAllText(Path.Combine(Repository(), "Directory.Packages.props")), "\"Microsoft.Extensions.Hosting\" Version=\"([^\"]+)\"").Groups[1].Value;

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorBrowser.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run in the repository.");
        return folder;
    }
}
