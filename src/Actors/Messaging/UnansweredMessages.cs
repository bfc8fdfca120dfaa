using System.Runtime.CompilerServices;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// Answers what is sent to a browser, a service of its, a tab or a command's session that has stopped: such a message is a dead
/// letter, of which an actor that told it would hear nothing. One for each actor system, as long as that lives.
/// </summary>
internal sealed class UnansweredMessages : DeadLetterListener
{
    private static readonly ConditionalWeakTable<IActorRefProvider, UnansweredMessages> All = [];

    // A box around whether its browser is another actor: a service's, which may live on.
    private readonly ConditionalWeakTable<IActorRef, StrongBox<ActorRefWithCell?>> _watched = [];

    private UnansweredMessages(IActorRefProvider provider) : base(provider)
    {
    }

    /// <summary>What reaches this actor after its end is answered.</summary>
    /// <param name="actor">A browser, or a service of its.</param>
    /// <param name="browser">The service's browser; null for a browser itself.</param>
    internal static void AnswerFor(IActorRef actor, IActorRef? browser = null)
    {
        if (actor is IInternalActorRef { Provider: var provider })
            All.GetValue(provider, static key => new UnansweredMessages(key))._watched.AddOrUpdate(actor, new(browser as ActorRefWithCell));
    }

    /// <summary>Answers a letter that somebody waits for, or has it answered.</summary>
    /// <param name="letter">A message that reached no actor, with a sender.</param>
    /// <returns>Whether there was an answer to it.</returns>
    internal static bool Answers(DeadLetter letter)
    {
        if (RegistryOf(letter) is { } registry)
        {
            registry.Tell(new CommandSession.Unanswered(letter.Recipient.Path.Name, (CommandProtocol.ICommand)letter.Message), letter.Sender);
            return true;
        }
        if (letter.Recipient is not IInternalActorRef { Provider: var provider, Parent: var parent } || !All.TryGetValue(provider, out var all))
            return false;
        var answer = all._watched.TryGetValue(letter.Recipient, out var browser)
            ? AnswerTo(letter.Message, Lives(browser), letter.Recipient)
            : all._watched.TryGetValue(parent, out browser) ? AnswerOfChild(letter.Message, Lives(browser), letter.Recipient) : null;
        if (answer is null)
            return false;
        var asker = (letter.Message as TabProtocol.Subscribe)?.Subscriber ?? (letter.Message as CommandProtocol.Subscribe)?.Subscriber ?? letter.Sender;
        asker.Tell(answer, letter.Recipient);
        return true;
    }

    /// <inheritdoc/>
    private protected override void OnDeadLetter(DeadLetter letter)
    {
        // Our own clients hear of the end themselves; a message without a sender expects no answer, unless it names who is to hear.
        var asker = letter.Sender;
        if (asker is Reply || (letter.Message is TabProtocol.ICommand && asker is ActorRefWithCell { Underlying.Props.Type: var type } && type == typeof(TabListener)))
            return;
        if (letter.Message is TabProtocol.Subscribe or CommandProtocol.Subscribe || !(asker.IsNobody() || asker.Equals(Provider.DeadLetters)))
            Answers(letter);
    }

    // A session's, while that lives: it knows how the command has ended.
    private static IActorRef? RegistryOf(DeadLetter letter) =>
        IsForSession(letter.Message)
        && letter.Recipient is IInternalActorRef { Parent: ActorRefWithCell { Underlying: { IsTerminated: false, Props.Type: var type } } registry }
        && type == typeof(CommandRegistry) ? registry : null;

    private static bool IsForSession(object message) =>
        message is CommandProtocol.Poll or CommandProtocol.Wait or CommandProtocol.KillCommand or CommandProtocol.GetSnapshot or CommandProtocol.Subscribe or CommandProtocol.WriteInput;

    private static bool Lives(StrongBox<ActorRefWithCell?> browser) => browser.Value is { Underlying: { IsTerminated: false, ChildrenContainer.IsTerminating: false } };

    // Of a tab, or of a session whose registry has stopped.
    private static object? AnswerOfChild(object message, bool browserLives, IActorRef recipient) => message switch
    {
        _ when IsForSession(message) => browserLives ? new CommandProtocol.UnknownHandle(recipient.Path.Name) : new Status.Failure(BrowserLife.Stop()),
        TabProtocol.Query or TabProtocol.FetchResource => new TabProtocol.QueryFailed(null, browserLives ? "The tab is closed." : BrowserStoppedException.Sentence),
        TabProtocol.Subscribe => new TabProtocol.Closed { Problem = browserLives ? null : BrowserStoppedException.Sentence },
        TabProtocol.GetSnapshot or TabProtocol.Navigate or TabProtocol.Reload or TabProtocol.Back or TabProtocol.Forward =>
            new Status.Failure(browserLives ? new PageException("The tab is closed.") : BrowserLife.Stop()),
        _ => null,
    };

    private static object? AnswerTo(object message, bool browserLives, IActorRef recipient)
    {
        var sentence = browserLives ? $"The browser's service '{recipient.Path.Name}' was stopped." : BrowserStoppedException.Sentence;
        switch (message)
        {
            case FetchProtocol.Fetch when browserLives:
                return new FetchProtocol.FetchFailed(WorkIds.Next(), FetchErrorKind.Unavailable, "The fetch coordinator was stopped; another one takes the next fetch.", 0);
            case FetchProtocol.Fetch:
                return new FetchProtocol.FetchFailed(WorkIds.Next(), FetchErrorKind.Stopped, sentence, 0);
            case CommandProtocol.Spawn spawn:
                spawn.InputDescriptor?.Dispose();
                return new CommandProtocol.SpawnRefused(browserLives ? SpawnFailure.Unavailable : SpawnFailure.Stopped, 0, sentence);
            case WorkerPool.Acquire acquire:
                return new WorkerPool.Refused(acquire.Lease, sentence);
            case ImageProtocol.Decode:
                return new ImageProtocol.DecodeRefused(null, sentence);
            case FetchProtocol.ICommand or CommandProtocol.IRegistryCommand or TabProtocol.OpenTab or CrashProtocol.GetCrashes
                or BrowserProtocol.SpawnChild or BrowserProtocol.GetChildren or BrowserProtocol.GetPools:
                return new Status.Failure(browserLives ? new BrowserStoppedException(sentence) : BrowserLife.Stop());
            default:
                return null;
        }
    }
}
