using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>A command was not started.</summary>
/// <param name="refusal">The refusal.</param>
public sealed class CommandRefusedException(SpawnRefused refusal) : Exception(refusal.Message)
{
    /// <summary>The kind of reason.</summary>
    public SpawnFailure Kind { get; } = refusal.Kind;

    /// <summary>The errno; 0 for none.</summary>
    public int Errno { get; } = refusal.Errno;
}

/// <summary>A command was cancelled while it ran. It and every process it started are gone.</summary>
/// <param name="snapshot">Its end and its retained output.</param>
/// <param name="cancellation">What cancelled it.</param>
public sealed class CommandCancelledException(CommandSnapshot snapshot, CancellationToken cancellation)
    : OperationCanceledException($"The command {snapshot.Handle} was cancelled.", cancellation)
{
    /// <summary>Its end and its retained output.</summary>
    public CommandSnapshot Snapshot { get; } = snapshot;
}
