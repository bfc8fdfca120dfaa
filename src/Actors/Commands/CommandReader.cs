using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// Gathers what a command's session tells one reader; the reading ends with the command, or with the browser. A command that
/// the reader itself started ends with the reading.
/// </summary>
internal sealed class CommandReader : OneCallActor
{
    private readonly IActorRef _browser;
    private readonly ICommand _opening;
    private readonly ChannelWriter<(IEvent Event, IActorRef Session)> _events;
    private string? _started;
    private bool _awaitsStart;
    private bool _isGivenUp;

    /// <summary>See <see cref="Of"/> and <see cref="Starting"/>.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="handle">The command; null where it is to be started.</param>
    /// <param name="spawn">What to start; null where the command is there.</param>
    /// <param name="subscription">What to read; its subscriber is this actor.</param>
    /// <param name="events">Gets each event with the session that it comes from.</param>
    public CommandReader(IActorRef browser, string? handle, Spawn? spawn, Subscribe subscription, ChannelWriter<(IEvent Event, IActorRef Session)> events)
    {
        _browser = browser;
        _events = events;
        subscription = subscription with { Subscriber = Self };
        // Subscribed with its start: no output is missed.
        _opening = spawn is null ? new SubscribeTo(handle!, subscription) : spawn with { IsAwaited = true, Subscription = subscription };
        _awaitsStart = spawn is not null;
    }

    /// <summary>How to make one that reads a command which is there.</summary>
    internal static Props Of(IActorRef browser, string handle, Subscribe subscription, ChannelWriter<(IEvent Event, IActorRef Session)> events) =>
        Props.Create(() => new CommandReader(browser, handle, null, subscription, events));

    /// <summary>How to make one that starts the command, and ends it with the reading.</summary>
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
        // Without effect after the command's own end.
        _events.TryComplete(BrowserLife.Stop());
    }

    private void OnAnswer()
    {
        _awaitsStart = false;
        StopIfDone();
    }

    // Not before the answer: a command that is being started must be ended too.
    private void StopIfDone()
    {
        if (_isGivenUp && !_awaitsStart)
            Context.Stop(Self);
    }

    /// <summary>The reading has ended.</summary>
    internal sealed class GiveUp : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly GiveUp Instance = new();
    }
}
