using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>A handler of a typed role failed. Its child lives, and has lost nothing else.</summary>
public sealed class RoleFailedException : Exception
{
    private readonly string _stack;

    private RoleFailedException(string role, RoleFailureReport report, Exception? inner) : base(Sentence(role, report), inner) =>
        (Role, TypeName, RoleMessage, _stack, Report) = (role, report.TypeName, report.Message, report.StackTrace, report);

    /// <summary>The report that came from the child.</summary>
    internal RoleFailureReport Report { get; }

    /// <summary>The role's name.</summary>
    public string Role { get; }

    /// <summary>The full name of the exception's type in the child.</summary>
    public string TypeName { get; }

    /// <summary>The exception's message in the child. Untrusted text.</summary>
    public string RoleMessage { get; }

    /// <summary>The exception's stack trace in the child. Untrusted text.</summary>
    public string RoleStackTrace => _stack;

    /// <inheritdoc/>
    public override string ToString() => _stack.Length == 0 ? base.ToString() : $"{base.ToString()}{Environment.NewLine}   --- in the child ---{Environment.NewLine}{_stack}";

    internal static RoleFailedException Of(string role, RoleFailureReport report) => new(role, report, report.Inner is { } inner ? Of(role, inner) : null);

    private static string Sentence(string role, RoleFailureReport report) => report.Kind switch
    {
        RoleFailureKind.BadRequest => $"The {role} child cannot read the request: {report.Message}",
        RoleFailureKind.BadAnswer => $"The answer of the {role} child cannot be serialised: {report.Message}",
        RoleFailureKind.TooLong => $"The {role} child did not send its answer: {report.Message}",
        _ => $"{report.TypeName} in the {role} child: {report.Message}",
    };
}

/// <summary>Why a typed role did not take a request.</summary>
public enum RoleRefusal
{
    /// <summary>As many requests wait as may.</summary>
    QueueFull,

    /// <summary>The request is longer than a message may be.</summary>
    TooLong,

    /// <summary>No child can be started.</summary>
    Unavailable,
}

/// <summary>A typed role did not take a request: no child has seen it.</summary>
public sealed class RoleRefusedException : Exception
{
    internal RoleRefusedException(RoleRefusal reason, string message) : base(message) => Reason = reason;

    /// <summary>Why.</summary>
    public RoleRefusal Reason { get; }
}

/// <summary>A request to a typed role had no answer in time. It was cancelled in its child, which is ended if its handler goes on.</summary>
public sealed class RoleTimeoutException : TimeoutException
{
    internal RoleTimeoutException(string message, bool wasStarted) : base(message) => WasStarted = wasStarted;

    /// <summary>Whether a child had it; otherwise it waited for one.</summary>
    public bool WasStarted { get; }
}
