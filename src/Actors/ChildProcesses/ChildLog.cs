using System.Diagnostics;
using ActorBrowser.Sandbox;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// Writes a child's lines to the log with its role and pid. While the child works on one request only, and that is traced, the line
/// belongs to its span: Akka's log events take the current one.
/// </summary>
/// <param name="log">The log of the child's actor.</param>
/// <param name="role">The child's role.</param>
/// <param name="router">Knows the child's requests.</param>
internal sealed class ChildLog(ILoggingAdapter log, string role, ChildRouter router) : IChildLogSink
{
    public void OnLine(ChildLogLine line)
    {
        var current = Activity.Current;
        if (BrowserTracing.IsOn && router.OnlyWork is { } work)
            Activity.Current = work.Activity;
        if (line.IsError)
            log.Warning("{0}: {1}", role, VisibleText.Line(line.Text));
        else
            log.Info("{0}: {1}", role, VisibleText.Line(line.Text));
        if (Activity.Current != current)
            Activity.Current = current;
    }

    public void OnSuppressed(long lines) => log.Warning("{0}: {1} more lines were written and are not shown", role, lines);
}
