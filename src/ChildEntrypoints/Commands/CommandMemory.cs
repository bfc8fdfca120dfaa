using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// The memory of all processes of a runner's commands: private memory, and shared memory whether it is mapped, held open as a memory
/// file, or System V. Shared memory that is mapped may also be open: the larger of both sums counts, so that nothing counts twice.
/// </summary>
internal sealed class CommandMemory(long limit)
{
    private readonly OpenMemoryFiles _files = new();
    private readonly List<int> _mapping = [];
    private long _private;
    private long _mapped;
    private long _sharedAtStart;

    /// <summary>Called before the first command starts.</summary>
    internal void Begin(in MachineState machine) => _sharedAtStart = machine.MostShared;

    /// <summary>Starts a count.</summary>
    internal void Clear()
    {
        _mapping.Clear();
        _private = _mapped = 0;
    }

    /// <summary>Adds a process.</summary>
    internal void Add(int process)
    {
        var (alone, shared) = ProcessCounts.Resident(process);
        _private += alone;
        _mapped += shared;
        if (shared > 0)
            _mapping.Add(process);
    }

    /// <summary>Sums up.</summary>
    /// <param name="machine">The machine's memory; null if unknown.</param>
    /// <param name="processes">The pids that were added; sorted in place.</param>
    /// <returns>Bytes; not above the limit if the memory is not.</returns>
    internal long Sum(MachineState? machine, List<int> processes)
    {
        var grown = machine is { } state ? Math.Max(state.MostShared - _sharedAtStart, 0) : 0;
        // The commands hold at most all shared memory of the machine: most often, no closer look is needed.
        if (machine is { } now && _private + now.MostShared <= limit)
            return _private + Math.Max(grown, Math.Min(_mapped, now.MostShared));
        processes.Sort();
        _files.Look(processes);
        var segments = SharedSegments.Bytes(out var unattached);
        var open = _files.Bytes + segments;
        // A second time, as processes that exit meanwhile leave their parts to those that are read later.
        for (var i = 0; i < 2 && _private + Math.Max(_mapped + unattached, open) > limit; i++)
            _mapped = Math.Min(_mapped, PartsOfMapped());
        var shared = Math.Max(_mapped + unattached, open);
        // A process that cannot be inspected may hide open files: what the machine's shared memory has grown by is ascribed to it.
        return _private + (_files.MetHidden ? Math.Max(shared, grown) : shared);
    }

    // Each page once, however many processes map it; of a process that cannot be inspected all, of one that has exited nothing.
    // It takes the kernel longer than the sizes, so it is read only near the limit.
    private long PartsOfMapped()
    {
        long mapped = 0;
        foreach (var process in _mapping)
            mapped += ProcessCounts.PartOfShared(process) is var part and >= 0 ? part : ProcessCounts.Resident(process).Shared;
        return mapped;
    }
}
