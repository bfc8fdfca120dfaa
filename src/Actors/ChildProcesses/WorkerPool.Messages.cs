using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <content>The messages between borrowers and the pool.</content>
internal sealed partial class WorkerPool
{
    /// <summary>Asks for a process; answered by <see cref="Leased"/> or <see cref="Refused"/>.</summary>
    /// <param name="Lease">The borrower's name for the lease.</param>
    /// <param name="Site">What the process is to work for.</param>
    internal sealed record Acquire(object Lease, string Site) : INoSerializationVerificationNeeded;

    /// <summary>Withdraws a request.</summary>
    internal sealed record GiveUp(object Lease) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A process is lent.</summary>
    internal sealed record Leased(object Lease, ChildRouter Router) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>No process is lent, and why.</summary>
    internal sealed record Refused(object Lease, string Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The lent process is lost: the borrower does not return it.</summary>
    internal sealed record WorkerLost(object Lease, ChildExited? Exited, string Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Returns a process; one that is not <paramref name="Reusable"/> is ended.</summary>
    internal sealed record Return(object Lease, IActorRef Child, bool Reusable) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Answered by <see cref="PoolStatus"/>.</summary>
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
}

/// <summary>What a pool of processes holds now.</summary>
/// <param name="Role">Their role.</param>
/// <param name="Processes">All.</param>
/// <param name="Lent">At work.</param>
/// <param name="Idle">Ready and not lent, spares included.</param>
/// <param name="Waiting">Requests for one.</param>
/// <param name="Degraded">Why no process is available; null when one is.</param>
public sealed record PoolStatus(string Role, int Processes, int Lent, int Idle, int Waiting, string? Degraded) : INoSerializationVerificationNeeded;
