using System.Globalization;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using Akka.Configuration;

namespace ActorBrowser;

/// <summary>Reads profiles: a profile's keys, then its base's, then the defaults.</summary>
internal static class ProfileReader
{
    private static readonly Dictionary<string, Namespaces> NamespaceNames = new(StringComparer.Ordinal)
    {
        ["mounts"] = Namespaces.Mounts,
        ["processes"] = Namespaces.Processes,
        ["network"] = Namespaces.Network,
        ["messages"] = Namespaces.Messages,
        ["host-name"] = Namespaces.HostName,
        ["control-groups"] = Namespaces.ControlGroups,
    };

    private static readonly Dictionary<string, Func<SandboxPolicy, string, SandboxPolicy>> PathLists = new(StringComparer.Ordinal)
    {
        ["read"] = static (policy, path) => policy.AllowRead(path),
        ["write"] = static (policy, path) => policy.AllowWrite(path),
        ["execute"] = static (policy, path) => policy.AllowExecute(path),
        ["devices"] = static (policy, path) => policy.AllowDevice(path),
        ["protect"] = static (policy, name) => policy.Protect(name),
    };

    internal static List<SandboxPolicy> ReadAll(Config sandbox)
    {
        var problems = new List<string>();
        var defaults = sandbox.GetConfig("defaults");
        var bases = Children(sandbox.GetConfig("bases"));
        var calls = sandbox.GetConfig("system-calls");
        var paths = sandbox.GetConfig("paths");
        var policies = new List<SandboxPolicy>();
        foreach (var (name, own) in Children(sandbox.GetConfig("profiles")))
        {
            var known = new[] { own }.Concat(bases.Values);
            problems.AddRange(known.SelectMany(part => UnknownKeys(name, part, defaults)));
            try
            {
                var policy = Read(name, own, bases, defaults, calls, paths);
                problems.AddRange(PolicyLinter.Check(policy));
                policies.Add(policy);
            }
            catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException or ArgumentException)
            {
                problems.Add($"The profile {name} cannot be read: {e.Message}");
            }
        }
        return problems.Count == 0 ? policies : throw new ConfigurationException(string.Join(" ", problems.Distinct()));
    }

    private static SandboxPolicy Read(string name, Config own, Dictionary<string, Config> bases, Config defaults, Config calls, Config paths)
    {
        var basedOn = own.GetString("based-on", "");
        var config = basedOn.Length == 0 ? own.WithFallback(defaults)
            : bases.TryGetValue(basedOn, out var under) ? own.WithFallback(under).WithFallback(defaults)
            : throw new ArgumentException($"the base '{basedOn}' does not exist.");
        var reasons = Reasons(config);
        var policy = SandboxPolicy.Named(name) with
        {
            Description = config.GetString("description", ""),
            KillsOnViolation = config.GetString("violation", "") switch { "deny" => false, "kill" => true, var other => throw new ArgumentException($"violation is '{other}', not deny or kill.") },
            AsksOnRefusal = config.GetString("on-refusal", "") switch { "deny" => false, "ask" => true, var other => throw new ArgumentException($"on-refusal is '{other}', not deny or ask.") },
            Limits = ReadLimits(config.GetConfig("limits")),
            NativeSystemCalls = [.. Expand(config.GetStringList("native-system-calls"), calls, 0)],
            NativeQuietlyDenied = [.. Expand(config.GetStringList("native-tries"), calls, 0)],
        };
        foreach (var (key, allow) in PathLists)
            policy = Paths(config.GetStringList(key), paths).Aggregate(policy, allow);
        foreach (var (allowance, reason) in reasons)
            policy = policy.Because(allowance, reason);
        policy = ReadEgress(ReadNetwork(policy, config, reasons), config);
        if (config.GetBoolean("fork", false))
            policy = policy.AllowFork(reasons.GetValueOrDefault("fork", ""));
        if (config.GetBoolean("exec", false))
            policy = policy.AllowExec(reasons.GetValueOrDefault("exec", ""));
        if (config.GetBoolean("terminals", false))
            policy = policy.AllowTerminals();
        foreach (var kind in config.GetStringList("namespaces"))
            policy = policy.In(NamespaceNames.TryGetValue(kind, out var value) ? value : throw new ArgumentException($"'{kind}' is not a kind of namespace."));
        var (required, preferred) = (Layers(config, "windows.require", isWindows: true), Layers(config, "windows.prefer", isWindows: true));
        if (OperatingSystem.IsWindows())
            policy = policy.Require(required).Prefer(preferred);
        return policy
            .AllowSystemCalls(Expand(config.GetStringList("system-calls"), calls, 0))
            .DenyQuietly(Expand(config.GetStringList("tries"), calls, 0))
            .Require(Layers(config, "require", isWindows: false))
            .Prefer(Layers(config, "prefer", isWindows: false));
    }

    private static SandboxPolicy ReadNetwork(SandboxPolicy policy, Config config, Dictionary<string, string> reasons)
    {
        var ports = config.GetStringList("tcp-connect");
        policy = ports is ["any"]
            ? policy.AllowTcpConnectAnywhere(reasons.GetValueOrDefault("tcp-anywhere", ""))
            : policy.AllowTcpConnect([.. ports.Select(static port => int.TryParse(port, out var number) && number is > 0 and < 65536 ? number
                : throw new ArgumentException($"'{port}' is not a TCP port."))]);
        return config.GetBoolean("datagrams", false) ? policy.AllowDatagrams(reasons.GetValueOrDefault("datagrams", "")) : policy;
    }

    private static SandboxPolicy ReadEgress(SandboxPolicy policy, Config config)
    {
        string[] rules = [.. config.GetStringList("egress.allow"), .. config.GetStringList("egress.deny").Select(static rule => "!" + rule)];
        foreach (var rule in rules)
        {
            if (!EgressRule.TryParse(rule, out _, out var problem))
                throw new ArgumentException(problem);
        }
        return config.GetBoolean("egress.named", false) || rules.Length > 0 ? policy.AllowEgress(rules) : policy;
    }

    private static SandboxLimits ReadLimits(Config limits) => new()
    {
        Memory = Size(limits, "memory"),
        ProcessorTime = (long)limits.GetTimeSpan("processor-time", TimeSpan.Zero, allowInfinite: false).TotalSeconds,
        WallTime = limits.GetTimeSpan("wall-time", TimeSpan.Zero, allowInfinite: false),
        Processes = limits.GetInt("processes", 0),
        Descriptors = limits.GetInt("descriptors", 0),
        FileSize = Size(limits, "file-size"),
        Output = Size(limits, "output"),
        Temporary = Size(limits, "temporary"),
        ProcessorWeight = Weight(limits, "processor-weight"),
        DiskWeight = Weight(limits, "disk-weight"),
        DiskShare = Share(limits, "disk"),
    };

    // A percentage refers to the memory that this process may use.
    private static long Size(Config limits, string key)
    {
        if (limits.GetString(key, "").Trim() is [.., '%'] share)
        {
            return double.TryParse(share.AsSpan(0, share.Length - 1).Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100
                ? (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 100 * percent) : throw new ArgumentException($"limits.{key} is '{share}', not a share of the memory, such as 25 %.");
        }
        return Bytes(limits, key);
    }

    private static int Weight(Config limits, string key)
    {
        var weight = limits.GetInt(key, 0);
        return weight is >= 0 and <= 10_000 ? weight : throw new ArgumentException($"limits.{key} is {weight}; it must be 1 to 10000, or 0 for none.");
    }

    private static int Share(Config limits, string key)
    {
        var text = limits.GetString(key, "0").Trim();
        return int.TryParse(text.TrimEnd('%').TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && (percent == 0 || (percent <= 100 && text.EndsWith('%')))
            ? percent : throw new ArgumentException($"limits.{key} is '{text}'; it must be a share, such as \"50 %\", or 0 for no limit.");
    }

    private static long Bytes(Config limits, string key) => limits.GetByteSize(key, null) ?? throw new ArgumentException($"limits.{key} is not a size.");

    private static List<SandboxLayer> Layers(Config config, string key, bool isWindows) => [.. config.GetStringList(key).Select(name =>
        LayerNames.Find(name) is not { } layer ? throw new ArgumentException($"'{name}' is not a layer.")
        : LayerNames.IsForWindows(layer) == isWindows ? layer
        : throw new ArgumentException($"{key} names '{name}', which is a layer of {(isWindows ? "Linux: name it in require or prefer" : "Windows: name it in windows.require or windows.prefer")}."))];

    private static Dictionary<string, string> Reasons(Config config) =>
        config.GetConfig("reasons")?.AsEnumerable().ToDictionary(static pair => pair.Key, static pair => pair.Value.GetString(), StringComparer.Ordinal) ?? [];

    private static IEnumerable<string> Expand(IEnumerable<string> names, Config lists, int depth)
    {
        foreach (var name in names)
        {
            if (name[0] != '@')
            {
                yield return name;
                continue;
            }
            if (depth > 8 || !lists.HasPath(name[1..]))
                throw new ArgumentException(depth > 8 ? $"the list '{name}' contains itself." : $"the list of system calls '{name}' does not exist.");
            foreach (var inner in Expand(lists.GetStringList(name[1..]), lists, depth + 1))
                yield return inner;
        }
    }

    // A path is a list's name, or begins with "~/" for the user's home; without a home it is dropped.
    private static IEnumerable<string> Paths(IEnumerable<string> names, Config lists)
    {
        foreach (var name in names)
        {
            if (name.StartsWith("~/", StringComparison.Ordinal))
            {
                if (PolicyPaths.Home is { } home)
                    yield return home + name[1..];
            }
            else if (name[0] == '@' && lists.HasPath(name[1..]))
            {
                foreach (var inner in Paths(lists.GetStringList(name[1..]), Config.Empty))
                    yield return inner;
            }
            else
            {
                yield return name;
            }
        }
    }

    private static IEnumerable<string> UnknownKeys(string profile, Config part, Config defaults)
    {
        foreach (var (key, value) in part.AsEnumerable())
        {
            if (!defaults.HasPath(key))
                yield return $"The profile {profile} has an unknown key '{key}'.";
            if (key is "limits" or "egress" or "windows" && value.IsObject())
            {
                foreach (var inner in value.GetObject().Items.Keys.Where(inner => !defaults.HasPath($"{key}.{inner}")))
                    yield return key == "limits" ? $"The profile {profile} has an unknown limit '{inner}'." : $"The profile {profile} has an unknown key '{key}.{inner}'.";
            }
        }
    }

    private static Dictionary<string, Config> Children(Config config) =>
        config.AsEnumerable().ToDictionary(static pair => pair.Key, pair => config.GetConfig(pair.Key), StringComparer.Ordinal);
}
