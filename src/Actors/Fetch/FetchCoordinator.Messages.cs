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
