using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>The spans of what a tab's renderer is asked.</summary>
internal static class QuestionSpans
{
    internal static RequestSpan? Begin(TabProtocol.Query query)
    {
        var span = RequestSpan.Begin("query", query.TraceParent);
        if (span is { IsRecorded: true })
            span.Set("actorbrowser.query", query.Kind.ToString());
        return span;
    }

    internal static RequestSpan? Begin(TabProtocol.Act act)
    {
        var span = RequestSpan.Begin("act", act.TraceParent);
        if (span is { IsRecorded: true })
            span.Set("actorbrowser.act", act.Kind.ToString());
        return span;
    }

    internal static void End(RequestSpan span, ChildFrames.UserFrame answer)
    {
        switch (answer)
        {
            case ChildFrames.Answer items:
                span.Set("actorbrowser.query.total", items.Value.Total);
                span.End();
                break;
            case ChildFrames.NoDocument failed:
                span.End(failed.Value.Kind.ToString(), failed.Value.Message);
                break;
            case ChildFrames.NoScriptValue failed:
                // Its message is the page's.
                span.End(failed.Value.Kind.ToString());
                break;
            case ChildFrames.Acted { Value.Outcome: ActOutcome.Failed } failed:
                span.End(failed.Value.Failure.ToString(), failed.Value.Message);
                break;
            case ChildFrames.TooLarge:
                span.End("TooLarge");
                break;
            default:
                span.End();
                break;
        }
    }
}
