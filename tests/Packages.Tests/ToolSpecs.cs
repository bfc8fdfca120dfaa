using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.PackageTests;

/// <summary>The command as a tool of dotnet.</summary>
[Collection("packages")]
public sealed class ToolSpecs(PackedFolder packed)
{
    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task The_tool_is_installed_from_a_folder_and_is_a_native_program_with_native_children()
    {
        var place = await packed.CreatePlaceAsync();
        await packed.Programs.RunAsync("dotnet", place, "tool", "install", "ActorBrowser.Tool", "--add-source", packed.Packages, "--version", packed.Version, "--tool-path", "tools");
        await AssertWorksAsync(place, Path.Combine(place, "tools", "actorbrowser"), [], isNative: true);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(place, "tools"), "*.dll", SearchOption.AllDirectories));
    }

    // Systems that we have no native program for get this one.
    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task Without_a_native_program_the_tool_runs_on_the_shared_runtime_and_so_do_its_children()
    {
        await packed.PackedAsync();
        var version = packed.Version + ".portable";
        var portable = Path.Combine(packed.Folder, "portable");
        var tool = Path.Combine(PackedFolder.Repository(), "artifacts", "tool");
        await Programs.OfTheTests.RunAsync("dotnet", PackedFolder.Repository(), "pack", "packages/ActorBrowser.Tool", "-c", "Release", "-o", portable, "--nologo", "-v", "q",
            $"-p:PortableTool={tool}", $"-p:PackageVersion={version}");
        var place = await packed.CreatePlaceAsync();
        string[] from = ["--source", portable, "--version", version];
        await packed.Programs.RunAsync("dotnet", place, ["tool", "install", "ActorBrowser.Tool", .. from, "--tool-path", "tools"]);
        await AssertWorksAsync(place, Path.Combine(place, "tools", "actorbrowser"), [], isNative: false);
        await packed.Programs.RunAsync("dotnet", place, ["tool", "install", "ActorBrowser.Tool", .. from, "--create-manifest-if-needed"]);
        await AssertWorksAsync(place, "dotnet", ["actorbrowser"], isNative: false);
    }

    private async Task AssertWorksAsync(string place, string program, string[] before, bool isNative)
    {
        await using var site = await Site.StartAsync(static async context => await context.Response.Body.WriteAsync("a body"u8.ToArray()));
        Assert.Matches(isNative ? @"^actorbrowser 0\.1\.0 \(native" : @"^actorbrowser 0\.1\.0 \(JIT", await packed.Programs.RunAsync(program, place, [.. before, "--version"]));
        // After it, stderr may name layers that this machine does not offer an ordinary user.
        Assert.StartsWith("a body", await packed.Programs.RunAsync(program, place, [.. before, "fetch", site.Root + "/"]), StringComparison.Ordinal);
        Assert.StartsWith("made by a shell\n", await packed.Programs.RunAsync(program, place, [.. before, "exec", "--", "sh", "-c", "echo made by a shell"]), StringComparison.Ordinal);
    }
}
