using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>Starts a command for one reader, and ends it with the reading.</summary>
internal sealed class CommandLineReader : UntypedActor
{
    private readonly IActorRef _browser;
    private readonly Spawn _spawn;
    private readonly ChannelWriter<(IEvent Event, IActorRef Session)> _events;
    private string? _handle;
    private bool _isAnswered;
    private bool _isGivenUp;

    public CommandLineReader(IActorRef browser, Spawn spawn, ChannelWriter<(IEvent Event, IActorRef Session)> events)
    {
        _browser = browser;
        _spawn = spawn;
        _events = events;
    }

    internal static Props Props(IActorRef browser, Spawn spawn, ChannelWriter<(IEvent Event, IActorRef Session)> events) =>
        Akka.Actor.Props.Create(() => new CommandLineReader(browser, spawn, events));

    protected override void PreStart()
    {
        Context.Watch(_browser);
        // Subscribed with its start: no line is missed.
        _browser.Tell(_spawn with { IsAwaited = true, Subscription = new Subscribe(Self) { Text = true, Credit = CommandSessions.Ahead } });
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Spawned spawned:
                _handle = spawned.Handle;
                OnAnswer();
                break;
            case SpawnRefused refused:
                _events.TryComplete(CommandSessions.ExceptionOf(refused));
                OnAnswer();
                break;
            case Status.Failure failure:
                _events.TryComplete(failure.Cause);
                OnAnswer();
                break;
            case OutputText or CommandClosed:
                _events.TryWrite(((IEvent)message, Sender));
                if (message is CommandClosed)
                    _events.TryComplete();
                break;
            case CommandExited or SpillFailed or OutputGap:
                break;
            case GiveUp:
                _isGivenUp = true;
                StopIfDone();
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop()
    {
        if (_handle is { } handle)
            _browser.Tell(new Release(handle), ActorRefs.NoSender);
        // Without effect after the command's own end.
        _events.TryComplete(new BrowserStoppedException(BrowserStoppedException.Sentence));
    }

    private void OnAnswer()
    {
        _isAnswered = true;
        StopIfDone();
    }

    // Not before the answer: a command that is being started must be ended too.
    private void StopIfDone()
    {
        if (_isGivenUp && _isAnswered)
            Context.Stop(Self);
    }

    /// <summary>The reading has ended.</summary>
    internal sealed class GiveUp : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly GiveUp Instance = new();
    }
}
