using System.Runtime.CompilerServices;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>An actor that, like the registry, answers for its children that were sessions of commands: it takes <see cref="CommandSession.Unanswered"/>.</summary>
internal interface ISessionKeeper;

/// <summary>
/// Answers messages to a browser, one of its services, a tab or a command's session that has stopped. They become dead letters, and
/// their sender would get no answer. One for each actor system, as long as the system lives.
/// </summary>
internal sealed class UnansweredMessages : DeadLetterListener
{
    private static readonly ConditionalWeakTable<IActorRefProvider, UnansweredMessages> All = [];

    // The box holds the service's browser, which may still live; it is empty for a browser.
    private readonly ConditionalWeakTable<IActorRef, StrongBox<ActorRefWithCell?>> _watched = [];

    private readonly ConditionalWeakTable<IActorRef, object> _typed = [];

    private UnansweredMessages(IActorRefProvider provider) : base(provider)
    {
    }

    /// <summary>Answers messages that reach this actor after it has stopped.</summary>
    /// <param name="actor">A browser, or one of its services.</param>
    /// <param name="browser">The service's browser; null for a browser itself.</param>
    /// <param name="any">Whether it answers messages of any type.</param>
    internal static void AnswerFor(IActorRef actor, IActorRef? browser = null, bool any = false)
    {
        if (actor is not IInternalActorRef { Provider: var provider })
            return;
        var all = All.GetValue(provider, static key => new UnansweredMessages(key));
        all._watched.AddOrUpdate(actor, new(browser as ActorRefWithCell));
        if (any)
            all._typed.AddOrUpdate(actor, all);
    }

    /// <summary>Answers a dead letter whose sender expects an answer, or passes it to an actor that answers.</summary>
    /// <param name="letter">A message that reached no actor, with a sender.</param>
    /// <returns>Whether it was answered.</returns>
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
            // A typed role takes messages of any type.
            ? AnswerTo(letter.Message, Lives(browser), letter.Recipient) ?? (all._typed.TryGetValue(letter.Recipient, out _) ? new Status.Failure(BrowserLife.Stop()) : null)
            : all._watched.TryGetValue(parent, out browser) ? AnswerOfChild(letter.Message, Lives(browser), letter.Recipient) : null;
        if (answer is null)
            return false;
        var asker = (letter.Message as TabProtocol.Subscribe)?.Subscriber ?? (letter.Message as CommandProtocol.Subscribe)?.Subscriber
            ?? (letter.Message as AskPermission)?.ReplyTo ?? letter.Sender;
        asker.Tell(answer, letter.Recipient);
        return true;
    }

    /// <inheritdoc/>
    private protected override void OnDeadLetter(DeadLetter letter)
    {
        // Our own clients learn of the end themselves. A message without a sender expects no answer, unless it names an actor to tell.
        var asker = letter.Sender;
        if (asker is Reply || (letter.Message is TabProtocol.ICommand && asker is ActorRefWithCell { Underlying.Props.Type: var type } && type == typeof(TabListener)))
            return;
        if (letter.Message is TabProtocol.Subscribe or CommandProtocol.Subscribe or AskPermission || !(asker.IsNobody() || asker.Equals(Provider.DeadLetters)))
            Answers(letter);
    }

    // A session's registry, if it still lives: it knows how the command ended.
    private static IActorRef? RegistryOf(DeadLetter letter) =>
        IsForSession(letter.Message)
        && letter.Recipient is IInternalActorRef { Parent: ActorRefWithCell { Underlying: { IsTerminated: false, Props.Type: var type } } registry }
        && (type == typeof(CommandRegistry) || type.IsAssignableTo(typeof(ISessionKeeper))) ? registry : null;

    private static bool IsForSession(object message) =>
        message is CommandProtocol.Poll or CommandProtocol.Wait or CommandProtocol.KillCommand or CommandProtocol.GetSnapshot or CommandProtocol.Subscribe or CommandProtocol.WriteInput;

    private static bool Lives(StrongBox<ActorRefWithCell?> browser) => browser.Value is { Underlying: { IsTerminated: false, ChildrenContainer.IsTerminating: false } };

    // The answer for a tab, or for a session whose registry has stopped.
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
            case AskPermission ask:
                return new PermissionAnswer(ask.Key, PermissionDecision.Deny, sentence, PermissionBroker.Failed);
            case ImageProtocol.Decode:
                return new ImageProtocol.DecodeRefused(null, sentence);
            case FetchProtocol.ICommand or CommandProtocol.IRegistryCommand or TabProtocol.OpenTab or CrashProtocol.GetCrashes
                or BrowserProtocol.SpawnChild or BrowserProtocol.GetChildren or BrowserProtocol.GetPools or RoleProtocol.GetRole
                or PermissionProtocol.ICommand:
                return new Status.Failure(browserLives ? new BrowserStoppedException(sentence) : BrowserLife.Stop());
            default:
                return null;
        }
    }
}
