using System.Globalization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A child that aborts is written down while it waits for its filter's answer, where this process may attach to it.</summary>
public sealed class DumpSpecs : TestKit
{
    private const int MayTrace = 19;

    private static readonly string Folder = Directory.CreateTempSubdirectory("actorbrowser-dumps-").FullName;

    public DumpSpecs() : base($"""
        akka.loglevel = WARNING
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{TestChildProgram.Path}"
        actorbrowser.crashes.folder = "{Folder}"
        actorbrowser.crashes.dump = mini
        actorbrowser.crashes.kept = 2
        """)
    {
    }

    [Fact]
    public async Task A_child_that_aborts_leaves_a_dump_or_a_warning_that_says_why_not()
    {
        var browser = Sys.StartActorBrowser();
        if (!MayAttach())
        {
            await EventFilter.Warning(contains: "no dump of it was written").ExpectAsync(1, Deadline.Long, async () => Assert.Null((await AbortAsync(browser)).Dump));
            Directory.Delete(Folder, true);
            return;
        }
        for (var i = 0; i < 3; i++)
        {
            var exited = await AbortAsync(browser);
            Assert.Equal((ExitReason.Crashed, (int?)6), (exited.Reason, exited.Signal));
            var file = Path.Combine(Folder, exited.Dump!);
            Assert.Equal("\u007fELF"u8.ToArray(), (await File.ReadAllBytesAsync(file))[..4]);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode);
            var journal = (await browser.Ask<CrashProtocol.Crashes>(new CrashProtocol.GetCrashes(), Deadline.Long)).Reports;
            Assert.Equal(exited.Dump, journal[0].Dump);
        }
        Assert.Equal(2, Directory.GetFiles(Folder, "*.dmp").Length);
        Directory.Delete(Folder, true);
    }

    private async Task<ChildExited> AbortAsync(IActorRef browser)
    {
        var probe = CreateTestProbe();
        var child = (await browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("abort"), Deadline.Long)).Child;
        child.Tell(new Subscribe(probe));
        probe.IgnoreMessages(static message => message is not ChildExited);
        child.Tell(new SendToRole(0, default), ActorRefs.NoSender);
        return await probe.ExpectMsgAsync<ChildExited>(Deadline.Long);
    }

    private static bool MayAttach()
    {
        var line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return (ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> MayTrace & 1) != 0;
    }
}
