using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>One process in the <see cref="ProcessRoster"/>. Its actor writes here what changes, and a task manager reads it from another thread.</summary>
/// <param name="number">Its number in this browser, which is never used again, unlike a pid.</param>
/// <param name="role">Its role.</param>
/// <param name="processId">Its pid.</param>
/// <param name="countLoss">Counts an end that nobody had asked for.</param>
internal sealed class ProcessRecord(long number, string role, int processId, Action countLoss)
{
    private volatile Use? _use;
    private volatile LayerCount? _count;
    private volatile bool _hasEnded;

    internal long Number => number;

    internal string Role => role;

    internal int ProcessId => processId;

    internal DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    internal ChildState State => _hasEnded ? ChildState.Exited : _use?.State() ?? ChildState.Spawning;

    /// <summary>Its actor; nobody while it is being launched, and after its actor has stopped.</summary>
    internal IActorRef Actor => _use?.Actor ?? ActorRefs.Nobody;

    internal IReadOnlyList<LayerReport> Layers => _use?.Confinement.Layers ?? [];

    /// <summary>The layers, counted: they are told once, in Hello.</summary>
    internal LayerCount Confinement
    {
        get
        {
            var layers = Layers;
            if (_count is not { } count || !ReferenceEquals(count.Layers, layers))
                _count = count = LayerCount.Of(layers);
            return count;
        }
    }

    internal ChildImage Image => _use?.Confinement.Image ?? ChildImage.Unknown;

    internal ChildLoan? Loan => _use?.Router.Loan;

    /// <summary>How many requests it has not ended.</summary>
    internal int InFlight => _use?.Router.Load ?? 0;

    /// <summary>How many messages wait until it is ready.</summary>
    internal int Waiting => _use?.Backlog.Count ?? 0;

    /// <summary>The names of its requests that have one, such as commands; at most <paramref name="most"/>.</summary>
    internal string[] NamesInFlight(int most) => _use?.Router.NamesInFlight(most) ?? [];

    /// <summary>The process has an actor.</summary>
    internal void Begin(IActorRef actor, ChildRouter router, ChildConfinement confinement, ReadyBacklog backlog, Func<ChildState> state) => _use = new Use(actor, router, confinement, backlog, state);

    /// <summary>The process has ended.</summary>
    internal void End(ExitReason reason, KillCause cause)
    {
        _hasEnded = true;
        if (reason != ExitReason.Clean && !(reason == ExitReason.Killed && cause is KillCause.Request or KillCause.Parent))
            countLoss();
    }

    private sealed record Use(IActorRef Actor, ChildRouter Router, ChildConfinement Confinement, ReadyBacklog Backlog, Func<ChildState> State);
}

/// <summary>A child's layers of confinement, counted.</summary>
/// <param name="Layers">As the child and its plan report them; a layer may be named twice.</param>
/// <param name="All">How many there are.</param>
/// <param name="Missing">Why each of those that are not in force is not, one a line.</param>
/// <param name="InForce">How many are in force.</param>
internal sealed record LayerCount(IReadOnlyList<LayerReport> Layers, int All, int InForce, string Missing)
{
    internal static LayerCount Of(IReadOnlyList<LayerReport> layers)
    {
        var groups = layers.GroupBy(static layer => layer.Layer, StringComparer.Ordinal).ToArray();
        var missing = groups.Select(static reports => (Name: reports.Key, Why: reports.Where(static report => !report.Enforced).Select(static report => report.Detail).LastOrDefault()))
            .Where(static layer => layer.Why is not null).Select(static layer => PictureRows.Line(layer.Why!.StartsWith(layer.Name, StringComparison.Ordinal) ? layer.Why : $"{layer.Name}: {layer.Why}")).ToArray();
        return new LayerCount(layers, groups.Length, groups.Length - missing.Length, string.Join("\n", missing));
    }
}
