using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <content>How long a command's node may say nothing: any time while the command runs, or while a subscriber's credit is used up; else not.</content>
internal sealed partial class CommandConversation
{
    // A question whose own time is over.
    private sealed record Overdue(long Actor, object Question) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    // The command is over, and its node owes somebody a word.
    private sealed class Unsaid
    {
        internal static readonly Unsaid Instance = new();
    }

    private protected override bool IsAwaited => !_hasStarted || _talkers.IsAwaited;

    // A command without limit may run on, and a node's own grace and drain are not known here.
    private void AwaitEndOf(Spawn spawn)
    {
        if (spawn.TotalTimeout is not { } total || (Start.Settings.AnswerTimeout == TimeSpan.Zero && (spawn.Grace is null || spawn.DrainTimeout is null)))
            return;
        AwaitEnd(total + (spawn.Grace ?? Start.Settings.AnswerTimeout) + (spawn.DrainTimeout ?? Start.Settings.AnswerTimeout));
    }

    private TimeSpan? LongestOf(object question) => question switch
    {
        Wait { Timeout: { } time } when time >= TimeSpan.Zero => time + Start.Settings.AnswerGrace,
        KillCommand { Grace: { } grace } when Start.Settings.AnswerTimeout > TimeSpan.Zero => grace + Start.Settings.AnswerTimeout,
        _ => null,
    };

    private void OnOverdue(Overdue overdue)
    {
        if (_talkers.Find(overdue.Actor) is { } asker && asker.Questions.Exists(question => ReferenceEquals(question, overdue.Question)))
            Fail(ConversationFailure.NodeLost, $"The node {Node} has not answered a {overdue.Question.GetType().Name} within its own time and more.");
    }

    // Nothing that a node says of a command that is over takes time. What it still has to say may be long, so each word of it counts.
    private void AwaitRest(bool hasHeard)
    {
        if (!_isOver || !_talkers.AreOwed || Start.Settings.AnswerGrace == TimeSpan.Zero)
            Timers.Cancel(Unsaid.Instance);
        else if (hasHeard || !Timers.IsTimerActive(Unsaid.Instance))
            Timers.StartSingleTimer(Unsaid.Instance, Unsaid.Instance, Start.Settings.AnswerGrace);
    }

    private void OnUnsaid() => Fail(
        ConversationFailure.NodeLost, $"The node {Node} said that the command is over, and not what is left to say of it within {Start.Settings.AnswerGrace.TotalSeconds:0.###} s (actorbrowser.cluster.answer-grace).");
}
