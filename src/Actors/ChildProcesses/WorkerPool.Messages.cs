using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <content>What borrowers and the pool tell each other.</content>
internal sealed partial class WorkerPool
{
    /// <summary>A process, please; answered by <see cref="Leased"/> or <see cref="Refused"/>.</summary>
    internal sealed record Acquire(object Lease, string Site) : INoSerializationVerificationNeeded;

    /// <summary>It is no longer wanted.</summary>
    internal sealed record GiveUp(object Lease) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed record Leased(object Lease, ChildRouter Router) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed record Refused(object Lease, string Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The lent process is gone; nothing is to be returned.</summary>
    internal sealed record WorkerLost(object Lease, ChildExited? Exited, string Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Done with it.</summary>
    internal sealed record Return(object Lease, IActorRef Child, bool Reusable) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed class GetPool : INoSerializationVerificationNeeded
    {
        internal static readonly GetPool Instance = new();
    }

    private sealed class Refill
    {
        internal static readonly Refill Instance = new();
    }

    private sealed class Sweep
    {
        internal static readonly Sweep Instance = new();
    }

    private sealed class Trial
    {
        internal static readonly Trial Instance = new();
    }
}

/// <summary>What a pool of processes holds now.</summary>
/// <param name="Role">Their role.</param>
/// <param name="Processes">All.</param>
/// <param name="Lent">At work.</param>
/// <param name="Idle">Ready and not lent, spares included.</param>
/// <param name="Waiting">Requests for one.</param>
/// <param name="Degraded">Why no process is available; null when one is.</param>
public sealed record PoolStatus(string Role, int Processes, int Lent, int Idle, int Waiting, string? Degraded) : INoSerializationVerificationNeeded;
