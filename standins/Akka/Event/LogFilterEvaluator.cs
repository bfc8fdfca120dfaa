using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;
using Akka.Actor.Setup;

#nullable enable
namespace Akka.Event;

/// <summary>Applies filters; an event is printed when none drops it.</summary>
public class LogFilterEvaluator(LogFilterBase[] filters)
{
    public static readonly LogFilterEvaluator NoFilters = new([]);

    public bool EvaluatesLogSourcesOnly { get; } = Array.TrueForAll(filters, static filter => filter.FilterType == LogFilterType.Source);

    public virtual bool ShouldTryKeepMessage(LogEvent evt, out string expandedLogMessage)
    {
        expandedLogMessage = "";
        var text = EvaluatesLogSourcesOnly ? null : evt.ToString();
        foreach (var filter in filters)
        {
            if (filter.ShouldKeepMessage(evt, text) == LogFilterDecision.Drop)
            {
                return false;
            }
        }

        expandedLogMessage = text ?? evt.ToString();
        return true;
    }
}

/// <summary>Filters for a system to be made.</summary>
public sealed class LogFilterSetup(LogFilterBase[] filters) : Setup
{
    public LogFilterBase[] Filters { get; } = filters;

    public LogFilterEvaluator CreateEvaluator() => new(Filters);
}

/// <summary>Collects filters.</summary>
public sealed class LogFilterBuilder
{
    private readonly List<LogFilterBase> _filters = [];

    public LogFilterBuilder ExcludeSourceExactly(string source, StringComparison comparison = StringComparison.OrdinalIgnoreCase) =>
        Add(new ExactMatchLogSourceFilter(source, comparison));

    public LogFilterBuilder ExcludeSourceStartingWith(string sourceStart) => ExcludeSourceRegex(new Regex("^" + Regex.Escape(sourceStart)));

    public LogFilterBuilder ExcludeSourceContaining(string sourcePart) => ExcludeSourceRegex(new Regex(Regex.Escape(sourcePart)));

    public LogFilterBuilder ExcludeSourceEndingWith(string sourceEnd) => ExcludeSourceRegex(new Regex(Regex.Escape(sourceEnd) + "$"));

    public LogFilterBuilder ExcludeSourceRegex(Regex regex) => Add(new RegexLogSourceFilter(regex));

    public LogFilterBuilder ExcludeMessageRegex(Regex regex) => Add(new RegexLogMessageFilter(regex));

    public LogFilterBuilder ExcludeMessageContaining(string messagePart) => ExcludeMessageRegex(new Regex(Regex.Escape(messagePart)));

    public LogFilterBuilder Add(LogFilterBase filter)
    {
        _filters.Add(filter);
        return this;
    }

    public LogFilterBuilder AddRange(IEnumerable<LogFilterBase> filters)
    {
        _filters.AddRange(filters);
        return this;
    }

    public LogFilterSetup Build() => new([.. _filters]);
}
