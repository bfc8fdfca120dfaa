using System.Threading.Channels;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>Gathers what a command's session tells one reader; the reading ends with the command, or with the browser.</summary>
internal sealed class CommandReader : UntypedActor
{
    private readonly IActorRef _browser;
    private readonly SubscribeTo _subscribe;
    private readonly ChannelWriter<(IEvent Event, IActorRef Session)> _events;

    public CommandReader(IActorRef browser, string handle, Subscribe subscription, ChannelWriter<(IEvent Event, IActorRef Session)> events)
    {
        _browser = browser;
        _subscribe = new SubscribeTo(handle, subscription with { Subscriber = Self });
        _events = events;
    }

    internal static Props Props(IActorRef browser, string handle, Subscribe subscription, ChannelWriter<(IEvent Event, IActorRef Session)> events) =>
        Akka.Actor.Props.Create(() => new CommandReader(browser, handle, subscription, events));

    protected override void PreStart()
    {
        Context.Watch(_browser);
        _browser.Tell(_subscribe);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IEvent happened:
                _events.TryWrite((happened, Sender));
                if (happened is CommandClosed or UnknownHandle)
                    _events.TryComplete();
                break;
            case Status.Failure failure:
                _events.TryComplete(failure.Cause);
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Without effect after the command's own end.
    protected override void PostStop() => _events.TryComplete(new BrowserStoppedException("The browser has stopped, or is stopping."));
}
