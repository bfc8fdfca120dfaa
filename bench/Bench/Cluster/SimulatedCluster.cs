using ActorBrowser.Cluster;
using Akka.Actor;

namespace ActorBrowser.Bench.Cluster;

/// <summary>What is simulated.</summary>
/// <param name="Nodes">Browser nodes.</param>
/// <param name="Fronts">Nodes that ask, all of which know all browser nodes.</param>
/// <param name="Capacity">How many requests a browser node does at a time.</param>
/// <param name="Load">The share of all capacity that the arrivals take on average.</param>
internal sealed record SimulatedSizes(int Nodes, int Fronts, int Capacity, double Load);

/// <summary>What the simulation counted after its beginning.</summary>
/// <param name="Placed">Requests that a node took.</param>
/// <param name="Refused">Refusals by a full node, after which the request was placed again.</param>
/// <param name="Waited">Requests that found no node with room at first.</param>
/// <param name="Offers">Offers that were sent, to all fronts together.</param>
/// <param name="Uneven">The 99th percentile of the nodes' loads by their mean, averaged over the time.</param>
/// <param name="Seconds">The simulated time.</param>
internal sealed record SimulatedCounts(long Placed, long Refused, long Waited, long Offers, double Uneven, double Seconds);

/// <summary>
/// Fronts and browser nodes as they are, without the network: each front has a real <see cref="NodeTable"/>, and each node makes offers by
/// <see cref="NodeHost"/>'s rules. Requests arrive at random at the fronts (Poisson), and take a random time (exponential, mean 1 s).
/// </summary>
internal sealed class SimulatedCluster
{
    private const double Interval = 1;
    private const double Lifetime = 5;
    private const double Latency = 0.001;
    private const double Beginning = 3;
    private const double SampleEach = 0.1;

    private readonly SimulatedSizes _sizes;
    private readonly Random _random = new(23);
    private readonly SimulatedTime _time = new();
    private readonly PriorityQueue<Happening, double> _happenings = new();
    private readonly NodeTable[] _tables;
    private readonly Queue<Waiting>[] _waiting;
    private readonly SimulatedNode[] _nodes;
    private long _placed, _refused, _waited, _offers, _samples;
    private double _uneven;

    internal SimulatedCluster(SimulatedSizes sizes)
    {
        _sizes = sizes;
        _nodes = [.. Enumerable.Range(0, sizes.Nodes).Select(_ => new SimulatedNode(sizes))];
        _tables = [.. Enumerable.Range(0, sizes.Fronts).Select(_ => new NodeTable(TimeSpan.FromSeconds(Lifetime), _time, new Random(_random.Next())))];
        _waiting = [.. _tables.Select(static _ => new Queue<Waiting>())];
        for (var front = 0; front < sizes.Fronts; front++)
        {
            for (var node = 0; node < sizes.Nodes; node++)
            {
                var entry = new NodeEntry($"10.0.{node / 250}.{node % 250}:4053#{node:x8}", new Address("akka.tcp", "bench", "10.0.0.1", node), ActorRefs.Nobody);
                entry.On(_nodes[node].Offer(front), _time.GetTimestamp());
                _tables[front].Add(entry);
            }
        }
        // The nodes' timers are not in step.
        for (var node = 0; node < sizes.Nodes; node++)
            At(_random.NextDouble() * Interval, new Happening(Kind.Tick, node));
        At(0, new Happening(Kind.Arrival));
        At(Beginning, new Happening(Kind.Sample));
    }

    private enum Kind { Arrival, Open, Done, Heard, Refused, Tick, Offer, Sample }

    internal SimulatedCounts Run(double seconds)
    {
        while (_happenings.TryDequeue(out var happened, out var now) && now < Beginning + seconds)
        {
            _time.Now = now;
            Handle(happened);
        }
        return new SimulatedCounts(_placed, _refused, _waited, _offers, _uneven / Math.Max(1, _samples), seconds);
    }

