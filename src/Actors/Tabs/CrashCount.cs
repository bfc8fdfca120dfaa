namespace ActorBrowser;

/// <summary>How many times in succession one page has crashed its renderer: after too many the page is not loaded again.</summary>
/// <param name="settings">The limits of a page.</param>
/// <param name="time">The actor system's.</param>
internal sealed class CrashCount(TabSettings settings, TimeProvider time)
{
    private string _url = "";

    internal int Count { get; private set; }

    internal bool IsAtLimit(string url) => url == _url && Count >= settings.MaxCrashes;

    /// <summary>A page has crashed its renderer. One that has lived for longer than the crash window counts anew.</summary>
    /// <param name="url">The page's.</param>
    /// <param name="started">When it began to load, as a timestamp of the <see cref="TimeProvider"/>.</param>
    internal void Add(string url, long started)
    {
        Count = url == _url && time.GetElapsedTime(started) < settings.CrashWindow ? Count + 1 : 1;
        _url = url;
    }

    internal void Reset() => (_url, Count) = ("", 0);
}
