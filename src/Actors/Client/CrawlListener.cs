using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CrawlProtocol;

namespace ActorBrowser;

/// <summary>The actor behind a <see cref="BrowserClient.CrawlAsync"/>: passes the crawl's events on, and grants as many pages as were read.</summary>
internal sealed class CrawlListener : OneCallActor
{
    private const int Ahead = 512;

    private readonly IActorRef _browser;
    private readonly CrawlOptions _options;
    private readonly ChannelWriter<IEvent> _events;
    private IActorRef _crawl = ActorRefs.Nobody;
    private int _consumed;
    private bool _isEnding;

    public CrawlListener(IActorRef browser, CrawlOptions options, ChannelWriter<IEvent> events)
    {
        _browser = browser;
        _options = options;
        _events = events;
    }

    internal static Props Props(IActorRef browser, CrawlOptions options, ChannelWriter<IEvent> events) =>
        Akka.Actor.Props.Create(() => new CrawlListener(browser, options, events));

    protected override void PreStart()
    {
        Context.Watch(_browser);
        _browser.Tell(new StartCrawl(_options, Self) { Credit = Ahead });
    }

    protected override void Fail(Exception reason) => _events.TryComplete(reason);

    protected override void PostStop() => _events.TryComplete(BrowserLife.Stop());

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case CrawlStarted started:
                _crawl = started.Crawl;
                if (_isEnding)
                    _crawl.Tell(new StopCrawl());
                break;
            case PageCrawled crawled:
                _events.TryWrite(crawled);
                break;
            case CrawlEnded ended:
                _events.TryWrite(ended);
                _events.TryComplete();
                Context.Stop(Self);
                break;
            case Consumed:
                if (++_consumed < Ahead / 4)
                    break;
                _crawl.Tell(new GrantPages(_consumed));
                _consumed = 0;
                break;
            case End:
                _isEnding = true;
                _crawl.Tell(new StopCrawl());
                break;
            case Akka.Actor.Status.Failure failure:
                _events.TryComplete(failure.Cause);
                Context.Stop(Self);
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    internal sealed class Consumed : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Consumed Instance = new();
    }

    internal sealed class End : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly End Instance = new();
    }
}
