using System.Diagnostics;

namespace ActorBrowser.TracingTests;

/// <summary>A span as an exporter sees it.</summary>
internal sealed record SeenSpan(string Name, string Trace, string Id, string Parent, ActivityKind Kind, DateTime Start, DateTime End, bool IsError, Dictionary<string, object?> Attributes)
{
    internal static SeenSpan Of(Activity activity) => new(
        activity.DisplayName, activity.TraceId.ToHexString(), activity.SpanId.ToHexString(),
        activity.ParentSpanId == default ? "" : activity.ParentSpanId.ToHexString(), activity.Kind,
        activity.StartTimeUtc, activity.StartTimeUtc + activity.Duration, activity.Status == ActivityStatusCode.Error, activity.TagObjects.ToDictionary());

    /// <summary>The tree below a span, one line each, siblings by name.</summary>
    internal static string Tree(IReadOnlyCollection<SeenSpan> all, SeenSpan root)
    {
        var lines = new List<string>();
        Add(root, 0);
        return string.Join('\n', lines);

        void Add(SeenSpan span, int depth)
        {
            lines.Add(new string(' ', 2 * depth) + span.Name);
            foreach (var child in all.Where(child => child.Parent == span.Id).OrderBy(static child => child.Name, StringComparer.Ordinal).ThenBy(static child => child.Start))
            {
                Assert.Equal(span.Trace, child.Trace);
                Add(child, depth + 1);
            }
        }
    }
}
