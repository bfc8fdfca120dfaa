using ActorBrowser.Sandbox;
using Akka.Actor;
using Akka.Configuration;

namespace ActorBrowser.ActorsTests;

/// <summary>Launches wait without threads. Runs alone, because it observes the process's thread pool.</summary>
[Collection(RoleContractSpecs.Alone)]
public sealed class LaunchPathSpecs
{
    private const int Many = 300;

    [Fact]
    public async Task Three_hundred_launches_at_once_hold_no_thread_of_the_pool()
    {
        using var hold = new ManualResetEventSlim();
        using var system = ActorSystem.Create("launches", ConfigurationFactory.ParseString($"""
            akka.loglevel = OFF
            akka.log-dead-letters = off
            akka.stdout-loglevel = OFF
            actorbrowser.child.executable = "{TestChildProgram.Path}"
            actorbrowser.child.max-starting = {Many}
            """));
        var launcher = new CountingLauncher();
        var browser = system.StartActorBrowser(new ActorBrowserOptions { Launcher = launcher });
        await browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        // The only thread that starts processes is busy, so all launches wait for it.
        WorkThread.Spawner.Add(() => hold.Wait(2 * Deadline.Long));
        var before = ThreadPool.ThreadCount;
        var most = before;
        try
        {
            for (var i = 0; i < Many; i++)
                browser.Tell(new BrowserProtocol.SpawnChild("echo"), ActorRefs.NoSender);
            await ProcessTable.Until(
                () =>
                {
                    most = Math.Max(most, ThreadPool.ThreadCount);
                    return launcher.Begun == Many && ThreadPool.PendingWorkItemCount == 0;
                }, Deadline.Long);
            // On a loaded machine the pool adds some threads; launches that held threads would make it add one for each, or never end.
            Assert.InRange(most - before, -Many, Many / 4);
        }
        finally
        {
            var terminating = system.Terminate();
            await ProcessTable.Until(() => launcher.Cancelled == Many, Deadline.Long);
            hold.Set();
            await terminating.Soon();
        }
        // Launches that were given up while they waited for the spawner have started no process.
        Assert.Equal(0, launcher.Launched);
    }

    /// <summary>The real launcher, which counts.</summary>
    private sealed class CountingLauncher : IChildLauncher
    {
        private int _begun;
        private int _launched;
        private int _cancelled;

        internal int Begun => Volatile.Read(ref _begun);

        internal int Launched => Volatile.Read(ref _launched);

        internal int Cancelled => Volatile.Read(ref _cancelled);

        public async Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _begun);
            cancellation.Register(() => Interlocked.Increment(ref _cancelled));
            var child = await ProcessChildLauncher.Instance.LaunchAsync(role, policy, settings, log, cancellation);
            Interlocked.Increment(ref _launched);
            return child;
        }
    }
}
