using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <content>A page that is loaded again: here, or where the tab goes on.</content>
internal sealed partial class TabPage
{
    // The navigation to the page that the history's position names.
    private PageNavigation? _arrived;

    /// <summary>What the tab needs to be opened elsewhere.</summary>
    internal TabMemory Memory => new(record.History.Urls, record.History.Position, record.Load)
    {
        Title = State == TabState.Loading && Summary is null ? _before?.Title ?? "" : Title,
        Initiator = _arrived?.Initiator ?? record.Initiator,
        AnsweredForm = _arrived is { Post: not null } or { IsLostForm: true },
    };

    /// <summary>The tab goes on where it was, without its page: as after the renderer was lost, Reload loads it.</summary>
    internal void Restore(TabMemory memory)
    {
        if (record.Url.Length == 0)
            return;
        _arrived = _navigation = new PageNavigation(record.Url) { Initiator = memory.Initiator, IsLostForm = memory.AnsweredForm };
        State = TabState.Crashed;
        Title = memory.Title;
        Problem = memory.AnsweredForm ? "The tab came here without its page, which answered a form and is not loaded again." : "The tab came here without its page; Reload loads it.";
    }

    internal void Reload(bool resubmit)
    {
        if (TabRefusals.OfReload(record.Url, _navigation, _crashes, resubmit) is { } refusal)
        {
            events.Tell(new LoadStarted(++record.Load, record.Url));
            // A form that is being sent is given up; a page that is there stays.
            if (State == TabState.Loading)
                Fail(refusal);
            else
                events.Tell(new LoadFailed(record.Load, record.Url, refusal));
            return;
        }
        // Whoever led here, leads here again: a page that was refused to another is refused once more.
        Go(_navigation is { Post: not null } ? _navigation : (_navigation ?? new PageNavigation(record.Url) { Initiator = record.Initiator }) with { Url = record.Url, Steps = 0, IsDownload = false });
    }
}
