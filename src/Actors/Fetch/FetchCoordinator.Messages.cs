using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

internal sealed partial class FetchCoordinator
{
    /// <summary>The coordinator's supervisor was stopped: the browser answers with <see cref="UseSupervisor"/>.</summary>
    internal sealed class SupervisorWanted : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly SupervisorWanted Instance = new();
    }

    /// <summary>From the browser: another supervisor replaces the one that was stopped.</summary>
    /// <param name="Supervisor">The network child's new supervisor.</param>
    internal sealed record UseSupervisor(IActorRef Supervisor) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Asks for the fetches that have not ended. Answered by <see cref="RunningFetches"/>.</summary>
    internal sealed class ListFetches : FetchProtocol.ICommand
    {
        internal static readonly ListFetches Instance = new();
    }

    /// <summary>The fetches that have not ended.</summary>
    internal sealed record RunningFetches(IReadOnlyList<RunningFetch> All) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The token of a fetch was cancelled.</summary>
    private sealed record TokenCancelled(ulong Id) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private sealed class Producer(ActorBrowserSettings settings, IActorRef supervisor, IActorRef gate) : IIndirectActorProducer
    {
        internal IActorRef Supervisor { get; set; } = supervisor;

        public Type ActorType => typeof(FetchCoordinator);

        public ActorBase Produce() => new FetchCoordinator(settings, Supervisor, gate) { _producer = this };

        public void Release(ActorBase actor)
        {
        }
    }
}

/// <summary>A fetch that has not ended.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Method">Its method.</param>
/// <param name="Url">As its requester gave it.</param>
/// <param name="Age">Since its arrival.</param>
/// <param name="Status">The response's status; 0 before its headers have come.</param>
/// <param name="Received">Bytes of the response's body so far.</param>
/// <param name="ProcessId">The pid of the child that performs it; 0 while it waits for one.</param>
internal readonly record struct RunningFetch(ulong Id, string Method, string Url, TimeSpan Age, int Status, long Received, int ProcessId);
