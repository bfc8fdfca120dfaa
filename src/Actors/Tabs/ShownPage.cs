namespace ActorBrowser;

/// <summary>The page that a tab shows until a navigation has brought another.</summary>
internal sealed record ShownPage(TabState State, string Url, string Title, string? Problem, PageSummary? Page)
{
    /// <summary>What a tab in this state shows; null if a navigation is under way that has brought nothing yet.</summary>
    internal static ShownPage? Of(TabState state, string url, string title, string? problem, PageSummary? page) => state switch
    {
        // The page is parsed; its images or scripts are still awaited.
        TabState.Loading when page is { Document.Encoding: not null } => new ShownPage(TabState.Loaded, url, title, null, page),
        TabState.Loading => null,
        _ => new ShownPage(state, url, title, problem, page),
    };
}
