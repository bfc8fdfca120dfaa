using Akka.Actor;

namespace ActorBrowser;

/// <content>Opening a tab.</content>
public static partial class TabProtocol
{
    /// <summary>Opens a tab; send it to the browser. Answered by <see cref="TabOpened"/>.</summary>
    public sealed record OpenTab : TracedMessage, IValidated
    {
        /// <summary>The tab's cookies and proxy; null for a new identity.</summary>
        public NetworkIdentity? Identity { get; init; }

        /// <summary>Whether images of pages are fetched and decoded.</summary>
        public bool LoadImages { get; init; }

        /// <summary>
        /// On whose behalf <see cref="Navigate"/> loads a page. With <see cref="FetchInitiator.PublicPage"/>, for URLs that come from a model or a page,
        /// it reaches no loopback, link-local or private address.
        /// </summary>
        public FetchInitiator Initiator { get; init; }

        /// <summary>Which scripts of its pages run; null for the configured choice (<c>tabs.scripts</c>, which is none).</summary>
        public PageScripts? Scripts { get; init; }

        /// <summary>An actor that gets the tab's events from the start; null for none.</summary>
        public IActorRef? Subscriber { get; init; }

        /// <summary>
        /// A folder for what servers send as files (<c>Content-Disposition: attachment</c>, or a type that is no page); null to fail such
        /// navigations. See <see cref="Downloaded"/>.
        /// </summary>
        public string? Downloads { get; init; }

        /// <summary>Where the tab was before it is opened once more; null for a new tab.</summary>
        internal TabMemory? Memory { get; init; }

        object? IValidated.Refusal() => Scripts is { } scripts && !Enum.IsDefined(scripts)
            ? new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(OpenTab), $"Scripts is {(int)scripts}, which is no PageScripts"))
            : !Enum.IsDefined(Initiator) ? new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(OpenTab), $"Initiator is {(int)Initiator}, which is no FetchInitiator"))
            : Subscriber is null or IInternalActorRef ? null : TabRefusals.NoActor(nameof(OpenTab), Subscriber);
    }
}
