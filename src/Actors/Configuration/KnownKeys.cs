using Akka.Configuration;

namespace ActorBrowser;

/// <summary>Rejects unknown keys: a mistyped key would otherwise be a setting that silently has no effect.</summary>
internal static class KnownKeys
{
    // The embedder chooses the names in these sections; the sections' readers check their contents. "cluster" belongs to ActorBrowser.Cluster.
    private static readonly string[] Free = ["cluster", "child.environment", "restart.roles", "roles", "sandbox.profiles", "sandbox.bases", "sandbox.roles", "sandbox.system-calls", "sandbox.defaults"];

    /// <summary>Compares a configuration's keys with the reference's.</summary>
    /// <param name="config">An application's <c>actorbrowser</c> section; null for none.</param>
    /// <param name="reference">The reference's.</param>
    /// <param name="section">What is before each key in a sentence, below <c>actorbrowser</c>, with its dot.</param>
    /// <param name="file">The reference's name.</param>
    /// <exception cref="ConfigurationException">A key is unknown; the message suggests the one meant.</exception>
    internal static void Check(Config? config, Config reference, string section = "", string file = "actorbrowser.conf")
    {
        if (config is null)
            return;
        var known = new List<string>();
        Collect(reference, "", known);
        var given = new List<string>();
        Collect(config, "", given);
        var problems = given.Where(key => !known.Contains(key)).Select(key => Sentence(key, known, section, file)).ToList();
        if (problems.Count > 0)
            throw new ConfigurationException(string.Join(" ", problems));
    }

    private static void Collect(Config config, string path, List<string> keys)
    {
        foreach (var (name, value) in config.AsEnumerable())
        {
            var key = path.Length == 0 ? name : $"{path}.{name}";
            if (Free.Contains(key))
                continue;
            if (value.IsObject())
                Collect(value.AtKey("section").GetConfig("section"), key, keys);
            else
                keys.Add(key);
        }
    }

    private static string Sentence(string key, List<string> known, string section, string file)
    {
        var nearest = known.MinBy(other => Distance(key, other))!;
        var hint = Distance(key, nearest) <= Math.Max(3, key.Length / 4) ? $" Did you mean actorbrowser.{section}{nearest}?" : $" The reference configuration, {file}, has every key.";
        return $"The key actorbrowser.{section}{key} does not exist.{hint}";
    }

    // The edit distance: insertions, deletions and replacements.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
