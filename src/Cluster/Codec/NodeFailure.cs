using ActorBrowser.Transport;

namespace ActorBrowser.Cluster;

/// <summary>An exception that a browser answers with, as it crosses nodes.</summary>
/// <param name="Kind">Which exception.</param>
/// <param name="Message">Its message.</param>
internal sealed record NodeFailure(NodeFailureKind Kind, string Message)
{
    /// <summary>The message's type of an <see cref="InvalidMessageException"/>; the type's name of another exception.</summary>
    internal string? TypeName { get; init; }

    /// <summary>Of a <see cref="RoleRefusedException"/>.</summary>
    internal RoleRefusal? Refusal { get; init; }

    /// <summary>Of a <see cref="RoleTimeoutException"/>: whether a child had the request.</summary>
    internal bool WasStarted { get; init; }

    /// <summary>Of a <see cref="RoleFailedException"/>.</summary>
    internal RoleFailureReport? Report { get; init; }

    /// <summary>Of a <see cref="ChildLostException"/>: how the child ended.</summary>
    internal ChildProcessProtocol.ChildExited? Exited { get; init; }

    internal static NodeFailure Of(Exception exception) => exception switch
    {
        BrowserStoppedException => new(NodeFailureKind.Stopped, exception.Message),
        InvalidMessageException invalid => new(NodeFailureKind.InvalidMessage, invalid.Problem) { TypeName = invalid.MessageType },
        RoleFailedException failed => new(NodeFailureKind.RoleFailed, failed.Message) { TypeName = failed.Role, Report = failed.Report },
        RoleRefusedException refused => new(NodeFailureKind.RoleRefused, refused.Message) { Refusal = refused.Reason },
        RoleTimeoutException late => new(NodeFailureKind.RoleTimeout, late.Message) { WasStarted = late.WasStarted },
        ChildLostException lost => new(NodeFailureKind.ChildLost, lost.Message) { Exited = lost.Exited },
        _ => new(NodeFailureKind.Other, exception.Message) { TypeName = exception.GetType().Name },
    };

    internal Exception ToException() => Kind switch
    {
        NodeFailureKind.Stopped => new BrowserStoppedException(Message),
        NodeFailureKind.InvalidMessage => new InvalidMessageException(TypeName ?? "message", Message),
        NodeFailureKind.RoleFailed when Report is { } report => RoleFailedException.Of(TypeName ?? "role", report),
        NodeFailureKind.RoleRefused => new RoleRefusedException(Refusal ?? RoleRefusal.Unavailable, Message),
        NodeFailureKind.RoleTimeout => new RoleTimeoutException(Message, WasStarted),
        NodeFailureKind.ChildLost => new ChildLostException(Message, Exited),
        _ => new InvalidOperationException($"{TypeName ?? "An exception"} on the node that was asked: {Message}"),
    };
}

/// <summary>The exceptions that cross nodes as themselves.</summary>
internal enum NodeFailureKind
{
    /// <summary>Any other: only its type's name and its message cross.</summary>
    Other,

    /// <summary><see cref="BrowserStoppedException"/>.</summary>
    Stopped,

    /// <summary><see cref="InvalidMessageException"/>.</summary>
    InvalidMessage,

    /// <summary><see cref="RoleFailedException"/>.</summary>
    RoleFailed,

    /// <summary><see cref="RoleRefusedException"/>.</summary>
    RoleRefused,

    /// <summary><see cref="RoleTimeoutException"/>.</summary>
    RoleTimeout,

    /// <summary><see cref="ChildLostException"/>.</summary>
    ChildLost,
}
