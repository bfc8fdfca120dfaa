using System.Runtime.Versioning;

namespace ActorBrowser.ActorsTests;

/// <summary>A folder of crash reports to which other programs can write.</summary>
[SupportedOSPlatform("linux")]
public sealed class CrashFileSpecs
{
    [Fact]
    public async Task What_is_no_regular_file_is_passed_over_and_waited_for_by_nobody()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-crashes-ä-").FullName;
        var report = new CrashReport("1", "renderer", 1, ExitReason.Crashed, KillCause.None, 7, null, null, "It is gone.", [], [], [], default, null, default, null, "", "");
        await File.WriteAllTextAsync(Path.Combine(folder, "a.json"), CrashFiles.ToJson(report));
        await NamedPipe.MakeAsync(Path.Combine(folder, "b.json"));
        File.CreateSymbolicLink(Path.Combine(folder, "c.json"), "/dev/zero");
        File.CreateSymbolicLink(Path.Combine(folder, "d.json"), Path.Combine(folder, "nothing"));
        File.CreateSymbolicLink(Path.Combine(folder, "e.json"), Path.Combine(folder, "a.json"));
        await using (var huge = File.Create(Path.Combine(folder, "f.json")))
            huge.SetLength(1L << 30);
        var read = await Task.Run(() => CrashFiles.Read(folder)).Soon();
        Assert.Equal(["1", "1"], read.Select(static one => one.Id));
        Directory.Delete(folder, recursive: true);
    }
}
