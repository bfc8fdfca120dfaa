using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Writes the sentence for a child ended by a limit, and reads it back for the commands that ended with that runner.</summary>
internal static class LimitSentence
{
    private const string Limit = "its limit of ";

    /// <summary>The parent has ended the child.</summary>
    internal static string Of(string limit) => $"It has reached {Limit}{limit}.";

    /// <summary>The kernel has killed the child, or it has ended itself.</summary>
    internal static string OfHit(string limit) => $"It hit {Limit}{limit}.";

    internal static ExitCause CauseOf(string message) =>
        message.Contains(Limit + "memory.", StringComparison.Ordinal) ? ExitCause.MemoryLimit
        : message.Contains(Limit + "processes.", StringComparison.Ordinal) ? ExitCause.ProcessLimit
        : ExitCause.RunnerLost;
}
