using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>Those who get a tab's events on the asking node. When the tab's node is lost, they are told what became of its page and navigation, once. For one actor's thread only.</summary>
/// <param name="tab">The actor that the events are from.</param>
internal sealed class TabWatchers(IActorRef tab)
{
    private readonly HashSet<IActorRef> _all = [];
    private LoadStarted? _loading;
    private string _url = "";
    private int _load;
    private int _failed;
    private bool _isShown;

    internal bool Add(IActorRef subscriber) => _all.Add(subscriber);

    internal void Remove(IActorRef subscriber) => _all.Remove(subscriber);

    internal void Clear() => _all.Clear();

    internal void Tell(IEvent happened)
    {
        foreach (var subscriber in _all)
            subscriber.Tell(happened, tab);
    }

    /// <summary>Passes an event of the tab on.</summary>
    internal void On(IEvent happened)
    {
        var end = happened switch
        {
            LoadFinished finished => finished.Load,
            LoadFailed failed => failed.Load,
            StayedOnPage stayed => stayed.Load,
            Crashed crashed => crashed.Load,
            _ => 0,
        };
        if (happened is LoadStarted started)
            (_loading, _load, _url) = (started, started.Load, started.Url);
        if (end > 0)
            (_loading, _isShown) = (null, happened is LoadFinished or StayedOnPage { Page: not null });
        // Its end was told when the connection to the node was lost.
        if (end > 0 && end == _failed)
            return;
        Tell(happened);
    }

    /// <summary>The navigation that is under way has failed with the node.</summary>
    internal void OnLoadLost(string problem)
    {
        if (_loading is not { } loading)
            return;
        (_loading, _isShown, _failed) = (null, false, loading.Load);
        Tell(new LoadFailed(loading.Load, loading.Url, problem) { Kind = FetchErrorKind.NodeLost });
    }

    /// <summary>A command to navigate was lost before the navigation began, as far as is known.</summary>
    internal void OnNavigationLost(ICommand command, string problem) =>
        Tell(new LoadFailed(_load, command is Navigate navigate ? navigate.Url : _url, problem) { Kind = FetchErrorKind.NodeLost });

    /// <summary>The page that was shown is gone with its node.</summary>
    internal void OnPageLost(string problem)
    {
        _failed = 0;
        if (!_isShown)
            return;
        _isShown = false;
        Tell(new Crashed(_load, problem, null, 1));
    }
}
