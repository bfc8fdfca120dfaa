using ActorBrowser.Cluster;
using Akka.Actor;

namespace ActorBrowser.ClusterTests;

/// <summary>Which node gets a request.</summary>
public sealed class PlacementSpecs
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(5);

    private readonly SteppedTime _time = new();
    private readonly NodeTable _table;

    public PlacementSpecs() => _table = new NodeTable(s_lifetime, _time, new Random(1));

    [Fact]
    public void A_node_gets_work_as_often_as_it_is_free()
    {
        var (idle, busy) = (Add("idle", free: 900, all: 1000), Add("busy", free: 100, all: 1000));
        var counts = Count(new PlacementRequest(WorkKind.Fetch), 200, () =>
        {
            Renew(idle, 900);
            Renew(busy, 100);
        });
        Assert.InRange(counts[idle], 150, 199);
        Assert.InRange(counts[busy], 1, 50);
    }

    [Fact]
    public void What_was_placed_since_the_last_offer_is_not_free()
    {
        var node = Add("one", free: 2, all: 2);
        Assert.Same(node, _table.Place(new PlacementRequest(WorkKind.Fetch)));
        Assert.Same(node, _table.Place(new PlacementRequest(WorkKind.Fetch)));
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Fetch)));
        // Its next offer has seen only one of them, which it does: 1 of 2 is free, and 1 is on its way.
        node.On(Offer(free: 1, all: 2, seen: 1), _time.GetTimestamp());
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Fetch)));
        node.On(Offer(free: 1, all: 2, seen: 2), _time.GetTimestamp());
        Assert.Same(node, _table.Place(new PlacementRequest(WorkKind.Fetch)));
    }

    [Fact]
    public void What_is_over_is_free_before_the_next_offer_says_so()
    {
        var node = Add("one", free: 2, all: 2);
        var (first, second) = (Place(), Place());
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Fetch)));
        // No offer has counted it.
        node.OnOver(first, wasDone: true);
        node.OnOver(first, wasDone: true);
        Assert.Equal(1, node.FreeFor(WorkKind.Fetch));
        // An offer has counted both, and one is over at the node, too.
        node.On(Offer(free: 1, all: 2, seen: 2), _time.GetTimestamp());
        Assert.Equal(1, node.FreeFor(WorkKind.Fetch));
        // What an offer has counted is over; what was refused had taken nothing.
        node.OnOver(second, wasDone: true);
        Assert.Equal(2, node.FreeFor(WorkKind.Fetch));
        var third = Place();
        node.On(Offer(free: 1, all: 2, seen: 3), _time.GetTimestamp());
        node.OnOver(third, wasDone: false);
        Assert.Equal(1, node.FreeFor(WorkKind.Fetch));
        // Of a link that was closed, nothing counts.
        var fourth = Place();
        node.OnLost();
        node.On(Offer(free: 1, all: 2), _time.GetTimestamp());
        node.OnOver(fourth, wasDone: true);
        Assert.Equal(1, node.FreeFor(WorkKind.Fetch));

        PlacedWork Place()
        {
            Assert.Same(node, _table.Place(new PlacementRequest(WorkKind.Fetch)));
            return node.Newest!;
        }
    }

    [Fact]
    public void An_old_offer_an_unreachable_node_and_one_that_leaves_get_nothing()
    {
        var node = Add("one", free: 5, all: 5);
        _time.Advance(s_lifetime + TimeSpan.FromMilliseconds(1));
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Fetch)));
        Renew(node, 5);
        node.IsReachable = false;
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Fetch)));
        node.IsReachable = true;
        Assert.Same(node, _table.Place(new PlacementRequest(WorkKind.Fetch)));
        node.On(Offer(free: 5, all: 5, isLeaving: true), _time.GetTimestamp());
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Fetch)));
        node.OnLost();
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Fetch)));
    }

    [Fact]
    public void Work_with_one_key_goes_to_one_node_on_every_asker_until_that_is_full()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
            Add(name, free: 1, all: 1000);
        var other = new NodeTable(s_lifetime, _time);
        foreach (var node in _table.Nodes.Reverse())
        {
            var known = new NodeEntry(node.Key, node.Address, node.Link);
            known.On(Offer(free: 1, all: 1000), _time.GetTimestamp());
            other.Add(known);
        }
        var request = new Placement { Together = "https://example.org" }.For(WorkKind.Fetch);
        var home = _table.Place(request)!;
        Assert.Equal(home.Key, other.Place(request)!.Key);
        Assert.NotEqual(home.Key, _table.Place(request)!.Key);
        // Another node that comes takes some keys over, and moves no others.
        var moved = 0;
        var before = Homes(_table);
        Add("e", free: 10_000, all: 10_000);
        foreach (var (key, node) in Homes(_table))
        {
            if (before[key] == node)
                continue;
            Assert.Equal("e", node);
            moved++;
        }
        Assert.InRange(moved, 100, 300);
    }

    [Fact]
    public void Work_that_wants_to_be_apart_goes_where_none_of_its_key_is_while_there_is_such_a_node()
    {
        var request = new Placement { Apart = "trial" }.For(WorkKind.Command);
        var (one, other) = (Add("one", free: 100, all: 100), Add("other", free: 1, all: 100));
        one.On(Offer(free: 100, all: 100, apart: [request.Apart]), _time.GetTimestamp());
        Assert.Same(other, _table.Place(request));
        Assert.Same(one, _table.Place(request));
    }

    [Fact]
    public void A_role_a_node_to_avoid_and_an_only_node_are_heeded()
    {
        var (one, other) = (Add("one", free: 100, all: 100), Add("other", free: 100, all: 100));
        one.On(Offer(free: 100, all: 100, roles: ["words"]), _time.GetTimestamp());
        for (var i = 0; i < 10; i++)
        {
            Assert.Same(one, _table.Place(new PlacementRequest(WorkKind.Call) { Role = "words" }));
            Assert.Same(other, _table.Place(new PlacementRequest(WorkKind.Call) { Avoid = "one" }));
            Assert.Same(one, _table.Place(new PlacementRequest(WorkKind.Call) { Only = "one" }));
        }
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Call) { Role = "other" }));
        Assert.False(_table.IsPossible(new PlacementRequest(WorkKind.Call) { Role = "other" }));
        // A kind of work that a later version has, and an earlier one has not offered.
        one.On(new NodeOffer(0, [], 1, 1, 1, false, [], []), _time.GetTimestamp());
        Assert.Null(_table.Place(new PlacementRequest(WorkKind.Call) { Only = "one" }));
    }

    private static Dictionary<string, string> Homes(NodeTable table) => Enumerable.Range(0, 1000).Select(static i => $"site-{i}").ToDictionary(
        static site => site, site => table.Nodes.MaxBy(node => PlacementRequest.Mix(PlacementRequest.HashOf(site) ^ node.Hash))!.Key);

    private Dictionary<NodeEntry, int> Count(PlacementRequest request, int times, Action between)
    {
        var counts = _table.Nodes.ToDictionary(static node => node, static _ => 0);
        for (var i = 0; i < times; i++)
        {
            counts[_table.Place(request)!]++;
            between();
        }
        return counts;
    }

    private NodeEntry Add(string key, int free, int all)
    {
        var node = new NodeEntry(key, Address.AllSystems, ActorRefs.Nobody);
        node.On(Offer(free, all), _time.GetTimestamp());
        _table.Add(node);
        return node;
    }

    private void Renew(NodeEntry node, int free) => node.On(Offer(free, 1000, seen: ulong.MaxValue), _time.GetTimestamp());

    private static NodeOffer Offer(int free, int all, ulong seen = 0, bool isLeaving = false, string[]? roles = null, ulong[]? apart = null) =>
        new(seen, [.. Enumerable.Repeat(new Room(all, free), PlacementRequest.Kinds)], 1, 1, 1, isLeaving, roles ?? [], apart ?? []);

    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        internal void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
