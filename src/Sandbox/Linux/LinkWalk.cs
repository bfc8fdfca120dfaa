namespace ActorBrowser.Sandbox;

/// <summary>Follows the links of paths, and notes every link and what was looked at.</summary>
internal sealed class LinkWalk
{
    private const int MostLinks = 40;

    private readonly Dictionary<string, string?> _links = new(StringComparer.Ordinal);

    /// <summary>Every path that was looked at, and its target where it is a link.</summary>
    internal IReadOnlyDictionary<string, string?> Seen => _links;

    /// <summary>Whether a link of a folder has to be followed to reach a path: whoever can write the folder says where it leads.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="folder">The folder.</param>
    internal static bool IsLedBy(string path, string folder)
    {
        var walk = new LinkWalk();
        walk.Resolve(path);
        return walk._links.Any(link => link.Value is not null && link.Key != folder && PolicyPaths.IsIn(link.Key, folder));
    }

    /// <summary>The path with every link followed; the path itself where there are too many.</summary>
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
