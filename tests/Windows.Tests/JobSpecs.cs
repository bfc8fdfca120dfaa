using System.ComponentModel;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>Jobs that are watched: what tells that they are empty, and what is left of that.</summary>
public sealed class JobSpecs
{
    private const int Rounds = 200;

    [Fact]
    public void A_watch_that_cannot_begin_leaves_nothing()
    {
        using var noJob = new ManualResetEvent(false);
        var before = Handles.Open();
        for (var i = 0; i < Rounds; i++)
            Assert.Throws<Win32Exception>(() => WindowsJobWatch.Begin(noJob.SafeWaitHandle.DangerousGetHandle()));
        Assert.InRange(Handles.Open() - before, int.MinValue, Rounds / 2);
    }

    [Fact]
    public async Task A_watch_ends_with_its_job_and_closes_its_port()
    {
        var before = Handles.Open();
        for (var i = 0; i < Rounds; i++)
        {
            var job = WindowsJob.Create(default, hasUserInterface: true, isWatched: true);
            job.Dispose();
            await job.Watch!.Ended.WaitAsync(Launching.Patience);
        }
        // A thread has handles of its own until it has ended and its object was collected.
        using var over = new CancellationTokenSource(Launching.Patience);
        while (Handles.Open() - before > Rounds / 2)
        {
            over.Token.ThrowIfCancellationRequested();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_watched_job_tells_that_it_is_empty_and_which_processes_are_in_it()
    {
        using var job = WindowsJob.Create(default, hasUserInterface: true, isWatched: true);
        using var process = WindowsProcess.Start(
            new WindowsStart(Launching.Program, WindowsCommandLine.Of(Launching.Program, [Helper.Argument, "stay"]), ChildEnvironment.Build(new Dictionary<string, string>(StringComparer.Ordinal)), job));
        Assert.Equal([process.Id], job.Processes());
        Assert.False(job.Emptied.IsCompleted);
        job.Terminate(WindowsStatus.Killed);
        await job.Emptied.WaitAsync(Launching.Patience);
        Assert.Empty(job.Processes());
    }
}
