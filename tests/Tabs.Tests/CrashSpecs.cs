using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>The records of a lost child.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class CrashSpecs : BrowserSpecs
{
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"actorbrowser-crashes-{Guid.NewGuid():N}");

    public CrashSpecs() : base($"actorbrowser.crashes {{ folder = \"{Folder}\", kept = 3 }}")
    {
    }

    [Fact]
    public async Task A_lost_child_is_a_report_that_says_how_and_nothing_about_people()
    {
        var site = await ServeHtmlAsync("<title>x</title>");
        var tab = await OpenAsync();
        await using var events = tab.Events.GetAsyncEnumerator();
        for (var i = 0; i < 4; i++)
        {
            var page = await tab.NavigateAsync($"{site}/secret-{i}").Soon();
            await Signals.SendAsync(page.ProcessId, "KILL");
            await NextAsync<Crashed>(events);
        }
        var journal = (await Browser.Ask<CrashProtocol.Crashes>(new CrashProtocol.GetCrashes(), Deadline.Long)).Reports;
        Assert.Equal([9, 9, 9], journal.Select(static report => report.Signal ?? 0));
        Assert.All(journal, static report =>
        {
            Assert.Equal(("renderer", ExitReason.Crashed), (report.Role, report.Reason));
            Assert.Contains(report.Sandbox, static layer => layer == "no-new-privileges: in force");
        });
        Assert.EndsWith("-4-renderer", journal[0].Id, StringComparison.Ordinal);
        Assert.Equal(journal.Select(static report => report.Id), CrashFiles.Read(Folder).Select(static report => report.Id));
        foreach (var file in Directory.GetFiles(Folder))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            var text = await File.ReadAllTextAsync(file);
            Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
            Assert.DoesNotContain("http", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/home/", text, StringComparison.Ordinal);
        }
        // Files of other programs are skipped.
        var good = CrashFiles.Read(Folder);
        foreach (var (name, text) in ((string, string)[])[("a", "{}"), ("b", "null"), ("c", "[]"), ("d", "no JSON"), ("e", CrashFiles.ToJson(good[0])[..200]), ("f", "{\"id\": null}")])
            await File.WriteAllTextAsync(Path.Combine(Folder, name + ".json"), text);
        Assert.Equal(good.Select(static report => report.Id), CrashFiles.Read(Folder).Select(static report => report.Id));
        Directory.Delete(Folder, true);
    }
}
