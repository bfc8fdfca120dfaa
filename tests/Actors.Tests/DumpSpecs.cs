using System.Globalization;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A child that aborts or faults is dumped while it waits for its filter's answer, if this process may attach to it.</summary>
public sealed class DumpSpecs : TestKit
{
    private const int MayTrace = 19;

    private readonly string _folder;

    public DumpSpecs() : this(Directory.CreateTempSubdirectory("actorbrowser-dumps-").FullName)
    {
    }

    private DumpSpecs(string folder) : base($"""
        akka.loglevel = WARNING
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{TestChildProgram.Path}"
        actorbrowser.crashes.folder = "{folder}"
        actorbrowser.crashes.dump = mini
        actorbrowser.crashes.kept = 2
        """) => _folder = folder;

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(_folder, true);
    }

    [Theory]
    [InlineData("abort", 6)]
    [InlineData("fault", 11)]
    public async Task A_child_that_crashes_leaves_a_dump_or_a_warning_that_says_why_not(string role, int signal)
    {
        var browser = Sys.StartActorBrowser();
        if (!MayAttach())
        {
            await EventFilter.Warning(contains: "no dump of it was written").ExpectAsync(1, Deadline.Long, async () => Assert.Null((await CrashAsync(browser, role)).Dump));
            return;
        }
        for (var i = 0; i < 3; i++)
        {
            var exited = await CrashAsync(browser, role);
            Assert.Equal((ExitReason.Crashed, (int?)signal), (exited.Reason, exited.Signal));
            var file = Path.Combine(_folder, exited.Dump!);
            Assert.Equal("\u007fELF"u8.ToArray(), (await File.ReadAllBytesAsync(file))[..4]);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode);
            var journal = (await browser.Ask<CrashProtocol.Crashes>(new CrashProtocol.GetCrashes(), Deadline.Long)).Reports;
            Assert.Equal(exited.Dump, journal[0].Dump);
        }
        Assert.Equal(2, Directory.GetFiles(_folder, "*.dmp").Length);
    }

    [Fact]
    public async Task A_child_that_starts_a_process_as_if_it_had_crashed_and_lives_on_has_broken_its_profile()
    {
        var probe = await ActAsync(Sys.StartActorBrowser(), "fork");
        var violated = await probe.FishForMessageAsync<SandboxViolated>(static _ => true, TimeSpan.FromSeconds(60));
        Assert.Equal("clone", violated.Violation.Call);
    }

    private async Task<ChildExited> CrashAsync(IActorRef browser, string role)
    {
        var probe = await ActAsync(browser, role);
        // A crash is not a violation, although the runtime has tried to start createdump.
        return await probe.ExpectMsgAsync<ChildExited>(Deadline.Long);
    }

    private async Task<TestProbe> ActAsync(IActorRef browser, string role)
    {
        var probe = CreateTestProbe();
        probe.IgnoreMessages(static message => message is not (ChildExited or SandboxViolated));
        var child = (await browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild(role), Deadline.Long)).Child;
        child.Tell(new Subscribe(probe));
        child.Tell(new SendToRole(0, default), ActorRefs.NoSender);
        return probe;
    }

    private static bool MayAttach()
    {
        var line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return (ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> MayTrace & 1) != 0;
    }
}
