using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>What a page's scripts need of the renderer. Used on its work thread.</summary>
internal interface IScriptHost
{
    /// <summary>Asks the browser to fetch something.</summary>
    /// <returns>The request's id.</returns>
    ulong Request(in PageRequest request);

    /// <summary>The answer to a request is no longer wanted.</summary>
    void Cancel(ulong id);

    /// <summary>Tells the browser of a change of a cookie or of localStorage.</summary>
    void Tell(in PageStorageChange change);

    /// <summary>A script wants the tab to go to another page.</summary>
    void Navigate(string url, bool replaces);

    /// <summary>Runs work on the work thread after a time, unless the page is gone by then.</summary>
    void Later(int milliseconds, Action work);

    /// <summary>From now on a script runs, and the process ends itself if it has not stopped after this time; 0 for no script.</summary>
    void Guard(int milliseconds);

    /// <summary>Writes a line to the process's log.</summary>
    void Log(string line);
}
