namespace ActorBrowser.Sandbox;

/// <summary>Follows the links of paths, and records every link and every path it looked at.</summary>
internal sealed class LinkWalk
{
    private const int MostLinks = 40;

    private readonly Dictionary<string, string?> _links = new(StringComparer.Ordinal);

    /// <summary>Every path it looked at, with its target if it is a link.</summary>
    internal IReadOnlyDictionary<string, string?> Seen => _links;

    /// <summary>Whether reaching a path requires following a link inside a folder: a process that can write the folder then decides where the path leads.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="folder">The folder.</param>
    internal static bool IsLedBy(string path, string folder)
    {
        var walk = new LinkWalk();
        walk.Resolve(path);
        return walk._links.Any(link => link.Value is not null && link.Key != folder && PolicyPaths.IsIn(link.Key, folder));
    }

    /// <summary>Returns the path with every link followed, or the path itself if there are too many.</summary>
    /// <param name="path">An absolute path.</param>
    internal string Resolve(string path)
    {
        var rest = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var at = "";
        for (var followed = 0; rest.TryPop(out var part);)
        {
            if (part == ".")
                continue;
            if (part == "..")
            {
                at = at.Length == 0 ? "" : at[..at.LastIndexOf('/')];
                continue;
            }
            var next = $"{at}/{part}";
            if (LinkAt(next) is not { } target)
            {
                at = next;
                continue;
            }
            if (++followed > MostLinks)
                return path;
            if (target[0] == '/')
                at = "";
            foreach (var piece in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                rest.Push(piece);
        }
        return at.Length == 0 ? "/" : at;
    }

    private string? LinkAt(string path)
    {
        if (!_links.TryGetValue(path, out var target))
            _links[path] = target = new FileInfo(path).LinkTarget is { Length: > 0 } link ? link : null;
        return target;
    }
}
