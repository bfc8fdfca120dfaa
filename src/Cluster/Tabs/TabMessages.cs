using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>The first message of a tab's conversation: which tab.</summary>
/// <param name="EntityId">See <see cref="TabName.EntityId"/>.</param>
internal sealed record TabOrder(string EntityId) : INoSerializationVerificationNeeded
{
    /// <summary>Whether only a tab that exists is reached.</summary>
    internal bool MustExist { get; init; }

    /// <summary>Whether the tab's name is known to its opener alone: it is closed for good some time after that one is gone.</summary>
    internal bool IsPrivate { get; init; }

    internal bool LoadImages { get; init; }

    internal FetchInitiator Initiator { get; init; }

    internal PageScripts? Scripts { get; init; }
}

/// <summary>The browser node has the tab.</summary>
/// <param name="Life">A random number; another one after the tab has moved or its actor has failed.</param>
internal sealed record TabJoined(ulong Life) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>There is no such tab.</summary>
internal sealed record TabUnknown : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>The tab does not live there any more, or lives there anew, without its page.</summary>
/// <param name="Problem">One sentence.</param>
internal sealed record TabMoved(string Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>A command to the tab.</summary>
/// <param name="Id">The asker's number of it.</param>
/// <param name="Command">One of <see cref="TabCommandCodecs"/>.</param>
internal sealed record TabAsk(ulong Id, object Command) : INoSerializationVerificationNeeded;

/// <summary>The answer to a command.</summary>
/// <param name="Id">The command's number.</param>
/// <param name="Answer">One of <see cref="TabEventCodecs"/>.</param>
internal sealed record TabAnswer(ulong Id, object Answer) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>A command was refused, or the tab failed with it.</summary>
/// <param name="Id">The command's number.</param>
/// <param name="Invalid">The message's type, if it was not valid; else null.</param>
/// <param name="Problem">One sentence.</param>
internal sealed record TabRefused(ulong Id, string? Invalid, string Problem) : INoSerializationVerificationNeeded;

/// <summary>An event of the tab.</summary>
/// <param name="Happened">One of <see cref="TabEventCodecs"/>.</param>
internal sealed record TabTold(object Happened) : INoSerializationVerificationNeeded;

/// <summary>A command that closes the tab for good, and forgets its identity's cookies.</summary>
internal sealed record CloseWithIdentity : TabProtocol.ICommand;
