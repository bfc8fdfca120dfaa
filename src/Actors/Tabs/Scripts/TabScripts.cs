using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>What the scripts of a tab's page may do to the tab: whether they run, when they have settled, where they lead, what they fetch and store.</summary>
/// <param name="record">The tab's record.</param>
/// <param name="settings">The limits of a page.</param>
/// <param name="time">The actor system's clock.</param>
/// <param name="renderer">The page's renderer.</param>
/// <param name="requests">The requests of the page's scripts.</param>
internal sealed class TabScripts(TabRecord record, TabSettings settings, TimeProvider time, RendererLease renderer, PageRequests requests)
{
    private bool _runs;
    private int _led;
    private long _since;

    /// <summary>Whether the page's scripts have not yet settled.</summary>
    internal bool IsAwaited { get; private set; }

    /// <summary>Whether scripts have led the tab on too often since its owner named a page.</summary>
    internal bool IsLedAround => _led > settings.MaxRedirects;

    /// <summary>The tab's owner has named a page.</summary>
    internal void Reset() => (_led, _since) = (0, time.GetTimestamp());

    /// <summary>The tab is about to give the renderer a page.</summary>
    /// <returns>The limits of its scripts; all 0 if they do not run.</returns>
    internal ScriptLimits Begin(string url, AddressSpace space)
    {
        _runs = record.Scripts == PageScripts.Page;
        if (!_runs || !WebUrl.TryParse(url, out var page))
            return default;
        requests.Begin(page, space);
        // Pages that lead from one to the next have the time of two together.
        var left = (2L * settings.ScriptLimits.MaxMilliseconds) - (long)time.GetElapsedTime(_since).TotalMilliseconds;
        return _led == 0 ? settings.ScriptLimits : settings.ScriptLimits with { MaxMilliseconds = (int)Math.Clamp(left, 1, settings.ScriptLimits.MaxMilliseconds) };
    }

    /// <summary>A navigation has brought nothing, and the tab shows the page before it again.</summary>
    internal void Resume(string url)
    {
        _runs = record.Scripts == PageScripts.Page;
        if (_runs && WebUrl.TryParse(url, out var page))
            requests.Resume(page);
    }

    /// <summary>The page is parsed: waits for its scripts, if they run.</summary>
    /// <returns>Whether they do.</returns>
    internal bool Await(ulong document)
    {
        IsAwaited = _runs;
        if (_runs)
            renderer.AwaitScripts(document, settings.ScriptLimits.MaxMilliseconds);
        return _runs;
    }

    /// <summary>A page that the tab has left is parsed: its renderer is busy with its scripts until it says that they have ended.</summary>
    internal void AwaitPrevious(ulong document)
    {
        if (record.Scripts == PageScripts.Page)
            renderer.AwaitScripts(document, settings.ScriptLimits.MaxMilliseconds);
    }

    /// <summary>The renderer says that they have settled, or that their time is over.</summary>
    internal void End() => IsAwaited = false;

    /// <summary>Where a script leads the tab; null if it cannot.</summary>
    internal WebUrl? Target(in ScriptNavigation wanted)
    {
        if (!_runs || !WebUrl.TryParse(wanted.Url, out var url) || !url.IsHttp)
            return null;
        _led++;
        return url;
    }

    /// <summary>A frame that scripts cause, or one that a renderer may not send.</summary>
    /// <returns>Null, or the rule that the renderer broke.</returns>
    internal string? OnFrame(ChildFrames.UserFrame frame)
    {
        switch (frame)
        {
            case ChildFrames.PageRequested wanted:
                return requests.OnRequested(frame.Id, wanted.Value);
            case ChildFrames.PageStored stored:
                return requests.OnStored(stored.Value);
            case ChildFrames.PageRequestCancelled:
                requests.OnCancelled(frame.Id);
                return null;
            default:
                return $"A renderer may not send a {frame.GetType().Name}.";
        }
    }

    /// <summary>The tab leaves the page.</summary>
    internal void GiveUp()
    {
        (_runs, IsAwaited) = (false, false);
        requests.GiveUp();
    }
}
