using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Akka.Configuration;
using Akka.Event;
using Akka.Util;
using Akka.Util.Internal;

namespace Akka.Actor;

public sealed partial class CoordinatedShutdown
{
    private readonly ConcurrentSet<Func<Task<Done>>> _clrHooks = new();
    private readonly TaskCompletionSource<Done> _clrHooksRan = TaskEx.NonBlockingTaskCompletionSource<Done>();
    private int _clrHooksStarted;
    private volatile bool _runningClrHook;

    internal Task<Done> ClrShutdownTask => _clrHooksRan.Task;

    internal static void InitPhaseActorSystemTerminate(ActorSystem system, Config conf, CoordinatedShutdown coord)
    {
        var terminates = system.Settings.CoordinatedShutdownTerminateActorSystem;
        var exits = conf.GetBoolean("exit-clr", false);
        if (!terminates && !exits)
        {
            return;
        }

        coord.AddTask(PhaseActorSystemTerminate, "terminate-system", async () =>
        {
            if (terminates)
            {
                var terminated = system.FinalTerminate();
                if (exits)
                {
                    await Task.WhenAny(terminated, Task.Delay(coord.Timeout(PhaseActorSystemTerminate))).ConfigureAwait(false);
                }
                else
                {
                    await terminated.ConfigureAwait(false);
                }
            }

            if (exits && !coord._runningClrHook)
            {
                Environment.Exit(0);
            }

            return Done.Instance;
        });
    }

    internal static void InitClrHook(ActorSystem system, Config conf, CoordinatedShutdown coord)
    {
        if (!conf.GetBoolean("run-by-clr-shutdown-hook", false))
        {
            return;
        }

        // The process ends when its exit handlers have returned, so this one has to wait.
        void OnExit(object sender, EventArgs e) => Task.WaitAny([coord.RunClrHooks()], coord.TotalTimeout);

        AppDomain.CurrentDomain.ProcessExit += OnExit;
        system.WhenTerminated.ContinueWith(_ => AppDomain.CurrentDomain.ProcessExit -= OnExit, TaskScheduler.Default);
        coord.AddClrShutdownHook(async () =>
        {
            coord._runningClrHook = true;
            if (!system.WhenTerminated.IsCompleted)
            {
                coord.Log.Info("Starting coordinated shutdown from CLR termination hook.");
                try
                {
                    await coord.Run(ClrExitReason.Instance).WaitAsync(coord.TotalTimeout).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    coord.Log.Warning("CoordinatedShutdown from CLR shutdown failed: {0}", exception.Message);
                }
            }

            return Done.Instance;
        });
    }

    internal void AddClrShutdownHook(Func<Task<Done>> hook)
    {
        if (Volatile.Read(ref _clrHooksStarted) == 0)
        {
            _clrHooks.TryAdd(hook);
        }
    }

    private Task<Done> RunClrHooks()
    {
        if (Interlocked.Exchange(ref _clrHooksStarted, 1) == 0)
        {
            _ = RunAll();
        }

        return ClrShutdownTask;

        async Task RunAll()
        {
            try
            {
                await Task.WhenAll(_clrHooks.Select(static hook => hook())).ConfigureAwait(false);
                _clrHooksRan.SetResult(Done.Instance);
            }
            catch (Exception exception)
            {
                Log.Error(exception, "Error occurred while executing CLR shutdown hook");
                _clrHooksRan.SetException(exception);
            }
        }
    }
}
