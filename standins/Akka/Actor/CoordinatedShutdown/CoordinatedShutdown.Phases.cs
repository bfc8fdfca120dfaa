using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Akka.Configuration;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>A phase of the shutdown.</summary>
internal sealed class Phase(ImmutableHashSet<string> dependsOn, TimeSpan timeout, bool recover)
{
    public ImmutableHashSet<string> DependsOn { get; } = dependsOn ?? [];

    public TimeSpan Timeout { get; } = timeout;

    /// <summary>Whether the next phase runs when this one failed or took too long.</summary>
    public bool Recover { get; } = recover;

    public override bool Equals(object obj) =>
        obj is Phase other && DependsOn.SetEquals(other.DependsOn) && Timeout == other.Timeout && Recover == other.Recover;

    public override int GetHashCode() => HashCode.Combine(DependsOn.Count, Timeout, Recover);

    public override string ToString() => $"DependsOn=[{string.Join(",", DependsOn)}], Timeout={Timeout}, Recover={Recover}";
}

public sealed partial class CoordinatedShutdown
{
    internal static Dictionary<string, Phase> PhasesFromConfig(Config config)
    {
        if (config.IsNullOrEmpty())
        {
            throw new ConfigurationException("Invalid phase configuration.");
        }

        var phases = config.GetConfig("phases");
        var byDefault = ConfigurationFactory.ParseString($"timeout = {config.GetString("default-phase-timeout", null)}\nrecover = true\ndepends-on = []");
        return phases.Root.GetObject().Items.Keys.ToDictionary(static name => name, name =>
        {
            var phase = phases.GetConfig(name).WithFallback(byDefault);
            return new Phase([.. phase.GetStringList("depends-on", [])], phase.GetTimeSpan("timeout", null, allowInfinite: false), phase.GetBoolean("recover", false));
        });
    }

    /// <summary>The phases, each after those it depends on.</summary>
    internal static List<string> TopologicalSort(Dictionary<string, Phase> phases)
    {
        var sorted = new List<string>();
        var done = new HashSet<string>();
        var open = new HashSet<string>();
        foreach (var name in phases.Keys.Concat(phases.Values.SelectMany(static phase => phase.DependsOn)))
        {
            Visit(name);
        }

        return sorted;

        void Visit(string name)
        {
            if (done.Contains(name))
            {
                return;
            }

            if (!open.Add(name))
            {
                throw new ArgumentException($"Cycle detected in graph of phases. It must be a DAG. phase [{name}] depepends transitively on itself. All dependencies: {phases}");
            }

            if (phases.TryGetValue(name, out var phase))
            {
                foreach (var before in phase.DependsOn)
                {
                    Visit(before);
                }
            }

            open.Remove(name);
            done.Add(name);
            sorted.Add(name);
        }
    }
}
