using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>What a browser node does and has free, shared by the actors of its links. Thread-safe.</summary>
/// <param name="settings">The capacity.</param>
/// <param name="roles">The typed roles that its browser has.</param>
/// <param name="processes">Counts the browser's processes.</param>
/// <param name="log">Told when the machine cannot be measured.</param>
internal sealed class NodeLoad(ClusterSettings settings, IReadOnlyList<string> roles, Func<int> processes, ILoggingAdapter log)
{
    private readonly Lock _lock = new();
    private readonly int[] _running = new int[PlacementRequest.Kinds];
    private readonly Dictionary<ulong, int> _apart = [];
    private readonly MachineLoad _machine = new(log);

    internal bool IsLeaving
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Whether the node's browser has ended. Nothing brings it back, so that the node does no work from then on.</summary>
    internal bool HasNoBrowser
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Whether no work is left that ends by itself; tabs move to another node.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                for (var kind = 0; kind < _running.Length; kind++)
                {
                    if (kind is not ((int)WorkKind.Tab or (int)WorkKind.Question) && _running[kind] > 0)
                        return false;
                }
                return true;
            }
        }
    }

    /// <summary>Counts work that begins, if there is room.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="apart">Its key of <see cref="PlacementRequest.Apart"/>; 0 for none.</param>
    /// <param name="full">Why there is no room, as a sentence.</param>
    internal bool TryTake(WorkKind kind, ulong apart, out string full)
    {
        lock (_lock)
        {
            full = IsLeaving && kind != WorkKind.Question ? "The node leaves the cluster."
                : HasNoBrowser && kind != WorkKind.Question ? "The node's browser has ended."
                : FreeOf(kind) <= 0 ? $"The node has no room for this: {_running[(int)kind]} of {settings.Capacity[(int)kind]} are under way."
                : "";
            if (full.Length > 0)
                return false;
            _running[(int)kind]++;
            if (apart != 0)
                _apart[apart] = _apart.GetValueOrDefault(apart) + 1;
            return true;
        }
    }

    internal void Release(WorkKind kind, ulong apart)
    {
        lock (_lock)
        {
            _running[(int)kind]--;
            if (apart != 0 && _apart[apart]-- == 1)
                _apart.Remove(apart);
        }
    }

    internal bool IsFull(WorkKind kind)
    {
        lock (_lock)
            return FreeOf(kind) <= 0;
    }

    /// <summary>Measures the machine. Reads two small files of the kernel.</summary>
    internal void Measure() => _machine.Measure();

    internal NodeOffer Offer(ulong seen)
    {
        lock (_lock)
        {
            var room = new Room[PlacementRequest.Kinds];
            for (var kind = 0; kind < room.Length; kind++)
                room[kind] = new Room(settings.Policy.Problem((WorkKind)kind) is null ? settings.Capacity[kind] : 0, Math.Max(0, FreeOf((WorkKind)kind)));
            return new NodeOffer(seen, room, _machine.IdleProcessor, _machine.FreeMemory, _machine.AllMemory, IsLeaving, roles, [.. _apart.Keys.Take(256)]);
        }
    }

    // A process is needed for each tab, command and image, or they wait for one.
    private int FreeOf(WorkKind kind)
    {
        // Also of a browser that has ended: the answer is that it has.
        if (kind == WorkKind.Question)
            return settings.Capacity[(int)kind] - _running[(int)kind];
        if (_machine.FreeMemory < settings.MinMemory || HasNoBrowser || settings.Policy.Problem(kind) is not null)
            return 0;
        var free = settings.Capacity[(int)kind] - _running[(int)kind];
        return kind is WorkKind.Tab or WorkKind.Command or WorkKind.Image ? Math.Min(free, settings.MaxProcesses - processes()) : free;
    }
}
