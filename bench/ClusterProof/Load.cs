using Akka.Actor;

namespace ActorBrowser.ClusterProof;

/// <summary>Requests of one kind that are under way while something happens to a node.</summary>
/// <param name="front">Asks.</param>
internal abstract class Load(Front front)
{
    private readonly List<IActorRef> _actors = [];
    private static int s_last;

    internal abstract string Name { get; }

    internal Ends Ends { get; } = new();

    /// <summary>The numbers of this round's requests; no number is used twice in a run.</summary>
    internal IReadOnlyList<int> Numbers { get; private set; } = [];

    protected Front Front => front;

    /// <summary>Begins so many requests; completes when all of them are under way on a node.</summary>
    internal async Task StartAsync(int count)
    {
        var first = Interlocked.Add(ref s_last, count) - count + 1;
        Numbers = [.. Enumerable.Range(first, count)];
        Prepare();
        foreach (var number in Numbers)
            Begin(number);
        await UnderWayAsync(count);
    }

    /// <summary>The node on which a request was first under way.</summary>
    internal abstract string? NodeOf(int number);

    /// <summary>Lets the requests end.</summary>
    internal abstract void Release();

    /// <summary>What is wrong with a request after everything is over.</summary>
    /// <param name="number">The request.</param>
    /// <param name="isAffected">Whether it was on the lost node.</param>
    internal virtual IEnumerable<string> Violations(int number, bool isAffected)
    {
        var ends = Ends.Of(number);
        if (ends.Count != 1)
            yield return $"{Name} {number} has {ends.Count} ends: {string.Join("; ", ends.Select(static end => $"{end.Kind} {end.Detail}"))}";
        foreach (var end in ends)
        {
            if (end.Kind == EndKind.Other || (end.Kind == EndKind.NodeLost && !isAffected))
                yield return $"{Name} {number}, {(isAffected ? "" : "not ")}on the lost node, ended with {end.Kind}: {end.Detail}";
        }
    }

    /// <summary>Ends the actors that hear of answers.</summary>
    internal void Forget()
    {
        foreach (var actor in _actors)
            Front.System.Stop(actor);
        _actors.Clear();
    }

    internal Task EndedAsync() => UntilAsync(() => Ends.Count >= Numbers.Count, () => $"{Ends.Count} of {Numbers.Count} {Name} have ended");

    protected abstract Task UnderWayAsync(int count);

    protected abstract void Begin(int number);

    protected virtual void Prepare()
    {
    }

    protected void Keep(IActorRef actor) => _actors.Add(actor);

    protected static async Task UntilAsync(Func<bool> condition, Func<string> state)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience.Long)
                throw new TimeoutException($"After {Patience.Long.TotalSeconds} s, {state()}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
