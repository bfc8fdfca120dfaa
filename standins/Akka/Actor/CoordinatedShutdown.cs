using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

public sealed class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>Tasks in phases, run once before the system ends.</summary>
public sealed class CoordinatedShutdown : IExtension, IDisposable
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

    private static readonly string[] Phases =
    [
        PhaseBeforeServiceUnbind, PhaseServiceUnbind, PhaseServiceRequestsDone, PhaseServiceStop, PhaseBeforeClusterShutdown,
        PhaseClusterShardingShutdownRegion, PhaseClusterLeave, PhaseClusterExiting, PhaseClusterExitingDone, PhaseClusterShutdown,
        PhaseBeforeActorSystemTerminate, PhaseActorSystemTerminate,
    ];

    private readonly ExtendedActorSystem _system;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<(string Name, Func<CancellationToken, Task<Done>> Task)>> _tasks = [];
    private Task<Done> _running;

    internal CoordinatedShutdown(ExtendedActorSystem system) => _system = system;

    public Reason ShutdownReason { get; private set; }

    public static CoordinatedShutdown Get(ActorSystem sys) => (CoordinatedShutdown)sys.RegisterExtension(new CoordinatedShutdownExtension());

    public void AddTask(string phase, string taskName, Func<Task<Done>> task) => AddTask(phase, taskName, _ => task());

    public void AddTask(string phase, string taskName, Func<CancellationToken, Task<Done>> task)
    {
        if (!Phases.Contains(phase))
            throw new ConfigurationException($"Unknown phase [{phase}], known phases [{string.Join(",", Phases)}]. All phases (along with their optional dependencies) must be defined in configuration.");
        lock (_lock)
        {
            if (!_tasks.TryGetValue(phase, out var tasks))
                _tasks.Add(phase, tasks = []);
            tasks.Add((taskName, task));
        }
    }

    public Task<Done> Run(Reason reason, string fromPhase = null) => RunOnce(reason, terminate: true);

    public void Dispose()
    {
    }

    internal Task RunBeforeTerminationAsync() => RunOnce(ActorSystemTerminateReason.Instance, terminate: false);

    private Task<Done> RunOnce(Reason reason, bool terminate)
    {
        lock (_lock)
        {
            if (_running is not null)
                return _running;
            ShutdownReason = reason;
            var completion = new TaskCompletionSource<Done>(TaskCreationOptions.RunContinuationsAsynchronously);
            _running = completion.Task;
            _ = RunAllAsync(completion, terminate);
            return _running;
        }
    }

    private async Task RunAllAsync(TaskCompletionSource<Done> completion, bool terminate)
    {
        foreach (var phase in Phases)
        {
            (string Name, Func<CancellationToken, Task<Done>> Task)[] tasks;
            lock (_lock)
                tasks = _tasks.TryGetValue(phase, out var found) ? [.. found] : [];
            var timeout = _system.Settings.Config.GetTimeSpan($"akka.coordinated-shutdown.phases.{phase}.timeout",
                _system.Settings.Config.GetTimeSpan("akka.coordinated-shutdown.default-phase-timeout", null));
            using var deadline = new CancellationTokenSource(timeout);
            try
            {
                await Task.WhenAll(tasks.Select(t => t.Task(deadline.Token))).WaitAsync(timeout).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // A phase that fails or takes too long does not keep the system from ending.
                _system.Log.Warning("Coordinated shutdown phase [{0}] failed: {1}", phase, e.Message);
            }
        }
        completion.TrySetResult(Done.Instance);
        if (terminate)
            await _system.Terminate().ConfigureAwait(false);
    }

    public class Reason
    {
        protected Reason()
        {
        }
    }

    public class UnknownReason : Reason
    {
        public static readonly Reason Instance = new UnknownReason();
    }

    public class ActorSystemTerminateReason : Reason
    {
        public static readonly Reason Instance = new ActorSystemTerminateReason();
    }

    public class ClrExitReason : Reason
    {
        public static readonly Reason Instance = new ClrExitReason();
    }

    public class ClusterDowningReason : Reason
    {
        public static readonly Reason Instance = new ClusterDowningReason();
    }

    public class ClusterLeavingReason : Reason
    {
        public static readonly Reason Instance = new ClusterLeavingReason();
    }
}
