namespace ActorBrowser;

/// <summary>What a tab needs to be opened again, elsewhere, where it was. Its page is loaded again on demand.</summary>
/// <param name="History">URLs, oldest first.</param>
/// <param name="Position">The tab's index in the history; −1 for none.</param>
/// <param name="Load">The number of its last navigation.</param>
internal sealed record TabMemory(IReadOnlyList<string> History, int Position, int Load)
{
    /// <summary>The page's title.</summary>
    internal string Title { get; init; } = "";

    /// <summary>On whose behalf the page was loaded, which is how it is loaded again.</summary>
    internal FetchInitiator Initiator { get; init; }

    /// <summary>Whether the page answered a form that was sent with POST: it is not loaded again.</summary>
    internal bool AnsweredForm { get; init; }

    /// <summary>To a tab: what is to be kept? Answered by <see cref="TabMemory"/>.</summary>
    internal sealed record Get : TabProtocol.ICommand
    {
        internal static readonly Get Instance = new();
    }
}
