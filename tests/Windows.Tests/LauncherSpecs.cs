using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>The launcher, in process: this program starts itself as a child.</summary>
public sealed partial class LauncherSpecs
{
    [Fact]
    public async Task A_child_without_a_channel_exits_with_64_and_its_sentence()
    {
        using var child = await ChildLauncher.LaunchAsync(Launching.Of("renderer"));
        var exit = await child.Exited.WaitAsync(Launching.Patience);
        Assert.Equal(64, exit.ExitCode);
        Assert.Contains(exit.LastStderrLines, static line => line.Contains("only its parent can start a child", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_child_that_ends_before_it_connects_is_noticed_long_before_the_deadline()
    {
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString($"actorbrowser.child {{ executable = {Quote(Launching.Program)}, handshake-timeout = 60s }}"));
        var before = Stopwatch.GetTimestamp();
        var launched = await ProcessChildLauncher.Instance.LaunchAsync("no-such-role", SandboxPolicy.Unconfined("spec", "a spec of the launch"), settings, new NoLog(), CancellationToken.None);
        var exit = await launched.Process.Exited.WaitAsync(Launching.Patience);
        Assert.True(Stopwatch.GetElapsedTime(before) < TimeSpan.FromSeconds(20));
        Assert.Equal(64, exit.ExitCode);
        Assert.Contains(exit.LastStderrLines, static line => line.Contains("no role 'no-such-role'", StringComparison.Ordinal));
        launched.Channel.Dispose();
    }

    [Fact]
    public async Task A_child_connects_to_its_pipe_and_ends_when_it_is_closed()
    {
        using var endpoint = new NamedPipeEndpoint();
        using var child = await ChildLauncher.LaunchAsync(Launching.Of("renderer") with { PipeName = endpoint.Name, PipeSecret = endpoint.Secret });
        using (await endpoint.AcceptAsync(ChannelLimits.Default, CancellationToken.None, child.Id).WaitAsync(Launching.Patience))
            Assert.False(child.Exited.IsCompleted);
        await child.Exited.WaitAsync(Launching.Patience);
    }

    [Fact]
    public async Task A_peer_without_the_secret_is_refused()
    {
        using var endpoint = new NamedPipeEndpoint();
        var accepting = endpoint.AcceptAsync(ChannelLimits.Default, CancellationToken.None);
        using var client = new NamedPipeClientStream(".", endpoint.Name, PipeDirection.InOut, PipeOptions.Asynchronous);
        await client.ConnectAsync(5000);
        await client.WriteAsync(new byte[32]);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => accepting.WaitAsync(Launching.Patience));
    }

    [Fact]
    public async Task A_killed_child_has_the_exit_code_of_a_kill()
    {
        using var endpoint = new NamedPipeEndpoint();
        using var child = await ChildLauncher.LaunchAsync(Launching.Of("renderer") with { PipeName = endpoint.Name, PipeSecret = endpoint.Secret });
        child.Kill();
        Assert.Equal(137, (await child.Exited.WaitAsync(Launching.Patience)).ExitCode);
    }

    [Fact]
    public async Task No_child_outlives_a_parent_that_was_ended()
    {
        using var parent = Process.Start(new ProcessStartInfo(Launching.Program, [Helper.Argument, "launch"]) { RedirectStandardOutput = true })!;
        var line = await parent.StandardOutput.ReadLineAsync().WaitAsync(Launching.Patience);
        using var child = Process.GetProcessById(int.Parse(line!, System.Globalization.CultureInfo.InvariantCulture));
        parent.Kill();
        using var over = new CancellationTokenSource(Launching.Patience);
        await child.WaitForExitAsync(over.Token);
    }

    [Fact]
    public async Task A_process_inherits_the_handles_named_for_it_and_no_other()
    {
        using var named = WindowsPipe.Null();
        using var other = WindowsPipe.Null();
        Assert.Equal("not inherited", await HandleAsync(named, other));
        Assert.Equal("inherited", await HandleAsync(named, named));
    }

    [Fact]
    public async Task A_job_ends_all_its_processes_when_it_is_disposed()
    {
        var job = WindowsJob.Create(default, hasUserInterface: true);
        var (output, write) = WindowsPipe.ForReading(4096);
        using var process = WindowsProcess.Start(new WindowsStart(Launching.Program, WindowsCommandLine.Of(Launching.Program, [Helper.Argument, "wait"]), Variables(), job) { Output = write });
        write.Dispose();
        using var reader = new StreamReader(output);
        Assert.Equal("waiting", await reader.ReadLineAsync().WaitAsync(Launching.Patience));
        Assert.True(job.Contains(process.Handle.DangerousGetHandle()));
        job.Dispose();
        await WindowsWait.ForAsync(process.Handle).WaitAsync(Launching.Patience);
    }

    [Fact]
    public void Any_argument_survives_its_quoting()
    {
        var random = new Random(24);
        const string letters = "ab \t\"\\\\\"ü世%^&|<>!'";
        for (var i = 0; i < 2000; i++)
        {
            string[] arguments = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => new string([.. Enumerable.Range(0, random.Next(8)).Select(_ => letters[random.Next(letters.Length)])]))];
            Assert.Equal(arguments, Parse(WindowsCommandLine.Of("program.exe", arguments))[1..]);
        }
    }

    private static async Task<string> HandleAsync(SafeFileHandle named, SafeFileHandle asked)
    {
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        var (output, write) = WindowsPipe.ForReading(4096);
        using var process = WindowsProcess.Start(new WindowsStart(
            Launching.Program, WindowsCommandLine.Of(Launching.Program, [Helper.Argument, "handles", $"{asked.DangerousGetHandle()}"]), Variables(), job)
        { Input = named, Output = write });
        write.Dispose();
        using var reader = new StreamReader(output);
        return await reader.ReadToEndAsync().WaitAsync(Launching.Patience);
    }

    private static List<string> Variables() => ChildEnvironment.Build(new Dictionary<string, string>(StringComparer.Ordinal));

    private static string Quote(string path) => $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal)}\"";

    private static unsafe string[] Parse(string line)
    {
        int count;
        var parts = CommandLineToArguments(line, &count);
        var arguments = new string[count];
        for (var i = 0; i < count; i++)
            arguments[i] = Marshal.PtrToStringUni(((nint*)parts)[i])!;
        return arguments;
    }

    [LibraryImport("shell32", EntryPoint = "CommandLineToArgvW", StringMarshalling = StringMarshalling.Utf16)]
    private static unsafe partial nint CommandLineToArguments(string line, int* count);

    private sealed class NoLog : IChildLogSink
    {
        public void OnLine(ChildLogLine line)
        {
        }

        public void OnSuppressed(long lines)
        {
        }
    }
}
