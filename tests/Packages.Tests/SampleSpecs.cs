using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.PackageTests;

/// <summary>The guide's program outside the repository, which references the packages from a folder as any embedder does.</summary>
[Collection("packages")]
[UnsupportedOSPlatform("windows")]
public sealed partial class SampleSpecs(PackedFolder packed)
{
    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task A_program_on_the_JIT_has_native_children_for_the_built_in_roles_and_runs_its_own_role_itself()
    {
        var project = await CreateAsync();
        await using var site = await Site.StartAsync(static async context => await context.Response.Body.WriteAsync(new byte[100_000]));

        // Portable: the image is below runtimes.
        await packed.Programs.RunAsync("dotnet", project, "build", "-c", "Release", "-o", "portable");
        var portable = Path.Combine(project, "portable");
        var image = Path.Combine(portable, "runtimes", packed.Rid, "native", "actorbrowser-child");
        await AssertImagesAsync(portable, site, "Native", "Jit");
        Assert.True(File.GetUnixFileMode(image).HasFlag(UnixFileMode.OtherExecute | UnixFileMode.GroupExecute), "Only its owner may execute the image.");

        // An image of another build is not used, and the log says so.
        var bytes = await File.ReadAllBytesAsync(image);
        var build = Convert.FromHexString(BuildOf(await packed.Programs.RunAsync(image, project, expected: 64)));
        bytes[bytes.AsSpan().IndexOf([.. "GNU\0"u8, .. build]) + 4] ^= 1;
        await File.WriteAllBytesAsync(image, bytes);
        var said = await AssertImagesAsync(portable, site, "Jit", "Jit");
        Assert.Matches(@"Children re-execute this program, which runs on the JIT: .+/actorbrowser-child is of build [0-9a-f]{32}, and this program of build [0-9a-f]{32}", said);

        // For one system: the image is next to the program.
        await packed.Programs.RunAsync("dotnet", project, "publish", "-c", "Release", "-r", packed.Rid, "--self-contained", "false", "-o", "published");
        var published = Path.Combine(project, "published");
        Assert.True(File.Exists(Path.Combine(published, "actorbrowser-child")), "The image is not beside the published program.");
        Assert.False(Directory.Exists(Path.Combine(published, "runtimes")));
        await AssertImagesAsync(published, site, "Native", "Jit");

        if (!PackedFolder.All)
            return;
        // Published native it has the image, too, and without it runs every role itself.
        await packed.Programs.RunAsync("dotnet", project, ["publish", "-c", "Release", "-r", packed.Rid, "-o", "native", .. PackedFolder.Native]);
        var native = Path.Combine(project, "native");
        Assert.False(File.Exists(Path.Combine(native, "Guide.dll")));
        await AssertImagesAsync(native, site, "Native", "Native");
        File.Delete(Path.Combine(native, "actorbrowser-child"));
        await AssertImagesAsync(native, site, "Native", "Native");
    }

    /// <summary>Creates a project from the sample's sources.</summary>
    private async Task<string> CreateAsync()
    {
        var place = await packed.CreatePlaceAsync();
        foreach (var source in Directory.EnumerateFiles(Path.Combine(PackedFolder.Repository(), "samples", "Guide"), "*.cs"))
            File.Copy(source, Path.Combine(place, Path.GetFileName(source)));
        await File.WriteAllTextAsync(Path.Combine(place, "Guide.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningsNotAsErrors>NU1901;NU1902;NU1903;NU1904;NU1900</WarningsNotAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ActorBrowser" Version="{packed.Version}" />
                <PackageReference Include="ActorBrowser.Child.{packed.Rid}" Version="{packed.Version}" />
                <PackageReference Include="Microsoft.Extensions.Hosting" Version="{PackedFolder.VersionOf("Microsoft.Extensions.Hosting")}" />
              </ItemGroup>
            </Project>
            """);
        return place;
    }

    private async Task<string> AssertImagesAsync(string folder, Site site, string network, string own)
    {
        var said = await packed.Programs.RunAsync(Path.Combine(folder, "Guide"), folder, site.Root + "/");
        Assert.Contains($"The word-counter ({own}) ended: Clean", said, StringComparison.Ordinal);
        Assert.Contains($"network: Ready ({network}), ", said, StringComparison.Ordinal);
        return said;
    }

    private static string BuildOf(string said) => Build().Match(said).Groups[1].Value;

    [GeneratedRegex("build ([0-9a-f]{32})")]
    private static partial Regex Build();
}
