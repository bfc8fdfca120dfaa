using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The cookies and the localStorage of a page's scripts: a copy of what the browser keeps, without what is HttpOnly.</summary>
internal sealed class PageKeeping
{
    private readonly Dictionary<string, string> _items = new(StringComparer.Ordinal);
    private long _units;

    /// <summary>Tells the browser of changes; null before a page's scripts run.</summary>
    internal IScriptHost? Host { get; set; }

    /// <summary>The cookies, as <c>document.cookie</c> has them.</summary>
    internal string Cookies { get; set; } = "";

    /// <summary>The items of the page's origin.</summary>
    internal IReadOnlyDictionary<string, string> Items => _items;

    /// <summary>Items that the browser has kept.</summary>
    internal void Add(in PageStorage storage)
    {
        foreach (var (key, value) in storage.Items)
            Put(key, value);
    }

    /// <summary>Sets a cookie, as <c>document.cookie</c> is assigned. The browser decides what becomes of it; until it says so, the page sees it.</summary>
    internal void SetCookie(string cookie)
    {
        Host?.Tell(new PageStorageChange(PageStorageChangeKind.SetCookie, "", cookie));
        var pair = cookie.Split(';')[0].Trim();
        if (HasRules(cookie) || pair.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
            return;
        var others = Cookies.Split("; ", StringSplitOptions.RemoveEmptyEntries).Where(other => !other.StartsWith(pair[..(equals + 1)], StringComparison.Ordinal));
        Cookies = string.Join("; ", others.Append(pair));
    }

    // Whether the browser may refuse the cookie, or keep it for other pages: then its answer comes first.
    private static bool HasRules(string cookie)
    {
        if (cookie.StartsWith("__", StringComparison.Ordinal) || cookie.Any(static c => c is < ' ' and not '\t' or '\x7F'))
            return true;
        foreach (var attribute in cookie.Split(';').Skip(1))
        {
            var equals = attribute.IndexOf('=', StringComparison.Ordinal);
            switch ((equals < 0 ? attribute : attribute[..equals]).Trim().ToLowerInvariant())
            {
                case "httponly" or "domain" or "secure":
                case "path" when attribute[(equals + 1)..].Trim() != "/":
                    return true;
                default:
                    break;
            }
        }
        return false;
    }

    /// <summary>Sets an item.</summary>
    /// <returns>False if it is too long, or there are too many.</returns>
    internal bool Set(string key, string value)
    {
        var before = _items.TryGetValue(key, out var old) ? key.Length + old.Length : 0;
        if (key.Length + value.Length > PageStorage.LongestItem || _units - before + key.Length + value.Length > PageStorage.MostOfOrigin || (before == 0 && _items.Count >= PageStorage.MostItems))
            return false;
        Put(key, value);
        Host?.Tell(new PageStorageChange(PageStorageChangeKind.SetItem, key, value));
        return true;
    }

    /// <summary>Removes an item.</summary>
    internal void Remove(string key)
    {
        if (!_items.Remove(key, out var old))
            return;
        _units -= key.Length + old.Length;
        Host?.Tell(new PageStorageChange(PageStorageChangeKind.RemoveItem, key, ""));
    }

    /// <summary>Removes all items.</summary>
    internal void Clear()
    {
        _items.Clear();
        _units = 0;
        Host?.Tell(new PageStorageChange(PageStorageChangeKind.Clear, "", ""));
    }

    private void Put(string key, string value)
    {
        if (_items.TryGetValue(key, out var old))
            _units -= key.Length + old.Length;
        _items[key] = value;
        _units += key.Length + value.Length;
    }
}
