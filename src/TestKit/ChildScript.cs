using ActorBrowser.Transport;

namespace ActorBrowser.TestKit;

/// <summary>How a scripted child behaves. By default the child becomes ready, answers pings, answers no message, and exits with code 0 when it is shut down.</summary>
public sealed record ChildScript
{
    /// <summary>
    /// Returns the answer to a message; null for no answer. Complete the task when the test wants the child to answer. An exception
    /// ends the child with exit code 70 and becomes its last line on stderr, as in a real process.
    /// </summary>
    public Func<RoleMessage, Task<RoleMessage?>>? OnMessage { get; init; }

    /// <summary>
    /// Plays a typed role: the handlers of this definition answer the requests, and may wait, throw, or end the child. It has the
    /// name and the messages of the role that the browser adds. Null for a role that takes <see cref="RoleMessage"/>.
    /// </summary>
    public RoleDefinition? Role { get; init; }

    /// <summary>False: the child says Hello and never becomes ready, until <c>actorbrowser.child.handshake-timeout</c> ends it.</summary>
    public bool BecomesReady { get; init; } = true;

    /// <summary>False: the child answers no ping, until its missed heartbeats end it.</summary>
    public bool AnswersPings { get; init; } = true;

    /// <summary>False: the child ignores its shutdown, until <c>actorbrowser.child.shutdown-timeout</c> ends it.</summary>
    public bool ObeysShutdown { get; init; } = true;

    /// <summary>The number of the message at whose arrival signal 9 ends the child, before the child handles it; the first is 1. Null for never.</summary>
    public int? DiesBefore { get; init; }

    /// <summary>The number of the answer after which signal 9 ends the child; the first is 1. Null for never. Not for a typed role, whose handler can end the child.</summary>
    public int? DiesAfter { get; init; }

    /// <summary>If set, every start fails with this message.</summary>
    public string? LaunchFailure { get; init; }

    /// <summary>Creates a script that answers every message at once.</summary>
    /// <param name="answer">Returns the answer to a message.</param>
    public static ChildScript Answering(Func<RoleMessage, RoleMessage> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new ChildScript { OnMessage = message => Task.FromResult<RoleMessage?>(answer(message)) };
    }
}
