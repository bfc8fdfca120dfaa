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

    /// <summary>Runs work on the work thread after a time, unless the page is gone by then.</summary>
    void Later(int milliseconds, Action work);

    /// <summary>From now on a script runs, and the process ends itself if it has not stopped after this time; 0 for no script.</summary>
    void Guard(int milliseconds);

    /// <summary>Writes a line to the process's log.</summary>
    void Log(string line);
}

/// <summary>Cookies and storage of the page's scripts.</summary>
internal interface IPageStorage
{
    /// <summary>The cookies that scripts may see, as <c>document.cookie</c> has them; never one that is HttpOnly.</summary>
    string Cookies { get; }

    /// <summary>Sets a cookie, as <c>document.cookie</c> is assigned.</summary>
    void SetCookie(string cookie);

    /// <summary>The items of an origin's <c>localStorage</c>.</summary>
    /// <param name="origin">The origin.</param>
    Dictionary<string, string> Local(string origin);
}

/// <summary>Cookies and storage for as long as the process lives, which serves one site.</summary>
internal sealed class ProcessStorage : IPageStorage
{
    private readonly Dictionary<string, Dictionary<string, string>> _local = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Cookies => string.Join("; ", _cookies.Select(static cookie => cookie.Key.Length == 0 ? cookie.Value : $"{cookie.Key}={cookie.Value}"));

    /// <inheritdoc/>
    public void SetCookie(string cookie)
    {
        var pair = cookie.Split(';')[0];
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = equals < 0 ? ("", pair.Trim()) : (pair[..equals].Trim(), pair[(equals + 1)..].Trim());
        if (cookie.Split(';').Skip(1).Any(static part => part.Trim().Equals("max-age=0", StringComparison.OrdinalIgnoreCase) || part.Contains("1970", StringComparison.Ordinal)))
            _cookies.Remove(name);
        else if (_cookies.Count < 300 && cookie.Length <= 4096)
            _cookies[name] = value;
    }

    /// <inheritdoc/>
    public Dictionary<string, string> Local(string origin)
    {
        if (!_local.TryGetValue(origin, out var items))
            _local[origin] = items = new Dictionary<string, string>(StringComparer.Ordinal);
        return items;
    }
}
