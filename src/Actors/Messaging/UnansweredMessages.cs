using System.Runtime.CompilerServices;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// Answers what is sent to a browser, or to its coordinator of fetches, that has stopped: such a message is a dead letter,
/// of which an actor that told it would hear nothing. One for each actor system, as long as that lives.
/// </summary>
internal sealed class UnansweredMessages : DeadLetterListener
{
    private static readonly ConditionalWeakTable<IActorRefProvider, UnansweredMessages> All = [];

    // A box around whether its browser is another actor: a coordinator's, which may live on.
    private readonly ConditionalWeakTable<IActorRef, StrongBox<ActorRefWithCell?>> _watched = [];

    private UnansweredMessages(IActorRefProvider provider) : base(provider)
    {
    }

    /// <summary>What reaches this actor after its end is answered.</summary>
    /// <param name="actor">A browser, or its coordinator of fetches.</param>
    /// <param name="browser">The coordinator's browser; null for a browser itself.</param>
    internal static void AnswerFor(IActorRef actor, IActorRef? browser = null)
    {
        if (actor is IInternalActorRef { Provider: var provider })
            All.GetValue(provider, static key => new UnansweredMessages(key))._watched.AddOrUpdate(actor, new(browser as ActorRefWithCell));
    }

    /// <inheritdoc/>
    private protected override void OnDeadLetter(DeadLetter letter)
    {
        // A question of our own clients fails by itself; a message without a sender expects no answer.
        var asker = letter.Sender;
        if (asker is null or Reply || asker.IsNobody() || asker.Equals(Provider.DeadLetters))
            return;
        if (_watched.TryGetValue(letter.Recipient, out var browser) && AnswerTo(letter.Message, browser.Value is { Underlying.IsTerminated: false }) is { } answer)
            asker.Tell(answer, letter.Recipient);
    }

    /// <summary>The end of a fetch that found its coordinator stopped, and the browser alive.</summary>
    internal static FetchProtocol.FetchFailed CoordinatorStopped() =>
        new(WorkIds.Next(), FetchErrorKind.Unavailable, "The fetch coordinator was stopped; another one takes the next fetch.", 0);

    private static object? AnswerTo(object message, bool browserLives)
    {
        switch (message)
        {
            case FetchProtocol.Fetch when browserLives:
                return CoordinatorStopped();
            case FetchProtocol.Fetch:
                return new FetchProtocol.FetchFailed(WorkIds.Next(), FetchErrorKind.Stopped, BrowserStoppedException.Sentence, 0);
            case CommandProtocol.Spawn spawn:
                spawn.InputDescriptor?.Dispose();
                return new CommandProtocol.SpawnRefused(SpawnFailure.Stopped, 0, BrowserStoppedException.Sentence);
            case ImageProtocol.Decode:
                return new ImageProtocol.DecodeRefused(null, BrowserStoppedException.Sentence);
            case FetchProtocol.ICommand or CommandProtocol.IRegistryCommand or TabProtocol.OpenTab or CrashProtocol.GetCrashes
                or BrowserProtocol.SpawnChild or BrowserProtocol.GetChildren or BrowserProtocol.GetPools:
                return new Status.Failure(BrowserLife.Stop());
            default:
                return null;
        }
    }
}
