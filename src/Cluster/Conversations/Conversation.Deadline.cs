using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <content>How long a node that has taken a request may say nothing, although the cluster reaches it.</content>
internal abstract partial class Conversation
{
    // Longer is as good as no limit.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(10_000);

    private long _heardAt;

    /// <summary>The request's own timeout, which its node keeps; null if it has none, <see cref="Timeout.InfiniteTimeSpan"/> if it is to have none.</summary>
    private protected virtual TimeSpan? OwnTimeout => null;

    /// <summary>Whether the node is to say or take something before anything else happens.</summary>
    private protected virtual bool IsAwaited => true;

    private protected ActorTimers Timers { get; } = new(Context);

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    /// <summary>The node's silence is counted from now on.</summary>
    private protected void Await() => _heardAt = Timers.Time.GetTimestamp();

    /// <summary>Fails the request if the node has not ended it when its own timeout and the grace for its answer are over.</summary>
    private protected void AwaitEnd(TimeSpan own)
    {
        if (own > s_longest)
            return;
        var most = own + Start.Settings.AnswerGrace;
        Timers.StartSingleTimer(LateTick.Key, new LateTick(most), most);
    }

    /// <summary>The end that <see cref="AwaitEnd"/> waits for has come; what is left may take any time.</summary>
    private protected void AwaitNoEnd() => Timers.Cancel(LateTick.Key);

    private void AwaitAnswer()
    {
        Await();
        if (OwnTimeout is { } own)
        {
            if (own > TimeSpan.Zero)
                AwaitEnd(own);
        }
        else if (Start.Settings.AnswerTimeout > TimeSpan.Zero)
            Timers.StartSingleTimer(SilenceTick.Instance, SilenceTick.Instance, Start.Settings.AnswerTimeout);
    }

    private void AwaitNothing()
    {
        Timers.Cancel(LateTick.Key);
        Timers.Cancel(SilenceTick.Instance);
    }

    private void OnSilence()
    {
        var most = Start.Settings.AnswerTimeout;
        if (!IsAwaited)
            Await();
        if (most - Timers.Time.GetElapsedTime(_heardAt) is var left && left > TimeSpan.Zero)
            Timers.StartSingleTimer(SilenceTick.Instance, SilenceTick.Instance, left);
        else
            Fail(ConversationFailure.NodeLost, $"The node {Node} has said nothing for {most.TotalSeconds:0.###} s (actorbrowser.cluster.answer-timeout).");
    }

    private void OnLate(TimeSpan most) => Fail(
        ConversationFailure.NodeLost, $"The node {Node} did not answer within {most.TotalSeconds:0.###} s, the request's own timeout and actorbrowser.cluster.answer-grace.");

    private sealed record LateTick(TimeSpan Most)
    {
        internal static readonly object Key = new();
    }

    private sealed class SilenceTick
    {
        internal static readonly SilenceTick Instance = new();
    }
}
