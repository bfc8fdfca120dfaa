using System.Security.Cryptography;

namespace ActorBrowser.Cluster;

/// <summary>A tab's name in the cluster.</summary>
/// <param name="Identity">The identity whose cookies it has; tabs of one identity live on one node.</param>
/// <param name="Tab">The tab, among those of the identity.</param>
internal sealed record TabName(string Identity, string Tab)
{
    /// <summary>The longest part of a name, in characters.</summary>
    internal const int Longest = 64;

    /// <summary>What the shard region calls the tab.</summary>
    internal string EntityId => $"{Identity}/{Tab}";

    /// <summary>A name that no tab has had.</summary>
    internal static TabName Random()
    {
        var one = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return new TabName(one, one);
    }

    /// <summary>Null if the text is none.</summary>
    internal static TabName? Parse(string entityId)
    {
        var slash = entityId.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 || Problem("", entityId[..slash]) is not null || Problem("", entityId[(slash + 1)..]) is not null ? null : new TabName(entityId[..slash], entityId[(slash + 1)..]);
    }

    /// <summary>Null, or why a part of a name is none.</summary>
    internal static string? Problem(string what, string? part) =>
        string.IsNullOrEmpty(part) ? $"{what} is empty"
        : part.Length > Longest ? $"{what} has {part.Length} characters; at most {Longest} are allowed"
        : part.AsSpan().ContainsAnyExcept(s_allowed) ? $"{what} is '{VisibleText.Line(part)}'; use letters, digits, '.', '_' and '-'"
        : null;

    private static readonly System.Buffers.SearchValues<char> s_allowed = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}
