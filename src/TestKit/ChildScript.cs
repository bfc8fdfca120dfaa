using ActorBrowser.Transport;

namespace ActorBrowser.TestKit;

/// <summary>How a scripted child behaves. The default becomes ready, answers pings, leaves every message unanswered, and exits with code 0 when it is shut down.</summary>
public sealed record ChildScript
{
    /// <summary>
    /// Answers a message; null for no answer. The answer may come late: complete the task when the test wants it. An exception ends
    /// the child with code 70 and is its last line of stderr, as in a process.
    /// </summary>
    public Func<RoleMessage, Task<RoleMessage?>>? OnMessage { get; init; }

    /// <summary>False: the child says Hello and never becomes ready, until <c>actorbrowser.child.handshake-timeout</c> ends it.</summary>
    public bool BecomesReady { get; init; } = true;

    /// <summary>False: the child answers no ping, until its missed heartbeats end it.</summary>
    public bool AnswersPings { get; init; } = true;

    /// <summary>False: the child ignores its shutdown, until <c>actorbrowser.child.shutdown-timeout</c> ends it.</summary>
    public bool ObeysShutdown { get; init; } = true;

    /// <summary>Signal 9 ends the child when its nth message arrives, before it is handled; the first is 1.</summary>
    public int? DiesBefore { get; init; }

    /// <summary>Signal 9 ends the child once it has sent its nth answer; the first is 1.</summary>
    public int? DiesAfter { get; init; }

    /// <summary>Why no child starts: every start fails and says this.</summary>
    public string? LaunchFailure { get; init; }

    /// <summary>A script that answers every message at once.</summary>
    /// <param name="answer">Makes the answer.</param>
    public static ChildScript Answering(Func<RoleMessage, RoleMessage> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new ChildScript { OnMessage = message => Task.FromResult<RoleMessage?>(answer(message)) };
    }
}
