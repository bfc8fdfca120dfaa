using ActorBrowser.Cluster;
using Akka.Actor;

namespace ActorBrowser.ClusterTests;

/// <summary>A task manager on one node sees, and orders about, the processes of all browser nodes.</summary>
public sealed class WatchSpecs
{
    [Fact]
    public async Task A_picture_has_the_processes_of_each_node_and_an_order_reaches_the_right_one()
    {
        await using var first = await TestNode.StartAsync(isBrowser: true);
        await using var second = await TestNode.StartAsync(first, isBrowser: true);
        await using var front = await TestNode.StartAsync(first);
        await front.LinkedAsync(2);
        var browser = await second.System.ActorSelection("/user/browser").ResolveOne(Deadline.Long);
        await BrowserClient.For(browser).FetchAsync("http://127.0.0.1:1/").Soon();
        var pid = (await browser.Ask<FetchProtocol.FetchStats>(FetchProtocol.GetStats.Instance).Soon()).ChildProcessId;

        var picture = await front.Cluster.Ask<Picture>(WatchProtocol.GetPicture.Instance).Soon();
        var roots = picture.Processes.Where(static row => row.Parent == -1).ToList();
        Assert.Equal(2, roots.Count);
        Assert.All(roots, static row => Assert.Equal("browser", row.Role));
        Assert.Equal(picture.Processes.Count, picture.Processes.Select(static row => row.Number).Distinct().Count());
        Assert.All(picture.Processes, row => Assert.InRange(Math.Abs(row.Number), 1, 1L << 53));
        var network = Assert.Single(picture.Processes, row => row.ProcessId == pid);
        Assert.Contains(roots, root => root.Number == network.Parent && root.Name.Contains($":{second.Address.Port}#", StringComparison.Ordinal));

        using var process = System.Diagnostics.Process.GetProcessById(pid);
        Assert.True((await front.Cluster.Ask<WatchProtocol.OrderTaken>(new WatchProtocol.GiveOrder(network.Number, ProcessOrder.End)).Soon()).Taken);
        await process.WaitForExitAsync().Soon();
        Assert.False((await front.Cluster.Ask<WatchProtocol.OrderTaken>(new WatchProtocol.GiveOrder(1L << 40, ProcessOrder.End)).Soon()).Taken);
    }

    [Fact]
    public async Task A_node_whose_policy_says_no_is_shown_without_its_processes_and_takes_no_orders()
    {
        await using var closed = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.policy.watch = off");
        await using var firm = await TestNode.StartAsync(closed, isBrowser: true, hocon: "actorbrowser.cluster.policy.orders = off");
        await using var front = await TestNode.StartAsync(closed);
        await front.LinkedAsync(2);
        await BrowserClient.For(await firm.System.ActorSelection("/user/browser").ResolveOne(Deadline.Long)).FetchAsync("http://127.0.0.1:1/").Soon();
        var picture = await front.Cluster.Ask<Picture>(WatchProtocol.GetPicture.Instance).Soon();
        Assert.Single(picture.Processes, static row => row.State == "no answer" && row.Name.Contains("policy", StringComparison.Ordinal));
        var network = Assert.Single(picture.Processes, static row => row.Role == "network");
        var answer = await front.Cluster.Ask<WatchProtocol.OrderTaken>(new WatchProtocol.GiveOrder(network.Number, ProcessOrder.End)).Soon();
        Assert.False(answer.Taken);
        Assert.Contains("actorbrowser.cluster.policy.orders", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_crosses_with_every_field()
    {
        var picture = new Picture(
            DateTimeOffset.UtcNow,
            [
                new ProcessRow(3, 0, 77, "renderer", "site", "ready", "native", 5, 7, "one\ntwo", 12.5, 1 << 20, true, 2, 3, DateTimeOffset.UtcNow, 4, ProcessOrder.End | ProcessOrder.Drain),
                new ProcessRow(-4, 3, 78, "process", "", "", "", 0, 0, "", null, null, false, 0, 0, null, 0, ProcessOrder.None),
            ],
            [new PoolRow("renderer", 1, 2, 3, 4, "none")], [new FetchRow(9, "GET", "http://a", 5, 200, 6, 77)], 1,
            [new CrashRow("id", "renderer", 77, "Crashed", "message", "last", DateTimeOffset.UtcNow)], [new ViolationRow(1, DateTimeOffset.UtcNow, "renderer", 77, "open", "rule")]);
        var read = (Picture)ClusterCodec.Decode(new(ClusterCodec.Encode(picture)));
        Assert.Equal(picture.Processes, read.Processes);
        Assert.Equal(picture.Pools, read.Pools);
        Assert.Equal(picture.Fetches, read.Fetches);
        Assert.Equal(picture.Crashes, read.Crashes);
        Assert.Equal(picture.Violations, read.Violations);
    }
}
