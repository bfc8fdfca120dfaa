using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Writes the sentence for a child ended by a limit, and reads it back for the commands that ended with that runner.</summary>
internal static class LimitSentence
{
    private const string Beginning = "It has reached its limit of ";

    /// <summary>The sentence.</summary>
    /// <param name="limit">The limit's name, such as "memory".</param>
    /// <param name="then">What the child did then, as ", and ended itself"; empty if the parent ended it.</param>
    internal static string Of(string limit, string then = "") => $"{Beginning}{limit}{then}.";

    internal static ExitCause CauseOf(string message) =>
        message.Contains(Beginning + "memory", StringComparison.Ordinal) ? ExitCause.MemoryLimit
        : message.Contains(Beginning + "processes", StringComparison.Ordinal) ? ExitCause.ProcessLimit
        : ExitCause.RunnerLost;
}
