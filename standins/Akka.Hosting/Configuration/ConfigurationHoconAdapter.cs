using System.Globalization;
using System.Linq;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Util.Internal;
using Microsoft.Extensions.Configuration;

namespace Akka.Hosting.Configuration;

/// <summary>Reads .NET configuration as HOCON.</summary>
public static class ConfigurationHoconAdapter
{
    /// <summary>
    /// Sections whose keys are all numbers become lists, underscores in keys become hyphens, dots in keys become
    /// levels, and keys lower case if wanted. A section becomes an object under its own key.
    /// </summary>
    public static Config ToHocon(this IConfiguration config, bool normalizeKeys = true)
    {
        var root = new HoconObject();
        if (config is IConfigurationSection section)
        {
            Add(root, section, normalizeKeys);
        }
        else
        {
            AddChildren(root, config, normalizeKeys);
        }

        var value = new HoconValue();
        value.AppendValue(root);
        return value.ToConfig();
    }

    private static void AddChildren(HoconObject parent, IConfiguration config, bool normalizeKeys)
    {
        foreach (var child in config.GetChildren())
        {
            Add(parent, child, normalizeKeys);
        }
    }

    private static void Add(HoconObject parent, IConfigurationSection section, bool normalizeKeys)
    {
        var key = (normalizeKeys ? section.Key.ToLowerInvariant() : section.Key).Replace('_', '-');
        var levels = key.SplitDottedPathHonouringQuotes().ToList();
        foreach (var level in levels.SkipLast(1))
        {
            var inner = parent.GetOrCreateKey(level);
            if (!inner.IsObject())
            {
                inner.AppendValue(new HoconObject());
            }

            parent = inner.GetObject();
        }

        parent.GetOrCreateKey(levels[^1]).AppendValue(ToElement(section, normalizeKeys));
    }

    private static IHoconElement ToElement(IConfigurationSection section, bool normalizeKeys)
    {
        var children = section.GetChildren().ToList();
        if (children.Count > 0 && children.TrueForAll(static child => int.TryParse(child.Key, out _)))
        {
            var array = new HoconArray();
            foreach (var child in children.OrderBy(static child => int.Parse(child.Key, CultureInfo.InvariantCulture)))
            {
                var item = new HoconValue();
                item.AppendValue(ToElement(child, normalizeKeys));
                array.Add(item);
            }

            return array;
        }

        if (children.Count > 0 && section.Value is null)
        {
            var inner = new HoconObject();
            AddChildren(inner, section, normalizeKeys);
            return inner;
        }

        // .NET spells booleans with a capital, which HOCON does not read.
        return new HoconLiteral { Value = section.Value switch { "True" => "on", "False" => "off", var text => text } };
    }
}
