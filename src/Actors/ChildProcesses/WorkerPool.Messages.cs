using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <content>The messages between borrowers and the pool.</content>
internal sealed partial class WorkerPool
{
    /// <summary>Asks for a process; answered by <see cref="Leased"/> or <see cref="Refused"/>.</summary>
    /// <param name="Lease">The borrower's name for the lease.</param>
    /// <param name="Site">The site that the process works for.</param>
    internal sealed record Acquire(object Lease, string Site) : INoSerializationVerificationNeeded;

    /// <summary>Withdraws a request.</summary>
    internal sealed record GiveUp(object Lease) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A process is lent.</summary>
    internal sealed record Leased(object Lease, ChildRouter Router) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>No process is lent; the message says why.</summary>
    internal sealed record Refused(object Lease, string Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The lent process is lost: the borrower does not return it.</summary>
    internal sealed record WorkerLost(object Lease, ChildExited? Exited, string Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Returns a process. The pool ends it unless it is <paramref name="Reusable"/>.</summary>
    internal sealed record Return(object Lease, IActorRef Child, bool Reusable) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Ends a process once it is returned; at once if it is not lent.</summary>
    internal sealed record DrainChild(IActorRef Child) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Asks for the pool's state. Answered by <see cref="PoolStatus"/>.</summary>
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

/// <summary>The current state of a pool of processes.</summary>
/// <param name="Role">The processes' role.</param>
/// <param name="Processes">The number of processes.</param>
/// <param name="Lent">The number of lent processes.</param>
/// <param name="Idle">The number of processes that are ready and not lent, including spares.</param>
/// <param name="Waiting">The number of requests that wait for a process.</param>
/// <param name="Degraded">Why no process is available; null when one is.</param>
public sealed record PoolStatus(string Role, int Processes, int Lent, int Idle, int Waiting, string? Degraded) : INoSerializationVerificationNeeded;
