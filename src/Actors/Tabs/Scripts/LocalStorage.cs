using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>
/// What the pages of an identity have stored by <c>localStorage</c>: in memory, an origin's own, as long as the identity lives. Changes
/// beyond the limits are ignored; the renderer has told the script already. Thread-safe.
/// </summary>
internal sealed class LocalStorage
{
    /// <summary>How many origins of an identity can store something.</summary>
    private const int MostOrigins = 256;

    private readonly Dictionary<string, Area> _areas = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>An origin's items, in messages that each fit a frame.</summary>
    internal List<PageStorage> Of(string origin)
    {
        var messages = new List<PageStorage>();
        lock (_lock)
        {
            if (!_areas.TryGetValue(origin, out var area))
                return messages;
            var (items, length) = (new List<KeyValuePair<string, string>>(), 0);
            foreach (var item in area.Items)
            {
                if (length + Length(item.Key, item.Value) > PageStorage.LongestItem)
                {
                    messages.Add(new PageStorage(items));
                    (items, length) = ([], 0);
                }
                items.Add(item);
                // An empty item takes room as well.
                length += Length(item.Key, item.Value) + 8;
            }
            messages.Add(new PageStorage(items));
            return messages;
        }
    }

    /// <summary>Makes a change of an origin's page.</summary>
    internal void Change(string origin, in PageStorageChange change)
    {
        lock (_lock)
        {
            if (!_areas.TryGetValue(origin, out var area))
            {
                if (change.Kind != PageStorageChangeKind.SetItem || _areas.Count >= MostOrigins)
                    return;
                _areas.Add(origin, area = new Area());
            }
            switch (change.Kind)
            {
                case PageStorageChangeKind.SetItem:
                    area.Set(change.Key, change.Value);
                    break;
                case PageStorageChangeKind.RemoveItem:
                    area.Remove(change.Key);
                    break;
                default:
                    _areas.Remove(origin);
                    break;
            }
        }
    }

    private static int Length(string key, string value) => key.Length + value.Length;

    private sealed class Area
    {
        private int _length;

        internal Dictionary<string, string> Items { get; } = new(StringComparer.Ordinal);

        internal void Set(string key, string value)
        {
            var isNew = !Items.TryGetValue(key, out var old);
            var before = isNew ? 0 : Length(key, old!);
            var after = _length - before + Length(key, value);
            if (Length(key, value) > PageStorage.LongestItem || after > PageStorage.MostOfOrigin || (isNew && Items.Count >= PageStorage.MostItems))
                return;
            Items[key] = value;
            _length = after;
        }

        internal void Remove(string key)
        {
            if (Items.Remove(key, out var value))
                _length -= Length(key, value);
        }
    }
}
