using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Parent → renderer: the cookies that the page's scripts may see; before LoadDocument, and whenever they have changed.</summary>
/// <param name="Cookies">As <c>document.cookie</c> gives them, without those that are HttpOnly; empty for none.</param>
internal readonly record struct PageCookies(string Cookies) : IWireMessage<PageCookies>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.PageCookies;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Cookies);
    }

    /// <inheritdoc/>
    public static PageCookies Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(PageCookies));
        return new PageCookies(Wire.ReadText(ref reader, "PageCookies.Cookies"));
    }
}

/// <summary>Parent → renderer, before LoadDocument, in as many messages as needed: items that the page's origin has stored (localStorage).</summary>
/// <param name="Items">Keys and values.</param>
internal readonly record struct PageStorage(IReadOnlyList<KeyValuePair<string, string>> Items) : IWireMessage<PageStorage>
{
    /// <summary>The longest item, key and value together, in UTF-16 units: with three bytes each it fits a frame.</summary>
    public const int LongestItem = 128 << 10;

    /// <summary>The most that an origin may store, in UTF-16 units of keys and values.</summary>
    public const int MostOfOrigin = 1 << 20;

    /// <summary>The most items of an origin.</summary>
    public const int MostItems = 10_000;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.PageStorage;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(Items.Count * 2);
        for (var i = 0; i < Items.Count; i++)
        {
            writer.Write(Items[i].Key);
            writer.Write(Items[i].Value);
        }
    }

    /// <inheritdoc/>
    public static PageStorage Read(ref MessagePackReader reader)
    {
        var parts = Wire.ReadCount(ref reader, "PageStorage.Items", MostItems * 2);
        if (parts % 2 != 0)
            throw new WireFormatException($"PageStorage.Items has {parts} parts; an item has 2.");
        var items = new KeyValuePair<string, string>[parts / 2];
        for (var i = 0; i < items.Length; i++)
            items[i] = new(Wire.ReadText(ref reader, "PageStorage.Key"), Wire.ReadText(ref reader, "PageStorage.Value"));
        return new PageStorage(items);
    }
}

/// <summary>What a script changes.</summary>
internal enum PageStorageChangeKind
{
    /// <summary>A cookie, by a text as <c>document.cookie</c> takes it: the value. The parent answers with PageCookies.</summary>
    SetCookie = 0,

    /// <summary>An item of localStorage.</summary>
    SetItem = 1,

    /// <summary>An item of localStorage is removed.</summary>
    RemoveItem = 2,

    /// <summary>All items of localStorage are removed.</summary>
    Clear = 3,
}

/// <summary>Renderer → parent: a script has set a cookie, or changed localStorage. A change beyond a limit is ignored.</summary>
/// <param name="Kind">What.</param>
/// <param name="Key">The item's key; empty if it needs none.</param>
/// <param name="Value">The item's value, or the cookie; empty if it needs none.</param>
internal readonly record struct PageStorageChange(PageStorageChangeKind Kind, string Key, string Value) : IWireMessage<PageStorageChange>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.PageStorageChange;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write((int)Kind);
        writer.Write(Key);
        writer.Write(Value);
    }

    /// <inheritdoc/>
    public static PageStorageChange Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(PageStorageChange));
        return new PageStorageChange(
            (PageStorageChangeKind)Wire.ReadRange(ref reader, "PageStorageChange.Kind", 0, (int)PageStorageChangeKind.Clear),
            Wire.ReadText(ref reader, "PageStorageChange.Key"),
            Wire.ReadText(ref reader, "PageStorageChange.Value"));
    }
}

/// <summary>Renderer → parent: a script wants the tab to go to another page. The parent decides.</summary>
/// <param name="Url">An absolute URL.</param>
/// <param name="Replaces">Whether the new page takes this one's place in the history.</param>
internal readonly record struct ScriptNavigation(string Url, bool Replaces) : IWireMessage<ScriptNavigation>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.ScriptNavigation;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Url);
        writer.Write(Replaces);
    }

    /// <inheritdoc/>
    public static ScriptNavigation Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(ScriptNavigation));
        return new ScriptNavigation(Wire.ReadText(ref reader, "ScriptNavigation.Url"), reader.ReadBoolean());
    }
}
