using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>A configuration: a tree of values, merged from itself and its fallbacks. It never changes.</summary>
public partial class Config
{
    public static readonly Config Empty = ConfigurationFactory.Empty;

    // What this configuration itself says; Root holds the merger with the fallbacks.
    private HoconValue _own;

    public Config()
    {
    }

    public Config(HoconRoot root)
    {
        _own = root.Value ?? throw new ArgumentNullException(nameof(root), "The root value cannot be null.");
        Root = root.Value;
        Substitutions = root.Substitutions;
    }

    public Config(Config source, Config fallback)
    {
        ArgumentNullException.ThrowIfNull(source);
        _own = source._own;
        Root = source.Root;
        Fallback = fallback;
    }

    public Config Fallback { get; private set; }

    public virtual bool IsEmpty => Root is null || Root.IsEmpty;

    public virtual HoconValue Root { get; private set; }

    public IEnumerable<HoconSubstitution> Substitutions { get; set; }

    public static Config operator +(Config config, string fallback) =>
        config.WithFallback(ConfigurationFactory.ParseString(fallback));

    public static Config operator +(string configHocon, Config fallbackConfig) =>
        ConfigurationFactory.ParseString(configHocon).WithFallback(fallbackConfig);

    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    /// <summary>This configuration, with the other's values where this has none. Objects are merged key by key.</summary>
    public virtual Config WithFallback(Config fallback)
    {
        if (ReferenceEquals(fallback, this))
        {
            throw new ArgumentException("Config can not have itself as fallback", nameof(fallback));
        }

        if (fallback is null)
        {
            return this;
        }

        if (IsEmpty)
        {
            return fallback;
        }

        if (Contains(fallback))
        {
            return this;
        }

        var merged = Copy(fallback);
        merged.Root = new HoconValue();
        merged.Root.AppendValue(fallback.Root.GetObject().MergeImmutable(Root.GetObject()));
        return merged;
    }

    public virtual bool HasPath(string path) => GetValue(path) is not null;

    /// <summary>The value at a dotted path, or null.</summary>
    public HoconValue GetValue(string path)
    {
        var node = Root ?? throw new InvalidOperationException("Current node should not be null");
        foreach (var key in HoconText.SplitPath(path))
        {
            node = node.GetChildObject(key);
            if (node is null)
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>The object at a path with its fallbacks, as a configuration of its own; null when there is none.</summary>
    public virtual Config GetConfig(string path)
    {
        var value = GetValue(path);
        var fallback = Fallback?.GetConfig(path);
        return value is null ? fallback : value.ToConfig().WithFallback(fallback);
    }

    /// <summary>The top keys and values, this configuration's first, each key once.</summary>
    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable()
    {
        var seen = new HashSet<string>();
        for (var config = this; config is not null; config = config.Fallback)
        {
            foreach (var item in config.Root.GetObject().Items)
            {
                if (seen.Add(item.Key))
                {
                    yield return item;
                }
            }
        }
    }

    /// <summary>What this configuration itself says, without its fallbacks.</summary>
    public override string ToString() => _own is null ? "" : _own.ToString();

    public string ToString(bool includeFallback) => includeFallback ? Root.ToString() : ToString();

    protected Config Copy(Config fallback = null) => new()
    {
        Fallback = Fallback is null ? fallback : Fallback.Copy(fallback),
        Root = Root,
        _own = _own,
        Substitutions = Substitutions,
    };

    /// <summary>
    /// True when everything the other says is said here too, with the same text. A top key with dots in it is
    /// looked up as a path, as in the real Akka, so it is hardly ever found.
    /// </summary>
    internal bool Contains(Config other) =>
        other.Root.GetObject().Items.All(item => Says(GetValue(item.Key), item.Value));

    private static bool Says(HoconValue ours, HoconValue theirs) =>
        ours is not null
        && (theirs.GetObject() is { } inner ? inner.Items.All(item => Says(ours.GetChildObject(item.Key), item.Value))
            : theirs.IsArray() ? theirs.GetStringList().All(ours.GetStringList().Contains)
            : theirs.GetString() == ours.GetString());
}
