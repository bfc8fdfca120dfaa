using System.Globalization;
using System.Net;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorBrowser;

/// <summary>Reads keys one at a time; each error names its key.</summary>
internal sealed class SettingsReader(Config config)
{
    private const string Root = "actorbrowser.";

    internal string Text(string key) => Present(key, () => config.GetString(Root + key, null));

    internal string Filled(string key) => Text(key) is { Length: > 0 } text ? text : throw Wrong(key, "is empty");

    internal bool Switch(string key) => Present(key, () => config.GetBoolean(Root + key, false), "on or off");

    internal int Number(string key, int minimum, int maximum) => (int)Range(key, Present(key, () => config.GetInt(Root + key, 0), "a whole number"), minimum, maximum);

    internal long Bytes(string key, long minimum, long maximum) =>
        Range(key, Present(key, () => config.GetByteSize(Root + key, null), "a size: 64 KiB, 10 MiB, 1 GiB") ?? throw Wrong(key, "is not a size: 64 KiB, 10 MiB, 1 GiB"), minimum, maximum);

    internal TimeSpan Time(string key, bool positive = false)
    {
        var time = Present(key, () => config.GetTimeSpan(Root + key, null, allowInfinite: false), "a time: 500ms, 30s, 5m, 2h");
        return time < TimeSpan.Zero || (positive && time == TimeSpan.Zero) || time.TotalMilliseconds > int.MaxValue
            ? throw Wrong(key, $"is {config.GetString(Root + key, null)}; it must be {(positive ? "more than 0" : "0 or more")}, and at most 24 days: 500ms, 30s, 5m, 2h")
            : time;
    }

    internal double Share(string key)
    {
        var share = Present(key, () => config.GetDouble(Root + key, 0), "a number between 0 and 1");
        return share is >= 0 and <= 1 ? share : throw Wrong(key, $"is {share.ToString(CultureInfo.InvariantCulture)}, not between 0 and 1");
    }

    internal T Choice<T>(string key) where T : struct, Enum =>
        Enum.TryParse<T>(Text(key), ignoreCase: true, out var choice) && Enum.IsDefined(choice) ? choice
            : throw Wrong(key, $"is not one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");

    // Akka takes a text for an empty list.
    internal IReadOnlyList<string> Texts(string key) =>
        [.. Present(key, () => config.GetValue(Root + key) is { } value && value.IsString() ? throw new FormatException("it is a text, not a list") : config.GetStringList(Root + key))];

    internal IReadOnlyList<string> Networks(string key)
    {
        var blocks = Present(key, () => config.GetStringList(Root + key)).ToArray();
        return Array.TrueForAll(blocks, b => IPNetwork.TryParse(b, out _)) ? blocks : throw Wrong(key, "contains a value that is not a CIDR block");
    }

    /// <summary>Reads rules for hosts.</summary>
    /// <param name="key">The list.</param>
    /// <param name="before">What is written before each to make it a rule.</param>
    internal IReadOnlyList<string> EgressRules(string key, string before)
    {
        var texts = Texts(key);
        return ActorBrowser.EgressRules.Problem([.. texts.Select(text => before + text)]) is { } problem ? throw Wrong(key, $"has a wrong rule. {problem}") : texts;
    }

    internal bool Has(string key) => config.HasPath(Root + key);

    /// <summary>Returns the names of a section's subsections.</summary>
    /// <param name="key">The section.</param>
    /// <param name="like">The section whose keys each subsection may have.</param>
    internal IReadOnlyList<string> Sections(string key, string like)
    {
        var names = new List<string>();
        foreach (var (name, section) in Objects(key))
        {
            if (section.Items.Keys.FirstOrDefault(one => !Has($"{like}.{one}") || $"{like}.{one}" == key) is { } unknown)
                throw Wrong($"{key}.{name}.{unknown}", "is an unknown key");
            names.Add(name);
        }
        return names;
    }

    /// <summary>Reads subsections of environment variables, by name.</summary>
    /// <param name="key">The section.</param>
    internal Dictionary<string, Dictionary<string, string>> Variables(string key)
    {
        var all = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (section, variables) in Objects(key))
        {
            all[section] = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in variables.Items)
            {
                if (name.Contains('=', StringComparison.Ordinal) || name.StartsWith("ACTORBROWSER_", StringComparison.OrdinalIgnoreCase))
                    throw Wrong($"{key}.{section}.{name}", "is not a valid variable name");
                all[section][name] = Present($"{key}.{section}.{name}", () => value.IsString() ? value.GetString() : throw new FormatException("it is not text"));
            }
        }
        return all;
    }

    private IEnumerable<(string Name, HoconObject Section)> Objects(string key) => Present(key, () => config.GetConfig(Root + key)).AsEnumerable()
        .Select(pair => (pair.Key, pair.Value.IsObject() ? pair.Value.GetObject() : throw Wrong($"{key}.{pair.Key}", "is not a section")));

    private T Present<T>(string key, Func<T> read, string? like = null)
    {
        if (!config.HasPath(Root + key))
            throw Wrong(key, "is missing");
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            throw new ConfigurationException(like is null ? $"{Root}{key} cannot be read: {e.Message}" : $"{Root}{key} is '{config.GetString(Root + key, null)}', which is not {like}.", e);
        }
    }

    private static long Range(string key, long value, long minimum, long maximum) =>
        value >= minimum && value <= maximum ? value : throw Wrong(key, $"is {value}, outside {minimum} to {maximum}");

    private static ConfigurationException Wrong(string key, string what) => new($"{Root}{key} {what}.");
}
