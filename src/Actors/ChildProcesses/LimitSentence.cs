using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Writes the sentence for a child ended by a limit, and reads it back for the commands that ended with that runner.</summary>
internal static class LimitSentence
{
    private const string Beginning = "It has reached its limit of ";

    internal static string Of(string limit) => $"{Beginning}{limit}.";

    internal static ExitCause CauseOf(string message) =>
        message.Contains(Of("memory"), StringComparison.Ordinal) ? ExitCause.MemoryLimit
        : message.Contains(Of("processes"), StringComparison.Ordinal) ? ExitCause.ProcessLimit
        : ExitCause.RunnerLost;
}
