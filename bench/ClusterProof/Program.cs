// The proof that nothing is lost or done twice when a node of a cluster is: real processes, and by turns kill -9, SIGSTOP, a cut
// network. Prints a table; the exit code is 1 if anything was violated. eng/prove-cluster starts it.
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.ClusterProof;

if (ActorBrowserChild.TryRun(args, out var exitCode))
    return exitCode;
if (args is ["node", var name])
    return await NodeProgram.RunAsync(name);
if (!OperatingSystem.IsLinux() || Plan.From(args) is not { } plan)
{
    Console.Error.WriteLine("usage: eng/prove-cluster [--short] [--fetches N] [--tabs N] [--commands N] [--kills N] [--pauses N] [--cuts N]     (Linux)");
    return 64;
}

ProcessTree.AdoptOrphans();
var verdict = new Verdict();
var network = await Network.PrepareAsync();
if (network is null && plan.Cuts > 0)
    Console.WriteLine("Skipped: cut off, later healed: this program has no network namespace of its own (it needs root, or user namespaces, with iproute2 and util-linux).");
var address = network is null ? "127.0.0.1" : Network.Own;
await using (var site = await ProofSite.StartAsync(address))
{
    await using var front = await Front.StartAsync(address, plan.IsQuick);
    using var nodes = new Nodes(front, network);
    try
    {
        await nodes.FillAsync(Round.Nodes);
        var tabs = new TabSet(front, site);
        await tabs.OpenAsync(plan.Sizes.Tabs);
        var round = new Round(front, site, nodes, verdict, tabs, plan.Sizes);
        foreach (var fault in plan.Faults(canCut: network is not null))
            await round.RunAsync(fault);
        await nodes.StopAsync();
    }
    catch (TimeoutException e)
    {
        verdict.Violate("time", e.Message);
    }
}
if (ProcessTree.Below(Environment.ProcessId) is { Count: > 0 } left)
    verdict.Violate("end", $"{left.Count} processes are left: {string.Join(", ", left.Select(ProcessTree.Describe))}");

Console.WriteLine(verdict.Table());
foreach (var line in verdict.Recovery())
    Console.WriteLine(line);
Console.WriteLine(verdict.Violations == 0 ? "Nothing was violated." : $"{verdict.Violations} violations.");
return verdict.Violations == 0 ? 0 : 1;
