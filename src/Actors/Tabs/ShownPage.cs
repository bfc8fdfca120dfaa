namespace ActorBrowser;

/// <summary>The page that a tab shows until a navigation has brought another.</summary>
internal sealed record ShownPage(TabState State, string Url, string Title, string? Problem, PageSummary? Page, PageNavigation? Navigation, ulong Document)
{
    /// <summary>What a tab shows; null if a navigation is under way that has brought nothing yet.</summary>
    internal static ShownPage? Of(TabPage page, string url, PageNavigation? navigation) => page.State switch
    {
        // The page is parsed; its images or scripts are still awaited.
        TabState.Loading when page.Summary is { Document.Encoding: not null } => new ShownPage(TabState.Loaded, url, page.Title, null, page.Summary, navigation, page.Document),
        TabState.Loading => null,
        _ => new ShownPage(page.State, url, page.Title, page.Problem, page.Summary, navigation, page.Document),
    };
}
