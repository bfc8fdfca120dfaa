namespace ActorBrowser.Transport;

/// <summary>The renderer: parses a page and answers questions about it. It has no arguments.</summary>
internal static class RendererContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "renderer";

    internal static RoleContract Value { get; } = new(
        Name,
        fromChild: [MessageType.DocumentLoaded, MessageType.DocumentFailed, MessageType.QueryAnswer, MessageType.ResourcesWanted, MessageType.ActDone,
            MessageType.ScriptAnswer, MessageType.ScriptFailed, MessageType.PageRequest, MessageType.PageRequestCancel, MessageType.PageSettled,
            MessageType.PageStorageChange, MessageType.ScriptNavigation],
        toChild:
        [
            // The page's bytes may come in a sealed memory file.
            new(MessageType.LoadDocument, 0, 1),
            MessageType.FetchBodyChunk, MessageType.QueryDocument, MessageType.ResourceArrived, MessageType.CancelWork, MessageType.ActOnPage, MessageType.EvaluateScript,
            MessageType.PageCookies, MessageType.PageStorage,
            // What a script fetched may come in a sealed memory file.
            new(MessageType.PageResponse, 0, 1),
        ]);
}
