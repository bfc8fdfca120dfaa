using System.Diagnostics;

namespace ActorBrowser.ClusterProof;

/// <summary>How much is under way.</summary>
internal sealed record Sizes(int Fetches, int Tabs, int Commands);

/// <summary>One fault, with requests under way: what has to hold is checked, whatever it is.</summary>
internal sealed class Round(Front front, ProofSite site, Nodes nodes, Verdict verdict, TabSet tabs, Sizes sizes)
{
    // A child notices within a second that its parent is gone; a node that finds itself downed ends its children first.
    private static readonly TimeSpan s_childrenGone = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_nodeGone = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan s_tabsUsable = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);

    internal const int Nodes = 3;

    internal async Task RunAsync(Fault fault)
    {
        Load[] loads = [new FetchLoad(front, site), new CommandLoad(front, nodes)];
        int[] counts = [sizes.Fetches, sizes.Commands];
        try
        {
            await RunAsync(fault, loads, counts);
        }
        finally
        {
            foreach (var load in loads)
                load.Forget();
        }
    }

    private async Task RunAsync(Fault fault, Load[] loads, int[] counts)
    {
        foreach (var (load, count) in loads.Zip(counts))
            await load.StartAsync(count);
        // One with tabs, if there is one: a node that has just come has none.
        NodeProcess[] full = [.. nodes.All.Where(one => tabs.On(one.Name).Count > 0)];
        var node = full.Length > 0 ? full[Random.Shared.Next(full.Length)] : nodes.All[Random.Shared.Next(nodes.All.Count)];
        var (name, address) = (node.Name, node.Address);
        var affected = loads.Select(load => load.Numbers.Where(number => load.NodeOf(number) == name).ToHashSet()).ToArray();
        var moved = tabs.On(name);
        var below = node.Descendants();
        var what = $"{fault} of {name}";
        Console.Error.WriteLine($"proof: {what}, with {below.Count} processes …");

        var start = Stopwatch.GetTimestamp();
        await BeginAsync(fault, node);
        foreach (var load in loads)
            load.Release();
        var gone = fault == Fault.Kill ? GoneAsync(node, below, start, s_childrenGone, what) : null;
        var childrenGone = fault == Fault.Cut ? ChildrenGoneAsync(below, start) : null;
        var downed = await front.DownedAsync(address).WaitAsync(Patience.Long);
        var usable = tabs.UsableAsync(moved, downed);
        foreach (var load in loads)
            await load.EndedAsync();
        var (firstUsable, usableAfter) = await usable;
        if (usableAfter > s_tabsUsable)
            verdict.Violate(what, $"{moved.Count} tabs of the node were usable only {usableAfter.TotalSeconds:0.00} s after the decision");
        if (childrenGone is not null)
        {
            var overlap = await childrenGone - Stopwatch.GetElapsedTime(start, downed) - firstUsable;
            if (moved.Count > 0 && overlap > TimeSpan.Zero)
                verdict.Violate(what, $"for {overlap.TotalSeconds:0.00} s, a tab was alive on both sides");
        }
        gone ??= GoneAsync(node, below, await EndAsync(fault, node, start), s_nodeGone, what);
        var goneAfter = await gone;
        if (fault == Fault.Cut)
            await node.HealAsync();
        nodes.Remove(node);
        // What a node says late has arrived by now.
        await Task.Delay(s_quiet);

        Check(loads, affected, what);
        await tabs.AllUsableAsync();
        var ends = loads.SelectMany((load, i) => load.Numbers.Select(number => (IsAffected: affected[i].Contains(number), Ends: load.Ends.Of(number)))).ToArray();
        verdict.Add(new RoundResult(
            fault, Describe(loads, static (load, _) => load.Numbers.Count) + $", {tabs.Count} tabs", Describe(loads, (_, i) => affected[i].Count) + $", {moved.Count} tabs",
            ends.Count(static one => one.Ends is [{ Kind: EndKind.Answered }]), ends.Count(static one => one.Ends is [{ Kind: EndKind.NodeLost }]),
            loads.OfType<FetchLoad>().Sum(load => load.Numbers.Count(number => site.NodesOf(number).Count == 2)),
            Stopwatch.GetElapsedTime(start, downed),
            Stopwatch.GetElapsedTime(start, ends.Where(static one => one.IsAffected).SelectMany(static one => one.Ends).Select(static end => end.At).DefaultIfEmpty(start).Max()),
            moved.Count > 0 ? usableAfter : null, childrenGone is null ? null : await childrenGone, goneAfter));
        await nodes.FillAsync(Nodes);
    }

    private static async Task BeginAsync(Fault fault, NodeProcess node)
    {
        switch (fault)
        {
            case Fault.Kill:
                node.Kill();
                break;
            case Fault.Pause:
                node.Pause();
                break;
            case Fault.Cut:
                await node.CutAsync();
                break;
        }
    }

    // The time from which the node has to end by itself.
    private static async Task<long> EndAsync(Fault fault, NodeProcess node, long start)
    {
        if (fault != Fault.Pause)
            return start;
        // It finds a cluster that has removed it.
        await Task.Delay(s_quiet);
        node.Continue();
        return Stopwatch.GetTimestamp();
    }

    // The tabs of a node are alive as long as its children are.
    private static async Task<TimeSpan> ChildrenGoneAsync(IReadOnlyList<ProcessId> children, long start)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (children.Any(ProcessTree.IsRunning) && Stopwatch.GetElapsedTime(start) < s_nodeGone)
            await timer.WaitForNextTickAsync();
        return Stopwatch.GetElapsedTime(start);
    }

    private async Task<TimeSpan> GoneAsync(NodeProcess node, IReadOnlyList<ProcessId> below, long start, TimeSpan most, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!node.HasExited || below.Any(ProcessTree.IsRunning) || nodes.Orphans().Any(orphan => orphan.Pid != node.Pid))
        {
            if (Stopwatch.GetElapsedTime(start) > most)
            {
                ProcessId[] left = [.. below.Where(ProcessTree.IsRunning), .. nodes.Orphans()];
                verdict.Violate(what, $"after {most.TotalSeconds} s, the node {(node.HasExited ? "has exited" : "still runs")}, and these processes are left: {string.Join(", ", left.Distinct().Select(ProcessTree.Describe))}");
                break;
            }
            await timer.WaitForNextTickAsync();
        }
        return Stopwatch.GetElapsedTime(start);
    }

    private void Check(Load[] loads, HashSet<int>[] affected, string what)
    {
        for (var i = 0; i < loads.Length; i++)
        {
            foreach (var violation in loads[i].Numbers.SelectMany(number => loads[i].Violations(number, affected[i].Contains(number))))
                verdict.Violate(what, violation);
        }
    }

    private static string Describe(Load[] loads, Func<Load, int, int> count) => string.Join(", ", loads.Select((load, i) => $"{count(load, i)} {load.Name}"));
}
