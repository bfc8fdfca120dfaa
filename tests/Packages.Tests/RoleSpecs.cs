using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.PackageTests;

/// <summary>The template of a role.</summary>
[Collection("packages")]
public sealed class RoleSpecs(PackedFolder packed)
{
    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task A_role_from_the_template_builds_without_a_warning_passes_its_tests_and_runs()
    {
        var place = await packed.CreatePlaceAsync();
        await packed.Programs.RunAsync("dotnet", place, "new", "install", $"ActorBrowser.Templates@{packed.Version}", "--add-source", packed.Packages, "--force");
        await packed.Programs.RunAsync("dotnet", place, "new", "actorbrowser-role", "-n", "Counter", "-o", ".");
        await packed.Programs.RunAsync("dotnet", place, "build", "-warnaserror");
        Assert.Matches(@"Passed! .*Failed: +0, Passed: +3, Skipped: +0", await packed.Programs.RunAsync("dotnet", place, "test", "--no-build"));
        // Between them, the log may name layers that this machine does not offer an ordinary user.
        var said = await packed.Programs.RunAsync("dotnet", place, "run", "--no-build", "--project", "Counter", "--", "one two  three", "four");
        Assert.Equal(["3 words: one two  three", "1 words: four"], said.Split('\n').Where(static line => line.Contains(" words: ", StringComparison.Ordinal)));
    }
}
