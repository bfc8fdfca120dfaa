using System.Globalization;
using ActorBrowser.Interop;
using static ActorBrowser.Sandbox.ControlGroups;

namespace ActorBrowser.SandboxTests;

/// <summary>The values written to control groups: into a folder that replaces the kernel's, and into the kernel's if this machine has one.</summary>
public sealed class ControlGroupSpecs : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ab-groups-").FullName;

    public void Dispose() => Directory.Delete(_root, true);

    private string? Written(string file) => Directory.GetFiles(_root, file, SearchOption.AllDirectories) is [var path] ? File.ReadAllText(path) : null;

    [Theory]
    [InlineData("io.weight", 100, 10_000, 100, "100")]
    [InlineData("io.weight", 100, 10_000, 25, "25")]
    [InlineData("io.bfq.weight", 100, 1000, 5000, "1000")]
    [InlineData("blkio.weight", 500, 1000, 100, "500")]
    [InlineData("blkio.bfq.weight", 100, 1000, 50, "50")]
    public async Task A_weight_on_the_disks_is_written_in_the_unit_of_its_file(string file, int usual, int most, int weight, string written)
    {
        var groups = new ControlGroups(null, null, null, null, (_root, new WeightFile(file, usual, most)));
        using var group = groups.Create(new SandboxLimits { DiskWeight = weight });
        await group!.AddAsync(Environment.ProcessId);
        Assert.Equal(written, Written(file));
        Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), Written("cgroup.procs"));
    }

    [Fact]
    public async Task Weights_and_limits_of_version_2_are_those_of_one_group()
    {
        var groups = new ControlGroups(_root, null, null, (_root, new WeightFile("cpu.weight", 100, 10_000)), (_root, new WeightFile("io.weight", 100, 10_000)));
        using var group = groups.Create(new SandboxLimits { Memory = 1 << 20, Processes = 7, ProcessorWeight = 30, DiskWeight = 40 });
        await group!.AddAsync(Environment.ProcessId);
        Assert.Equal(("1048576", "7", "30", "40"), (Written("memory.max"), Written("pids.max"), Written("cpu.weight"), Written("io.weight")));
        Assert.Single(Directory.GetDirectories(_root));
    }

    [Fact]
    public async Task A_weight_on_the_processors_is_written_in_shares_in_version_1()
    {
        var groups = new ControlGroups(null, null, null, (_root, new WeightFile("cpu.shares", 1024, 262_144)), null);
        using var group = groups.Create(new SandboxLimits { ProcessorWeight = 50, DiskWeight = 50 });
        await group!.AddAsync(Environment.ProcessId);
        Assert.Equal("512", Written("cpu.shares"));
    }

    [Fact]
    public async Task The_kernel_takes_the_weight_of_this_machine_s_disks()
    {
        var groups = ControlGroups.Probe();
        using var group = groups.Create(new SandboxLimits { DiskWeight = 30 });
        // There is no file for a weight.
        if (group is null)
            return;
        // A pid without a process, like a process that is gone already.
        await group.AddAsync(int.MaxValue);
    }

    [Theory]
    [InlineData("actorbrowser", "cpuset cpu io memory pids\n", "cpu\n", "+memory +pids +io", true)]
    [InlineData("actorbrowser", "memory pids\n", "memory pids\n", "memory pids\n", true)]
    [InlineData("main", "memory pids\n", "\n", "\n", false)]
    public void A_group_named_actorbrowser_says_that_its_parent_was_delegated(string own, string controllers, string given, string written, bool delegated)
    {
        File.WriteAllText(Path.Combine(_root, "cgroup.controllers"), controllers);
        File.WriteAllText(Path.Combine(_root, "cgroup.subtree_control"), given);
        Assert.Equal(delegated ? _root : Path.Combine(_root, own), DelegatedGroup.Of(Path.Combine(_root, own)));
        Assert.Equal(written, Written("cgroup.subtree_control"));
    }

    [Fact]
    public void Where_nothing_can_be_given_groups_stay_below_the_own_one() =>
        Assert.Equal(Path.Combine(_root, "actorbrowser"), DelegatedGroup.Of(Path.Combine(_root, "actorbrowser")));

    [Theory]
    [InlineData(1000, 1000, 101, 101, false)]
    [InlineData(1000, 1000, 99, 1000, true)]
    [InlineData(1000, 1000, 1000, 99, true)]
    [InlineData(1000, long.MaxValue, 1000, long.MaxValue, false)]
    public void A_disk_is_full_when_bytes_or_files_are_gone(long bytes, long files, long bytesNow, long filesNow, bool lost) =>
        Assert.Equal(lost, new DiskSpace(bytes, files).HasLost(new DiskSpace(bytesNow, filesNow), 90));

    [Fact]
    public void A_disk_tells_what_is_free()
    {
        var here = DiskSpace.Here();
        Assert.Equal(new DriveInfo(Environment.CurrentDirectory).AvailableFreeSpace, here!.Value.Bytes, (a, b) => Math.Abs(a - b) < 1 << 30);
        Assert.True(here.Value.Files > 0);
    }
}
