using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// The local browser's tab of a <see cref="TabEntity"/>: opened when a command needs it, where it was; its page is loaded again when a
/// command needs that. For the entity's thread only.
/// </summary>
/// <param name="context">The entity's.</param>
/// <param name="browser">The browser.</param>
/// <param name="onMemory">Called when the tab has moved on.</param>
internal sealed class LocalTab(IActorContext context, IActorRef browser, Action<TabMemory> onMemory)
{
    private const int MostHeld = 64;

    private const string TooMany = "Too many commands wait for this tab to be opened again.";

    private readonly HashSet<IActorRef> _subscribers = [];

    // Wait for the tab, or for its page.
    private readonly List<(object Command, IActorRef Sender)> _held = [];
    private IActorRef? _tab;
    private OpeningRef? _opening;
    private bool _isAsked;
    private bool _isOver;
    private bool _isPageMissing;
    private bool _isLoading;
    private TabMemory? _memory;

    private bool IsOpening => _opening is not null;

    internal bool IsOpen => _tab is not null || IsOpening;

    /// <summary>Whether the tab is being opened, or was asked where it is and has not answered.</summary>
    internal bool IsBusy => _isAsked || IsOpening;

    internal void Add(IActorRef subscriber)
    {
        _subscribers.Add(subscriber);
        _tab?.Tell(new Subscribe(subscriber));
    }

    internal void Remove(IActorRef subscriber) => _subscribers.Remove(subscriber);

    /// <summary>Passes a command on, as its sender.</summary>
    internal void Do(object command, IActorRef sender, Func<OpenTab> options)
    {
        if (!IsOpen)
            Open(options());
        if (command is Navigate or Reload or Back or Forward)
            _isPageMissing = false;
        if (_tab is not null && !(NeedsPage(command) && IsPageAwaited()))
            _tab.Tell(command, sender);
        else if (_held.Count < MostHeld)
            _held.Add((command, sender));
        else
            sender.Tell(TabRefusals.Lost(command, TooMany, new PageException(TooMany)));
    }

    /// <summary>Handles a message of the browser or of the tab.</summary>
    internal bool Handles(object message, IActorRef sender)
    {
        switch (message)
        {
            case TabOpened opened when IsOpening:
                OnOpened(opened.Tab);
                return true;
            case Akka.Actor.Status.Failure failure when IsOpening:
                _opening = null;
                foreach (var (_, asker) in _held)
                    asker.Tell(failure);
                _held.Clear();
                return true;
            case TabMemory memory:
                OnMemory(memory, sender);
                return true;
            case IEvent happened when sender.Equals(_tab):
                OnEvent(happened);
                return true;
            default:
                // Of a tab that was closed.
                return message is IEvent or TabOpened;
        }
    }

    /// <summary>Asks where the tab is.</summary>
    internal void AskMemory()
    {
        if (_tab is null || _isAsked)
            return;
        _isAsked = true;
        _tab.Tell(TabMemory.Get.Instance, context.Self);
    }

    /// <summary>The tab's actor, or another one, has stopped.</summary>
    internal bool OnTerminated(IActorRef actor)
    {
        if (!actor.Equals(_tab))
            return false;
        // Its subscribers were told why.
        (_tab, _isAsked, _isLoading) = (null, false, false);
        Release();
        return true;
    }

    /// <summary>Closes the tab; who subscribed is told, even if there is no tab.</summary>
    internal void End()
    {
        _isOver = true;
        if (_tab is not null)
        {
            _tab.Tell(new Close(), context.Self);
            return;
        }
        // Also if it is being opened: then it is closed before anybody subscribes.
        foreach (var subscriber in _subscribers)
            subscriber.Tell(new TabProtocol.Closed());
    }

    /// <summary>Closes the tab, which opens again on demand. Nobody may have subscribed.</summary>
    internal void Close()
    {
        _tab?.Tell(new Close(), context.Self);
        if (_tab is not null)
            context.Unwatch(_tab);
        _opening?.Abandon();
        (_tab, _opening, _isAsked, _isLoading) = (null, null, false, false);
    }

    private static bool NeedsPage(object command) => command is Query or Act or Evaluate or FetchResource;

    private void Open(OpenTab open)
    {
        (_opening, _memory) = (new OpeningRef(((IInternalActorRef)context.Self).Provider, context.Self), open.Memory);
        // What answered a form is not loaded again: a query says so.
        _isPageMissing = open.Memory is { Position: >= 0, AnsweredForm: false };
        browser.Tell(open, _opening);
    }

    private void OnOpened(IActorRef tab)
    {
        (_tab, _opening) = (tab, null);
        context.Watch(tab);
        if (_isOver)
        {
            tab.Tell(new Close(), context.Self);
            return;
        }
        foreach (var subscriber in _subscribers)
            tab.Tell(new Subscribe(subscriber));
        var held = _held.ToArray();
        _held.Clear();
        foreach (var (command, sender) in held)
        {
            if (NeedsPage(command) && IsPageAwaited())
                _held.Add((command, sender));
            else
                tab.Tell(command, sender);
        }
    }

    // Loads the page that the tab had elsewhere, the first time that it is needed.
    private bool IsPageAwaited()
    {
        if (_isPageMissing && _tab is { } tab)
        {
            (_isPageMissing, _isLoading) = (false, true);
            tab.Tell(new Reload(), context.Self);
        }
        return _isLoading;
    }

    private void OnEvent(IEvent happened)
    {
        if (happened is TitleChanged or LoadFinished or LoadFailed or Crashed or StayedOnPage)
            AskMemory();
        if (happened is not (LoadFinished or LoadFailed or Crashed or StayedOnPage))
            return;
        _isLoading = false;
        Release();
    }

    private void Release()
    {
        foreach (var (command, sender) in _held)
        {
            if (_tab is { } tab)
                tab.Tell(command, sender);
            else
                sender.Tell(TabRefusals.Lost(command, "The tab was closed.", new PageException("The tab was closed.")));
        }
        _held.Clear();
    }

    private void OnMemory(TabMemory memory, IActorRef sender)
    {
        if (!sender.Equals(_tab))
            return;
        _isAsked = false;
        if (IsSame(memory, _memory))
            return;
        _memory = memory;
        onMemory(memory);
    }

    private static bool IsSame(TabMemory memory, TabMemory? before) =>
        before is not null && memory with { History = before.History } == before && memory.History.SequenceEqual(before.History);
}
