using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Akka.Configuration;
using Akka.Event;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>Makes <see cref="CoordinatedShutdown"/>.</summary>
public sealed class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.coordinated-shutdown");
        if (config.IsNullOrEmpty())
        {
            throw new ConfigurationException("akka.coordinated-shutdown config cannot be empty");
        }

        var shutdown = new CoordinatedShutdown(system, CoordinatedShutdown.PhasesFromConfig(config));
        CoordinatedShutdown.InitPhaseActorSystemTerminate(system, config, shutdown);
        CoordinatedShutdown.InitClrHook(system, config, shutdown);
        return shutdown;
    }
}

/// <summary>
/// Stops a system in phases: the tasks of a phase run together, and the next phase begins when they are done or its
/// time is up.
/// </summary>
public sealed partial class CoordinatedShutdown : IExtension
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    internal readonly List<string> OrderedPhases;

    private readonly HashSet<string> _knownPhases;
    private readonly ConcurrentDictionary<string, ImmutableList<(string Name, Func<Task<Done>> Run)>> _tasks = new();
    private readonly TaskCompletionSource<Done> _ran = TaskEx.NonBlockingTaskCompletionSource<Done>();
    private Reason _reason;

    internal CoordinatedShutdown(ExtendedActorSystem system, Dictionary<string, Phase> phases)
    {
        System = system;
        Phases = phases;
        Log = Logging.GetLogger(system, GetType());
        _knownPhases = [.. phases.Keys, .. phases.Values.SelectMany(static phase => phase.DependsOn)];
        OrderedPhases = TopologicalSort(phases);
    }

    public ExtendedActorSystem System { get; }

    /// <summary>Why it was started; null when it was not.</summary>
    public Reason ShutdownReason => Volatile.Read(ref _reason);

    /// <summary>Of the phases that have tasks.</summary>
    public TimeSpan TotalTimeout => _tasks.Keys.Aggregate(TimeSpan.Zero, (sum, phase) => sum + Timeout(phase));

    internal Dictionary<string, Phase> Phases { get; }

    internal ILoggingAdapter Log { get; }

    public static CoordinatedShutdown Get(ActorSystem sys) => sys.WithExtension<CoordinatedShutdown, CoordinatedShutdownExtension>();

    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        if (!_knownPhases.Contains(phase))
        {
            throw new ConfigurationException($"Unknown phase [{phase}], known phases [{string.Join(",", _knownPhases)}]. All phases (along with their optional dependencies) must be defined in configuration.");
        }

        _tasks.AddOrUpdate(phase, _ => [(taskName, task)], (_, tasks) => tasks.Add((taskName, task)));
    }

    public TimeSpan Timeout(string phase) => Phases.TryGetValue(phase, out var known)
        ? known.Timeout
        : throw new ArgumentException($"Unknown phase [{phase}]. All phases must be defined in configuration.");

    /// <summary>Runs all phases, or those from one on; the first call counts, and each gets the same task.</summary>
    public Task<Done> Run(Reason reason, string fromPhase = null)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            _ = Complete(fromPhase is null ? OrderedPhases : OrderedPhases.SkipWhile(phase => phase != fromPhase));
        }

        return _ran.Task;
    }

    private async Task Complete(IEnumerable<string> phases)
    {
        try
        {
            foreach (var phase in phases)
            {
                await RunPhase(phase).ConfigureAwait(false);
            }

            _ran.SetResult(Done.Instance);
        }
        catch (Exception exception)
        {
            _ran.SetException(exception);
        }
    }

    private async Task RunPhase(string phase)
    {
        if (!_tasks.TryGetValue(phase, out var tasks))
        {
            Log.Debug("Performing phase [{0}] with [0] tasks.", phase);
            return;
        }

        Log.Debug("Performing phase [{0}] with [{1}] tasks: [{2}]", phase, tasks.Count, string.Join(",", tasks.Select(static task => task.Name)));
        var (timeout, recover) = (Phases[phase].Timeout, Phases[phase].Recover);
        var all = Task.WhenAll(tasks.Select(task => RunTask(phase, task.Name, task.Run, recover)));

        // The system's scheduler stops with the system, in the middle of the last phase: its end is not a timeout.
        using var timer = new CancellationTokenSource();
        var late = Task.Delay(timeout, timer.Token);
        if (await Task.WhenAny(all, late).ConfigureAwait(false) == all)
        {
            await timer.CancelAsync().ConfigureAwait(false);
            await all.ConfigureAwait(false);
        }
        else if (recover)
        {
            Log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", phase, timeout);
        }
        else
        {
            throw new TimeoutException($"Coordinated shutdown phase[{phase}] timed out after {timeout}");
        }
    }

    private async Task RunTask(string phase, string name, Func<Task<Done>> run, bool recover)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception exception) when (recover)
        {
            Log.Warning("Task [{0}] failed in phase [{1}]: {2}", name, phase, exception.Message);
        }
    }
}
