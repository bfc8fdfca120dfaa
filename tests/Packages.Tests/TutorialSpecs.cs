using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.PackageTests;

/// <summary>Follows docs/tutorial.md as a reader does: writes its files, runs its commands, and compares what they print.</summary>
[Collection("packages")]
public sealed partial class TutorialSpecs(PackedFolder packed)
{
    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task Each_step_of_the_tutorial_does_what_it_says()
    {
        var place = await packed.CreatePlaceAsync();
        var steps = Step().Matches(await File.ReadAllTextAsync(Path.Combine(PackedFolder.Repository(), "docs", "tutorial.md")));
        Assert.Equal((5, 4), (steps.Count(static step => step.Groups["file"].Success), steps.Count(static step => !step.Groups["file"].Success)));
        foreach (Match step in steps)
        {
            var block = step.Groups["block"].Value;
            if (step.Groups["file"].Success)
                await WriteAsync(Path.Combine(place, step.Groups["file"].Value), block);
            else
                await RunAsync(place, block);
        }
    }

    // The stranger owns what the commands have made; the rest is created here, for anybody to write.
    private static async Task WriteAsync(string path, string content)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            Programs.CreateFolder(Path.GetDirectoryName(path)!);
        File.Delete(path);
        await File.WriteAllTextAsync(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
    }

    private async Task RunAsync(string place, string block)
    {
        foreach (var command in block.Split("$ ", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = command.Split('\n', 2);
            var said = await packed.Programs.RunAsync("sh", place, "-c", lines[0]);
            if (lines[1].Length > 0)
                Assert.Equal(lines[1], said);
        }
    }

    [GeneratedRegex(@"<!-- (run|file: (?<file>\S+)) -->\n```\w+\n(?<block>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Step();
}
