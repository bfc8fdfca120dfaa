namespace ActorBrowser;

/// <summary>Counts how many times in succession one page has crashed its renderer. After too many crashes the tab does not reload the page.</summary>
/// <param name="settings">The limits of a page.</param>
/// <param name="time">The actor system's clock.</param>
internal sealed class CrashCount(TabSettings settings, TimeProvider time)
{
    private string _url = "";

    internal int Count { get; private set; }

    internal bool IsAtLimit(string url) => url == _url && Count >= settings.MaxCrashes;

    /// <summary>Counts a crash. If the page had lived for longer than the crash window, the count starts again at 1.</summary>
    /// <param name="url">The page's URL.</param>
    /// <param name="started">When the page began to load, as a timestamp of the <see cref="TimeProvider"/>.</param>
    internal void Add(string url, long started)
    {
        Count = url == _url && time.GetElapsedTime(started) < settings.CrashWindow ? Count + 1 : 1;
        _url = url;
    }

    internal void Reset() => (_url, Count) = ("", 0);
}
