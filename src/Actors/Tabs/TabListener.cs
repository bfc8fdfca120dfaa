using System.Threading.Channels;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// The actor behind a <see cref="TabClient"/>. It opens the tab, receives its events, and says why they end when the tab, the browser
/// or the actor system stops.
/// </summary>
internal sealed class TabListener : OneCallActor
{
    /// <summary>How long it waits, after its tab stopped by itself, to learn whether the whole browser is stopping.</summary>
    private static readonly TimeSpan BrowserMayFollow = TimeSpan.FromSeconds(1);

    private readonly IActorRef _browser;
    private readonly ChannelWriter<IEvent> _events;
    private readonly TaskCompletionSource<Exception> _over;
    private IActorRef? _tab;
    private string? _problem;
    private bool _abandoned;
    private TaskCompletionSource<TabOpened>? _opening;
    private TaskCompletionSource<PageSummary>? _begun;
    private ICommand? _command;
    private TaskCompletionSource<PageSummary>? _loading;
    private readonly LoadWaiters _loads = new();

    public TabListener(IActorRef browser, ChannelWriter<IEvent> events, TaskCompletionSource<Exception> over)
    {
        _browser = browser;
        _events = events;
        _over = over;
    }

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(IActorRef browser, ChannelWriter<IEvent> events, TaskCompletionSource<Exception> over) =>
        Akka.Actor.Props.Create(() => new TabListener(browser, events, over));

    protected override void PreStart() => Context.Watch(_browser);

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void Fail(Exception reason)
    {
        Tell(new PageException($"The client's actor failed: {reason.Message}", reason));
        _tab?.Tell(new Close());
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Open open:
                _opening = open.Opened;
                _browser.Tell(open.Options);
                break;
            case TabOpened opened:
                OnOpened(opened);
                break;
            case Abandon:
                _abandoned = true;
                _tab?.Tell(new Close());
                break;
            case Begin begin:
                _begun?.TrySetException(new PageException("Another navigation took its place."));
                (_begun, _command) = (begin.Done, begin.Command);
                _tab?.Tell(begin.Command);
                break;
            case LoadWaiters.Wait wait:
                _loads.Add(wait);
                break;
            case Akka.Actor.Status.Failure refused:
                OnRefused(refused.Cause);
                break;
            case IEvent happened:
                OnEvent(happened);
                _events.TryWrite(happened);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_browser):
                End(BrowserLife.Stop());
                break;
            case Terminated when _problem is not null:
                Timers.StartSingleTimer(TabEnded.Instance, TabEnded.Instance, BrowserMayFollow);
                break;
            case Terminated or TabEnded:
                End(new PageException(_problem ?? "The tab is closed."));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Without another reason, the actor system is stopping.
    protected override void PostStop()
    {
        Timers.CancelAll();
        Tell(BrowserLife.Stop());
    }

    private void OnOpened(TabOpened opened)
    {
        _tab = opened.Tab;
        Context.Watch(_tab);
        if (_abandoned)
        {
            _tab.Tell(new Close());
            return;
        }
        _tab.Tell(new Subscribe(Self));
        _opening?.TrySetResult(opened);
        _opening = null;
    }

    private void OnRefused(Exception cause)
    {
        if (_tab is null)
        {
            End(cause);
            return;
        }
        _begun?.TrySetException(cause);
        _begun = null;
    }

    private void OnEvent(IEvent happened)
    {
        _loads.OnEvent(happened);
        switch (happened)
        {
            case LoadStarted started:
                _loading?.TrySetException(new PageException("Another navigation took its place."));
                // A navigation that another actor requested earlier is not this call's.
                (_loading, _begun) = IsOfAnother(started.Url) ? (default(TaskCompletionSource<PageSummary>), _begun) : (_begun, null);
                break;
            case LoadFinished finished:
                _loading?.TrySetResult(finished.Page);
                _loading = null;
                break;
            case StayedOnPage { Page: { } page }:
                _loading?.TrySetResult(page);
                _loading = null;
                break;
            case StayedOnPage stayed:
                _loading?.TrySetException(new PageException($"{stayed.Url} answered with status {stayed.Status} (nothing to show), and the tab shows no page."));
                _loading = null;
                break;
            case Downloaded { Page: { } page }:
                _loading?.TrySetResult(page);
                _loading = null;
                break;
            case Downloaded file:
                _loading?.TrySetException(new PageException($"{file.Url} was saved as {file.Path}; it is no page, and the tab shows none.") { Download = file });
                _loading = null;
                break;
            case LoadFailed failed when _loading is null && IsOfAnother(failed.Url):
                break;
            case LoadFailed failed:
                // A navigation that fails before it begins is reported as well.
                (_loading ?? _begun)?.TrySetException(failed.Kind == FetchErrorKind.Stopped
                    ? new BrowserStoppedException(failed.Message) : new PageException(failed.Message) { Kind = failed.Kind });
                (_loading, _begun) = (null, _loading is null ? null : _begun);
                break;
            case Crashed crashed:
                _loading?.TrySetException(new PageException(crashed.Message) { Exited = crashed.Exited });
                _loading = null;
                break;
            case TabProtocol.Closed closed:
                _problem = closed.Problem;
                break;
            default:
                break;
        }
    }

    // A navigation's first event has the URL as it was given.
    private bool IsOfAnother(string url) => _command is Navigate ours && ours.Url != url;

    private void End(Exception why)
    {
        Tell(why);
        Context.Stop(Self);
    }

    private void Tell(Exception why)
    {
        _over.TrySetResult(why);
        _opening?.TrySetException(why);
        _begun?.TrySetException(why);
        _loading?.TrySetException(why);
        _loads.Fail(why);
        _events.TryComplete();
    }

    internal sealed record Open(object Options, TaskCompletionSource<TabOpened> Opened) : INoSerializationVerificationNeeded;

    internal sealed record Begin(ICommand Command, TaskCompletionSource<PageSummary> Done) : INoSerializationVerificationNeeded;

    /// <summary>The client has given up: the tab is closed as soon as it opens.</summary>
    internal sealed class Abandon : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Abandon Instance = new();
    }

    private sealed class TabEnded
    {
        internal static readonly TabEnded Instance = new();
    }
}
