namespace ActorBrowser.ModelTests.Scheduling;

/// <summary>One event that can happen next: an actor takes a message, a channel delivers, a child acts, time passes.</summary>
/// <param name="Name">The party that acts; the same in every run of a seed.</param>
/// <param name="Key">The name's hash.</param>
/// <param name="Weight">The relative probability; 1 for an actor's turn.</param>
/// <param name="Run">Performs it.</param>
internal readonly record struct Turn(string Name, ulong Key, double Weight, Action Run);

/// <summary>
/// Chooses the next event by a seed. Half of the seeds choose at random; the other half give each party a priority and sometimes
/// lower the highest one, which finds orders in which one party is slow for a long time (as PCT does). The choice depends on who can
/// act, not on the order in which they were found, so that a seed means one schedule.
/// </summary>
internal sealed class Schedule(ulong seed)
{
    private const int StepsBetweenDemotions = 40;
    private const int RandomStepsOf100 = 5;

    private readonly List<Turn> _turns = [];
    private readonly Dictionary<ulong, int> _demoted = [];
    private readonly bool _byPriority = (seed & 1) == 1;
    private ulong _state = Hashing.Mix(seed);
    private int _demotions;

    /// <summary>A hash of the choices so far: equal for two runs of one seed.</summary>
    internal ulong Fingerprint { get; private set; }

    internal int Steps { get; private set; }

    internal int Count => _turns.Count;

    internal IEnumerable<string> Names => _turns.Select(static turn => turn.Name);

    internal void Add(string name, ulong key, Action run, double weight = 1) => _turns.Add(new Turn(name, key, weight, run));

    internal void Add(string name, Action run, double weight = 1) => Add(name, Hashing.Of(name), run, weight);

    /// <summary>Draws a number from the seed.</summary>
    /// <param name="below">The exclusive upper bound.</param>
    internal int Draw(int below) => (int)(Next() % (ulong)below);

    internal bool Chance(int ofHundred) => Draw(100) < ofHundred;

    /// <summary>Takes the next turn; false if nothing can happen.</summary>
    internal bool TryTake(out Turn turn)
    {
        if (_turns.Count == 0)
        {
            turn = default;
            return false;
        }
        var chosen = _byPriority && !Chance(RandomStepsOf100) ? First() : Any();
        turn = _turns[chosen];
        _turns[chosen] = _turns[^1];
        _turns.RemoveAt(_turns.Count - 1);
        Steps++;
        Fingerprint = Hashing.Mix(Fingerprint ^ turn.Key);
        if (_byPriority && Draw(StepsBetweenDemotions) == 0)
            _demoted[turn.Key] = ++_demotions;
        return true;
    }

    private int Any()
    {
        var step = Next();
        var (best, bestScore) = (0, double.MaxValue);
        for (var i = 0; i < _turns.Count; i++)
        {
            var luck = (Hashing.Mix(step ^ _turns[i].Key) >> 11) * (1.0 / (1UL << 53));
            var score = -Math.Log(luck + double.Epsilon) / _turns[i].Weight;
            if (score < bestScore)
                (best, bestScore) = (i, score);
        }
        return best;
    }

    private int First()
    {
        var (best, bestRank) = (0, (double.MaxValue, ulong.MaxValue));
        for (var i = 0; i < _turns.Count; i++)
        {
            // Events that are unlikely at random, such as the passing of time, come last here.
            var rank = (_turns[i].Weight < 0.5 ? 1e9 : _demoted.GetValueOrDefault(_turns[i].Key), Hashing.Mix(seed ^ _turns[i].Key));
            if (rank.CompareTo(bestRank) < 0)
                (best, bestRank) = (i, rank);
        }
        return best;
    }

    private ulong Next() => Hashing.Mix(_state += 0x9E3779B97F4A7C15);
}

/// <summary>Hashes that are equal in every process.</summary>
internal static class Hashing
{
    /// <summary>SplitMix64's finalizer.</summary>
    internal static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>FNV-1a.</summary>
    internal static ulong Of(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var c in text)
            hash = (hash ^ c) * 0x100000001B3;
        return Mix(hash);
    }
}
