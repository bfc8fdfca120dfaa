using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>A command was not started.</summary>
/// <param name="refusal">Why.</param>
public sealed class CommandRefusedException(SpawnRefused refusal) : Exception(refusal.Message)
{
    /// <summary>What kind of reason.</summary>
    public SpawnFailure Kind { get; } = refusal.Kind;

    /// <summary>The system's number; 0 for none.</summary>
    public int Errno { get; } = refusal.Errno;
}

/// <summary>A command was cancelled while it ran; it is gone, with all that it had started.</summary>
/// <param name="snapshot">Its end and what is kept of its output.</param>
/// <param name="cancellation">What cancelled it.</param>
public sealed class CommandCancelledException(CommandSnapshot snapshot, CancellationToken cancellation)
    : OperationCanceledException($"The command {snapshot.Handle} was cancelled.", cancellation)
{
    /// <summary>Its end and what is kept of its output.</summary>
    public CommandSnapshot Snapshot { get; } = snapshot;
}
