namespace ActorBrowser;

/// <summary>Which scripts of a page run.</summary>
public enum PageScripts
{
    /// <summary>None: the page is read as it was sent.</summary>
    None,

    /// <summary>The page's own, in the renderer.</summary>
    Page,
}
