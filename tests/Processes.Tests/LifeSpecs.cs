using System.Diagnostics;
using System.Runtime.CompilerServices;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ProcessesTests;

public sealed class LifeSpecs
{
    [Fact]
    public void Ends_of_children_are_told_by_a_descriptor_only_where_no_thread_would_take_the_signal()
    {
        if (OperatingSystem.IsLinux())
            Assert.Contains("SIGCHLD", Assert.Throws<InvalidOperationException>(Interop.ChildExits.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spawn_ping_pong_shutdown_exits_with_code_0()
    {
        using var child = await LiveChild.ReadyAsync("renderer");
        Assert.Equal(MessageType.Pong, (await child.AskAsync(new Ping(1))).Type);
        Assert.True(child.Process.IsAlive);
        child.Send(default(Shutdown));
        var exit = await child.Process.Exited.Soon();
        Assert.Equal((0, (int?)null), (exit.ExitCode, exit.Signal));
        Assert.False(child.Process.IsAlive);
        Assert.False(ProcessTable.Exists(child.Process.Id));
    }

    [Fact]
    public async Task Hello_tells_what_was_measured()
    {
        using var child = await LiveChild.ReadyAsync("renderer");
        var hello = await child.Hello.Soon();
        Assert.Equal((WireProtocol.Version, WireProtocol.BuildId, "renderer", child.Process.Id), (hello.ProtocolVersion, hello.BuildId, hello.Role, hello.ProcessId));
        Assert.True(hello.Layers.Single(l => l.Layer == "not-dumpable").Enforced);
        Assert.True(hello.Layers.Single(l => l.Layer == "parent-death-signal").Enforced);
    }

    [Fact]
    public async Task The_end_of_the_channel_is_an_order_to_exit_even_where_a_role_spins()
    {
        using var child = await LiveChild.ReadyAsync("busy");
        child.Send(new RoleMessage(0, default));
        await ProcessTable.Until(() => Directory.GetDirectories($"/proc/{child.Process.Id}/task").Length > 3, Deadline.Long);
        child.Channel.Dispose();
        var exit = await child.Process.Exited.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(69, exit.ExitCode);
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("renderer")]
    [InlineData("busy")]
    [InlineData("hang")]
    [InlineData("flood-stderr")]
    public async Task Kill_works_whatever_the_child_is_doing_and_twice(string role)
    {
        using var child = role == "silent" ? await LiveChild.LaunchAsync(role) : await LiveChild.ReadyAsync(role);
        if (role is not "silent" and not "renderer")
            child.Send(new RoleMessage(0, default));
        child.Process.Kill();
        child.Process.Kill();
        var exit = await child.Process.Exited.Soon();
        Assert.Equal(((int?)null, 9), (exit.ExitCode, exit.Signal));
        child.Process.Kill();
        Assert.False(ProcessTable.Exists(child.Process.Id));
    }

    [Fact]
    public async Task Kill_right_after_the_spawn_is_a_kill()
    {
        for (var i = 0; i < 20; i++)
        {
            using var child = await LiveChild.LaunchAsync("renderer");
            child.Process.Kill();
            Assert.Equal(9, (await child.Process.Exited.Soon()).Signal);
        }
    }

    [Fact]
    public async Task Exit_code_and_last_lines_come_with_the_exit()
    {
        using var child = await LiveChild.ReadyAsync("three-lines");
        child.Send(new RoleMessage(0, default));
        var exit = await child.Process.Exited.Soon();
        Assert.Equal(9, exit.ExitCode);
        Assert.Equal(["one", "two", "three"], exit.LastStderrLines);
        Assert.True(exit.EndedAt >= exit.StartedAt);
    }

    [Fact]
    public async Task An_abort_is_a_signal_and_says_why_on_stderr()
    {
        using var child = await LiveChild.ReadyAsync("abort");
        child.Send(new RoleMessage(0, default));
        var exit = await child.Process.Exited.Soon();
        Assert.Equal(6, exit.Signal);
        Assert.Contains(exit.LastStderrLines, l => l.Contains("aborted on purpose", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flood_of_stderr_neither_blocks_the_child_nor_fills_the_parent()
    {
        var lines = new Lines();
        using var child = await LiveChild.ReadyAsync("flood-stderr", lines);
        child.Send(new RoleMessage(0, default));
        await ProcessTable.Until(() => lines.Suppressed > 5000, Deadline.Long);
        // The child still answers.
        Assert.Equal(MessageType.Pong, (await child.AskAsync(new Ping(1))).Type);
        child.Process.Kill();
        var exit = await child.Process.Exited.Soon();
        Assert.Equal(20, exit.LastStderrLines.Count);
        Assert.True(lines.All.Count < 20_000, $"{lines.All.Count} lines were told.");
    }

    [Theory]
    [InlineData("garbage", nameof(ViolationKind.FrameTooLarge))]
    [InlineData("half-frame", nameof(ViolationKind.TruncatedFrame))]
    public async Task A_child_that_breaks_the_stream_ends_its_channel_with_a_violation(string role, string kind)
    {
        using var child = await LiveChild.LaunchAsync(role);
        var closed = await child.Closed.Soon();
        Assert.Equal((ChannelEnd.Violation, kind), (closed.End, closed.Violation?.Kind.ToString()));
    }

    [Fact]
    public async Task A_role_that_throws_ends_with_code_70_and_says_why()
    {
        using var child = await LiveChild.LaunchAsync("network");
        // ChildArgs without the network's configuration: its start throws.
        var exit = await child.Process.Exited.Soon();
        Assert.Equal(70, exit.ExitCode);
        Assert.Contains(exit.LastStderrLines, l => l.Contains("the role or its channel failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dropping_the_handle_leaves_no_process_and_no_zombie()
    {
        var pid = await DropAsync();
        await ProcessTable.Until(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !ProcessTable.Exists(pid);
            },
            Deadline.Long);
        Assert.DoesNotContain(pid, ProcessTable.Children());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<int> DropAsync()
    {
        // No channel: otherwise the channel's end would end the child, and this test is about the handle.
        var process = await ChildLauncher.LaunchAsync(new ChildLaunch { Role = "silent", Executable = ChildExecutable.FromPath(TestChildProgram.Path) });
        Assert.True(process.IsAlive);
        return process.Id;
    }

    [Fact]
    public async Task A_parent_killed_with_SIGKILL_leaves_nothing_after_a_second_even_where_children_spin()
    {
        foreach (var role in new[] { "echo", "busy", "hang", "flood-stderr" })
        {
            using var parent = Process.Start(new ProcessStartInfo(TestChildProgram.Path, ["parent", role, "3"]) { RedirectStandardOutput = true })!;
            var line = await parent.StandardOutput.ReadLineAsync().Soon();
            var pids = line!.Split(' ').Select(int.Parse).ToArray();
            var alive = pids.Count(ProcessTable.Exists);
            parent.Kill();
            Assert.Equal(pids.Length, alive);
            await ProcessTable.Until(() => !pids.Any(ProcessTable.Exists), TimeSpan.FromSeconds(5));
            await parent.WaitForExitAsync().Soon();
        }
    }

    [Fact]
    public async Task Invalid_subprocess_kind_exits_with_an_error()
    {
        foreach (var kind in new[] { "invalid", "browser", "" })
        {
            using var process = await KeptThread.StartAsync(new ProcessStartInfo(TestChildProgram.Path, [$"--subprocess-kind={kind}"]) { RedirectStandardError = true });
            var error = await process.StandardError.ReadToEndAsync().Soon();
            await process.WaitForExitAsync().Soon();
            Assert.Equal(64, process.ExitCode);
            Assert.Single(error.TrimEnd('\n').Split('\n'));
            Assert.Contains(kind == "browser" ? "never a subprocess" : "no role", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_role_without_a_channel_says_so()
    {
        using var process = await KeptThread.StartAsync(new ProcessStartInfo(TestChildProgram.Path, ["--subprocess-kind", "renderer"]) { RedirectStandardError = true });
        var error = await process.StandardError.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        Assert.Equal(64, process.ExitCode);
        Assert.Contains("no channel", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_a_typed_failure_that_leaves_nothing()
    {
        var before = ProcessTable.OpenDescriptors();
        using (var channel = SocketChannel.CreatePair(ChannelLimits.Default, out var end))
        {
            var failure = await Assert.ThrowsAsync<LaunchException>(() => ChildLauncher.LaunchAsync(
                new ChildLaunch { Role = "renderer", Executable = new ChildExecutable("/nonexistent/program", []), Channel = end }));
            Assert.Equal((LaunchErrorKind.NotFound, 2), (failure.Kind, failure.Errno));
            Assert.True(end.IsClosed);
        }
        Assert.Equal(before, ProcessTable.OpenDescriptors());
        var denied = await Assert.ThrowsAsync<LaunchException>(() => ChildLauncher.LaunchAsync(
            new ChildLaunch { Role = "renderer", Executable = new ChildExecutable("/etc/hostname", []) }));
        Assert.Equal(LaunchErrorKind.NotExecutable, denied.Kind);
    }
}
