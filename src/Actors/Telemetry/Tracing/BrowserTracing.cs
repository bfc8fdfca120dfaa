using System.Diagnostics;

namespace ActorBrowser;

/// <summary>The source <c>ActorBrowser</c> of activities, which OpenTelemetry's <c>AddSource("ActorBrowser")</c> exports as spans.</summary>
internal static class BrowserTracing
{
    private static readonly ActivitySource Source = new("ActorBrowser");

    internal static bool IsOn => Source.HasListeners();

    /// <summary>The span in which the calling code runs; none without a listener.</summary>
    internal static ActivityContext Asker => Source.HasListeners() && Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Context : default;

    /// <summary>Starts a span that is not the current one of any code: an actor handles many requests on many threads.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="parent">What it is part of; default for none.</param>
    /// <param name="at">When it has started; default for now.</param>
    /// <returns>Null if no listener wants it.</returns>
    internal static Activity? Start(string name, ActivityKind kind, in ActivityContext parent, DateTime at = default)
    {
        var current = Activity.Current;
        // Otherwise it would be the parent where none is given.
        if (current is not null)
            Activity.Current = null;
        var activity = Source.CreateActivity(name, kind, parent);
        if (activity is not null)
        {
            if (at != default)
                activity.SetStartTime(at);
            activity.Start();
        }
        Activity.Current = current;
        return activity;
    }

    /// <summary>Ends a span.</summary>
    internal static void Stop(Activity activity, DateTime at = default)
    {
        var current = Activity.Current;
        if (at != default)
            activity.SetEndTime(at);
        activity.Stop();
        Activity.Current = current;
    }
}
