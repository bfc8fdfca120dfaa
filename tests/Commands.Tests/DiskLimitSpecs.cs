using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>The limit on the disk of a command's folder.</summary>
public sealed class DiskLimitSpecs() : CommandSpecs("""actorbrowser.sandbox.bases.command.limits.disk = "1 %" """)
{
    [Fact]
    public async Task A_command_while_which_the_disk_of_its_folder_fills_is_ended()
    {
        var folder = Directory.CreateDirectory($"/var/tmp/ab-disk-{Guid.NewGuid():n}").FullName;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        // Allocated to the file without being written.
        var exit = (await RunAsync(Spawn.Shell($"fallocate -l {free / 50} much && sleep 1000") with { Folder = folder, TotalTimeout = TimeSpan.FromSeconds(60) })).Exit!;
        Assert.Equal(ExitCause.DiskLimit, exit.Cause);
        Assert.Equal(0, (await RunAsync(Spawn.Shell($"rm much; fallocate -l {free / 1000} little; sleep 0.6") with { Folder = folder })).Exit!.ExitCode);
        Directory.Delete(folder, true);
    }
}
