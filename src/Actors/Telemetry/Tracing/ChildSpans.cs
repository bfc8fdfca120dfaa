using System.Diagnostics;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>
/// Records what a child says of its work. The child may lie: its spans get ids of this process, lie within the request's span and its
/// trace, and name the role and the process as this process knows them.
/// </summary>
internal static class ChildSpans
{
    internal static void Record(List<ChildSpan> work, Activity request, DateTime sentAt, ChildRouter router)
    {
        var now = DateTime.UtcNow;
        var begun = At(work[0].Start, sentAt, now);
        if (BrowserTracing.Start("wire", ActivityKind.Internal, request.Context, sentAt) is { } wire)
            BrowserTracing.Stop(wire, begun);
        var contexts = new ActivityContext[work.Count];
        for (var i = 0; i < work.Count; i++)
        {
            var span = work[i];
            // A span can be part of an earlier one only, so that there is no cycle.
            var isPart = span.Parent >= 0 && span.Parent < i;
            var from = At(span.Start, begun, now);
            var activity = BrowserTracing.Start(span.Name, isPart ? ActivityKind.Internal : ActivityKind.Server, isPart ? contexts[span.Parent] : request.Context, from);
            contexts[i] = activity?.Context ?? request.Context;
            if (activity is null)
                continue;
            foreach (var attribute in span.Attributes)
            {
                if (!IsOurs(attribute.Name))
                    activity.SetTag(attribute.Name, attribute.Text is { } text ? text : attribute.Number);
            }
            if (!isPart)
            {
                activity.SetTag("actorbrowser.role", router.Start?.Role);
                activity.SetTag("process.pid", router.ProcessId);
            }
            if (span.Error is { } error)
                activity.SetStatus(ActivityStatusCode.Error, error);
            BrowserTracing.Stop(activity, At(span.Start + Math.Min(span.Duration, long.MaxValue / 2), from, now));
        }
    }

    private static bool IsOurs(string name) => name == "process.pid" || name.StartsWith("actorbrowser.", StringComparison.Ordinal);

    private static DateTime At(long microseconds, DateTime earliest, DateTime latest)
    {
        var ticks = microseconds > Wire.MaxMicroseconds / 2 ? DateTime.MaxValue.Ticks : Math.Min(DateTime.MaxValue.Ticks, DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond));
        return new DateTime(Math.Clamp(ticks, earliest.Ticks, Math.Max(earliest.Ticks, latest.Ticks)), DateTimeKind.Utc);
    }
}