    private void Handle(Happening one)
    {
        switch (one.Kind)
        {
            case Kind.Arrival:
                Place(_random.Next(_sizes.Fronts), null, isNew: true);
                At(Exponential(1 / (_sizes.Load * _sizes.Nodes * _sizes.Capacity)), new Happening(Kind.Arrival));
                break;
            case Kind.Open:
                OnOpen(one.Node, one.Front, one.Work!);
                break;
            case Kind.Done:
                OnDone(one.Node);
                At(Latency, new Happening(Kind.Heard, one.Node, one.Front, Work: one.Work));
                break;
            case Kind.Heard:
                one.Work!.Node.OnOver(one.Work, wasDone: true);
                PlaceWaiting(one.Front);
                break;
            case Kind.Refused:
                Count(ref _refused);
                one.Work!.Node.OnOver(one.Work, wasDone: false);
                Place(one.Front, _tables[one.Front].Nodes[one.Node].Key, isNew: false);
                break;
            case Kind.Tick:
                if (_nodes[one.Node].OnTick(Interval, Lifetime))
                    Announce(one.Node);
                At(Interval, one);
                break;
            case Kind.Offer:
                _tables[one.Front].Nodes[one.Node].On(one.Said!, _time.GetTimestamp());
                PlaceWaiting(one.Front);
                break;
            case Kind.Sample:
                var loads = _nodes.Select(static node => (double)node.Running).Order().ToArray();
                (_uneven, _samples) = (_uneven + (loads[(int)(0.99 * (loads.Length - 1))] / Math.Max(1e-9, loads.Average())), _samples + 1);
                At(SampleEach, one);
                break;
        }
    }

    private void Place(int front, string? avoid, bool isNew)
    {
        if (_waiting[front].Count == 0 && TryPlace(front, avoid))
            return;
        _waiting[front].Enqueue(new Waiting(avoid));
        if (isNew)
            Count(ref _waited);
    }

    private void PlaceWaiting(int front)
    {
        while (_waiting[front].TryPeek(out var waiting) && TryPlace(front, waiting.Avoid))
            _waiting[front].Dequeue();
    }

    private bool TryPlace(int front, string? avoid)
    {
        if (_tables[front].Place(new PlacementRequest(WorkKind.Fetch) { Avoid = avoid }) is not { } entry)
            return false;
        At(Latency, new Happening(Kind.Open, entry.Address.Port!.Value, front, Work: entry.Newest));
        return true;
    }

    private void OnOpen(int node, int front, PlacedWork work)
    {
        if (_nodes[node].TryTake(front))
        {
            Count(ref _placed);
            At(Exponential(1), new Happening(Kind.Done, node, front, Work: work));
            if (_nodes[node].IsFull)
                Announce(node);
        }
        else
            At(Latency, new Happening(Kind.Refused, node, front, Work: work));
    }

    private void OnDone(int node)
    {
        var wasFull = _nodes[node].IsFull;
        _nodes[node].Running--;
        if (wasFull)
            Announce(node);
    }

    private void Announce(int node)
    {
        _nodes[node].OnAnnounced();
        for (var front = 0; front < _sizes.Fronts; front++)
        {
            Count(ref _offers);
            At(Latency, new Happening(Kind.Offer, node, front, _nodes[node].Offer(front)));
        }
    }

    private void Count(ref long counter)
    {
        if (_time.Now >= Beginning)
            counter++;
    }

    private double Exponential(double mean) => -Math.Log(1 - _random.NextDouble()) * mean;

    private void At(double later, Happening what) => _happenings.Enqueue(what, _time.Now + later);

    private readonly record struct Happening(Kind Kind, int Node = 0, int Front = 0, NodeOffer? Said = null, PlacedWork? Work = null);

    private readonly record struct Waiting(string? Avoid);
}

/// <summary>The simulation's clock, in seconds.</summary>
internal sealed class SimulatedTime : TimeProvider
{
    internal double Now { get; set; }

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => (long)(Now * TimestampFrequency);
}
