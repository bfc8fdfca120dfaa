using System.Diagnostics;
using ActorBrowser.Transport;

namespace ActorBrowser.ProcessesTests;

public sealed class ManySpecs
{
    [Fact]
    public async Task Fifty_spawns_at_once_leak_no_descriptor_into_each_other()
    {
        Environment.SetEnvironmentVariable("ACTORBROWSER_TEST_SECRET", "canary");
        var children = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => LiveChild.ReadyAsync("echo")));
        try
        {
            // The inodes of each child's descriptors other than its own four: none of them may be open in another child or in this process.
            var open = new List<string[]>();
            foreach (var child in children)
            {
                var links = (await child.AskEchoAsync(1)).Select(l => l.Split(' ', 2)).ToLookup(p => int.Parse(p[0], null) <= 3, p => p[1]);
                // The runtime keeps copies of its own stdout and stderr; those do not belong to another process.
                open.Add([.. links[false].Distinct().Where(IsPrivate).Except(links[true])]);
                Assert.DoesNotContain("ACTORBROWSER_TEST_SECRET", await child.AskEchoAsync(2));
            }
            var ours = Directory.GetFileSystemEntries("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget ?? "").Where(IsPrivate).ToHashSet();
            Assert.All(open, child => Assert.DoesNotContain(child, ours.Contains));
            Assert.All(open.SelectMany(static child => child).GroupBy(static inode => inode), shared => Assert.Single(shared));
        }
        finally
        {
            foreach (var child in children)
                child.Dispose();
        }
        await Task.WhenAll(children.Select(c => c.Process.Exited)).Soon();
        Assert.All(children, c => Assert.False(ProcessTable.Exists(c.Process.Id)));
    }

    [Fact]
    public async Task The_inherited_descriptor_is_named_by_the_environment()
    {
        using var child = await LiveChild.ReadyAsync("echo");
        Assert.Contains("ACTORBROWSER_IPC_FD", await child.AskEchoAsync(2));
        Assert.Contains("3", (await child.AskEchoAsync(1)).Select(l => l.Split(' ')[0]));
    }

    [Fact]
    public async Task A_parent_that_starts_processes_of_its_own_loses_none_of_their_exits_nor_we_ours()
    {
        var theirs = Enumerable.Range(0, 40).Select(async i =>
        {
            using var process = Process.Start(TestChildProgram.Path, ["exit", (i % 7).ToString(null, null)]);
            await process.WaitForExitAsync().WaitAsync(Deadline.Long);
            return process.ExitCode == i % 7;
        });
        var ours = Enumerable.Range(0, 20).Select(async _ =>
        {
            using var child = await LiveChild.ReadyAsync("exit-7");
            child.Send(new RoleMessage(0, default));
            return (await child.Process.Exited.Soon()).ExitCode == 7;
        });
        Assert.All(await Task.WhenAll(theirs.Concat(ours)), Assert.True);
    }

    [Fact]
    public async Task A_thousand_children_come_and_go_without_a_trace()
    {
        await CycleAsync(20, "renderer");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (descriptors, threads) = (ProcessTable.OpenDescriptors(), ProcessTable.Threads());
        await CycleAsync(900, "invalid");
        await CycleAsync(100, "renderer");
        Assert.Empty(ProcessTable.Children());
        await ProcessTable.Until(() => ProcessTable.OpenDescriptors() <= descriptors, Deadline.Long);
        // The pool's threads come and go; one thread per child would be a thousand.
        Assert.InRange(ProcessTable.Threads(), 1, threads + 8);
    }

    private static bool IsPrivate(string link) => link.StartsWith("socket:", StringComparison.Ordinal) || link.StartsWith("pipe:", StringComparison.Ordinal);

    private static async Task CycleAsync(int count, string role)
    {
        using var gate = new SemaphoreSlim(4);
        await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            await gate.WaitAsync();
            try
            {
                using var child = role == "invalid" ? await LiveChild.LaunchAsync(role) : await LiveChild.ReadyAsync(role);
                if (role != "invalid")
                    child.Send(default(Shutdown));
                Assert.Equal(role == "invalid" ? 64 : 0, (await child.Process.Exited.Soon()).ExitCode);
            }
            finally
            {
                gate.Release();
            }
        }));
    }
}
