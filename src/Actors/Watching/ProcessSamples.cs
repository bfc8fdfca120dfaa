using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>The browser's children, the processes that commands have started below them, and what all of them use.</summary>
internal sealed record ProcessSamples(IReadOnlyList<ProcessRecord> Children, IReadOnlyList<ProcessSamples.Descendant> Descendants, IReadOnlyDictionary<int, ProcessSample> Uses)
    : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    // A command may start thousands.
    private const int MostDescendants = 64;

    /// <summary>Reads them.</summary>
    internal static ProcessSamples Take(ProcessSampler sampler, IReadOnlyList<ProcessRecord> children)
    {
        if (!OperatingSystem.IsLinux())
            return new ProcessSamples(children, [], new Dictionary<int, ProcessSample>());
        var descendants = new List<Descendant>();
        foreach (var runner in children.Where(static child => child.InFlight > 0 && RoleContracts.Of(child.Role).OwnsProcesses))
            AddBelow(runner.ProcessId, runner.Number, descendants, descendants.Count + MostDescendants);
        // Without a request, a child only answers heartbeats.
        var resting = children.Where(static child => child.InFlight == 0).Select(static child => child.ProcessId).ToHashSet();
        return new ProcessSamples(children, descendants, sampler.Sample(
            [Environment.ProcessId, .. children.Select(static child => child.ProcessId), .. descendants.Select(static one => one.ProcessId)], resting.Contains));
    }

    private static void AddBelow(int process, long number, List<Descendant> found, int most)
    {
        foreach (var child in ProcessFigures.ChildrenOf(process))
        {
            // A process that has moved while this reads may be met twice.
            if (found.Count >= most || found.Exists(other => other.ProcessId == child))
                return;
            found.Add(new Descendant(-child, number, child));
            AddBelow(child, -child, found, most);
        }
    }

    /// <summary>A process that a command has started.</summary>
    /// <param name="Number">Its pid, negative.</param>
    /// <param name="Parent">The number of its parent.</param>
    /// <param name="ProcessId">Its pid.</param>
    internal readonly record struct Descendant(long Number, long Parent, int ProcessId);
}
