using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// Collects the events of one command's session for one reader. Reading ends with the command or the browser; a command that the
/// reader started is ended when reading stops.
/// </summary>
internal sealed class CommandReader : OneCallActor
{
    private readonly IActorRef _browser;
    private readonly ICommand _opening;
    private readonly ChannelWriter<(IEvent Event, IActorRef Session)> _events;
    private string? _started;
    private bool _awaitsStart;
    private bool _isGivenUp;

    /// <summary>Use <see cref="Of"/> or <see cref="Starting"/>.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="handle">The command; null to start one.</param>
    /// <param name="spawn">The command to start; null if it exists.</param>
    /// <param name="subscription">The subscription; its subscriber is this actor.</param>
    /// <param name="events">Receives each event, with its session.</param>
    public CommandReader(IActorRef browser, string? handle, Spawn? spawn, Subscribe subscription, ChannelWriter<(IEvent Event, IActorRef Session)> events)
    {
        _browser = browser;
        _events = events;
        subscription = subscription with { Subscriber = Self };
        // Subscribed at the start, so that no output is missed.
        _opening = spawn is null ? new SubscribeTo(handle!, subscription) : spawn with { IsAwaited = true, Subscription = subscription };
        _awaitsStart = spawn is not null;
    }

    /// <summary>Creates the props to read an existing command.</summary>
    internal static Props Of(IActorRef browser, string handle, Subscribe subscription, ChannelWriter<(IEvent Event, IActorRef Session)> events) =>
        Props.Create(() => new CommandReader(browser, handle, null, subscription, events));

    /// <summary>Creates the props to start a command, and to end it when reading stops.</summary>
    internal static Props Starting(IActorRef browser, Spawn spawn, Subscribe subscription, ChannelWriter<(IEvent Event, IActorRef Session)> events) =>
        Props.Create(() => new CommandReader(browser, null, spawn, subscription, events));

    protected override void PreStart()
    {
        Context.Watch(_browser);
        _browser.Tell(_opening);
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Spawned spawned:
                _started = spawned.Handle;
                _events.TryWrite((spawned, Sender));
                OnAnswer();
                break;
            case SpawnRefused refused:
                _events.TryComplete(CommandClient.ExceptionOf(refused));
                OnAnswer();
                break;
            case Status.Failure failure:
                _events.TryComplete(failure.Cause);
                OnAnswer();
                break;
            case IEvent happened:
                _events.TryWrite((happened, Sender));
                if (happened is CommandClosed or UnknownHandle)
                    _events.TryComplete();
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

    protected override void Fail(Exception reason) =>
        _events.TryComplete(new InvalidOperationException($"The reader's actor failed: {reason.Message}", reason));

    protected override void PostStop()
    {
        if (_started is { } handle)
            _browser.Tell(new Release(handle), ActorRefs.NoSender);
        // No effect if the command has ended.
        _events.TryComplete(BrowserLife.Stop());
    }

    private void OnAnswer()
    {
        _awaitsStart = false;
        StopIfDone();
    }

    // Wait for the answer first: a command that is still being started must be ended too.
    private void StopIfDone()
    {
        if (_isGivenUp && !_awaitsStart)
            Context.Stop(Self);
    }

    /// <summary>Reading has stopped.</summary>
    internal sealed class GiveUp : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly GiveUp Instance = new();
    }
}
