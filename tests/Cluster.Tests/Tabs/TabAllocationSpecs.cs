using System.Collections.Immutable;
using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ClusterTests;

/// <summary>On which node a shard of tabs lives.</summary>
public sealed class TabAllocationSpecs : TestKit
{
    private readonly OfferBoard _offers = new(new Address("akka.tcp", "cluster", "10.0.0.1", 1));
    private readonly IActorRef[] _regions;

    public TabAllocationSpecs() => _regions = [.. Enumerable.Range(1, 3).Select(number => (IActorRef)new Region(number))];

    [Fact]
    public async Task A_shard_goes_where_most_is_free_for_the_shards_that_are_there()
    {
        Offer(0, free: 60);
        Offer(1, free: 20);
        Offer(2, free: 0);
        var shards = await AllocateAsync(40);
        Assert.InRange(shards[0], 27, 33);
        Assert.InRange(shards[1], 7, 13);
        Assert.Equal(0, shards[2]);
    }

    [Fact]
    public async Task Without_offers_it_goes_where_there_are_fewest() => Assert.Equal(new[] { 4, 4, 4 }, await AllocateAsync(12));

    [Fact]
    public async Task A_node_that_leaves_or_forbids_tabs_gets_one_only_if_there_is_no_other()
    {
        Offer(0, free: 10, leaving: true);
        Offer(1, free: 0, all: 0);
        Offer(2, free: 1);
        Assert.Equal(new[] { 0, 0, 12 }, await AllocateAsync(12));
        Offer(2, free: 1, leaving: true);
        Assert.Equal(new[] { 0, 12, 0 }, await AllocateAsync(12));
    }

    [Fact]
    public async Task Shards_move_only_from_a_node_with_far_more_than_its_share()
    {
        Assert.Empty(await RebalanceAsync(8, 6, 4));
        Assert.Equal(2, (await RebalanceAsync(20, 4, 0)).Count);
        Assert.Empty(await RebalanceAsync(1, 0, 0));
        for (var node = 0; node < 3; node++)
            Offer(node, free: 10, all: node == 0 ? 90 : 10);
        Assert.Empty(await RebalanceAsync(20, 2, 2));
    }

    private void Offer(int node, int free, bool leaving = false, int all = 64) =>
        _offers.Set(new Address("akka.tcp", "cluster", $"10.0.0.{node + 1}", 1), new NodeOffer(0, [default, new Room(all, free)], 1, 1, 1, leaving, [], []));

    private async Task<int[]> AllocateAsync(int count)
    {
        var strategy = new TabAllocation(_offers);
        var current = _regions.ToImmutableDictionary(static region => region, static _ => (IImmutableList<string>)[]);
        for (var shard = 0; shard < count; shard++)
        {
            var region = await strategy.AllocateShard(ActorRefs.Nobody, $"{shard}", current);
            current = current.SetItem(region, current[region].Add($"{shard}"));
        }
        return [.. _regions.Select(region => current[region].Count)];
    }

    private Task<IImmutableSet<string>> RebalanceAsync(params int[] counts) => new TabAllocation(_offers).Rebalance(
        _regions.Zip(counts).ToImmutableDictionary(static pair => pair.First, static pair => (IImmutableList<string>)[.. Enumerable.Range(0, pair.Second).Select(number => $"{pair.First.Path.Address.Host}-{number}")]),
        ImmutableHashSet<string>.Empty);

    private sealed class Region(int node) : MinimalActorRef
    {
        public override ActorPath Path { get; } = new RootActorPath(new Address("akka.tcp", "cluster", $"10.0.0.{node}", 1)) / "system" / "region";

        public override IActorRefProvider Provider => throw new NotSupportedException();
    }
}
