using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorBrowser.Samples.Guide;

// <!-- tracing -->
/// <summary>Hears of spans without OpenTelemetry, which would use <c>AddSource("ActorBrowser")</c>.</summary>
public sealed class HeardSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public HeardSpans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "ActorBrowser",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    public override string ToString() => string.Join(", ", _ended.Select(static span => span.DisplayName).Order(StringComparer.Ordinal));
}
// <!-- /tracing -->
