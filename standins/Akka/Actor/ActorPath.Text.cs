using System;
using System.Buffers;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Akka.Actor;

public abstract partial class ActorPath
{
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    internal const string ValidActorNameDescription =
        $"Actor paths MUST: not start with `$`, not be empty, and only contain ASCII letters, digits and these special characters: `{ValidSymbols}`";

    private static readonly SearchValues<char> ValidCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + ValidSymbols);

    /// <summary>Whether a name is one that users may give: see <see cref="ValidSymbols"/>; percent escapes are fine too.</summary>
    public static bool IsValidPathElement(string s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$')
        {
            return false;
        }

        for (var rest = s.AsSpan(); ; rest = rest[3..])
        {
            var bad = rest.IndexOfAnyExcept(ValidCharacters);
            if (bad < 0)
            {
                return true;
            }

            rest = rest[bad..];
            if (rest.Length < 3 || rest[0] != '%' || !char.IsAsciiHexDigit(rest[1]) || !char.IsAsciiHexDigit(rest[2]))
            {
                return false;
            }
        }
    }

    public static ActorPath Parse(string path) => TryParse(path, out var actorPath)
        ? actorPath
        : throw new UriFormatException($"Can not parse an ActorPath: {path}");

    public static bool TryParse(string path, out ActorPath actorPath)
    {
        actorPath = null;
        return TryParseAddress(path, out var address, out var rest) && TryParse(new RootActorPath(address), rest, out actorPath);
    }

    public static bool TryParse(ActorPath basePath, string absoluteUri, out ActorPath actorPath) =>
        TryParse(basePath, absoluteUri.AsSpan(), out actorPath);

    public static bool TryParse(ActorPath basePath, ReadOnlySpan<char> absoluteUri, out ActorPath actorPath)
    {
        actorPath = basePath;
        while (!absoluteUri.IsEmpty)
        {
            var slash = absoluteUri.IndexOf('/');
            var name = slash < 0 ? absoluteUri : absoluteUri[..slash];
            absoluteUri = slash < 0 ? default : absoluteUri[(slash + 1)..];
            var uid = (long)ActorCell.UndefinedUid;
            var hash = slash < 0 ? name.IndexOf('#') : -1;
            if (hash >= 0)
            {
                uid = long.Parse(name[(hash + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                name = name[..hash];
            }

            if (!name.IsEmpty)
            {
                actorPath = new ChildActorPath(actorPath, name.ToString(), uid);
            }
        }

        return true;
    }

    public static bool TryParseAddress(string path, out Address address) => TryParseAddress(path, out address, out _);

    public static bool TryParseAddress(string path, out Address address, out ReadOnlySpan<char> absoluteUri)
    {
        address = null;
        return TryParseParts(path, out var addressPart, out absoluteUri) && Address.TryParse(addressPart, out address);
    }

    /// <summary>Splits after <c>protocol://authority</c>.</summary>
    public static bool TryParseParts(ReadOnlySpan<char> path, out ReadOnlySpan<char> address, out ReadOnlySpan<char> absoluteUri)
    {
        address = default;
        absoluteUri = path;
        var colon = path.IndexOf(':');
        if (colon is < 4 or > 255 || !path[(colon + 1)..].StartsWith("//"))
        {
            return false;
        }

        var slash = path[(colon + 3)..].IndexOf('/');
        address = slash < 0 ? path : path[..(colon + 3 + slash)];
        absoluteUri = slash < 0 ? "/" : path[address.Length..];
        return true;
    }

    public static string FormatPathElements(IEnumerable<string> pathElements) => string.Join('/', pathElements);

    public string ToStringWithoutAddress() => Join("", withUid: false);

    public override string ToString() => Join(Address.ToString(), withUid: false);

    public string ToStringWithUid() => Join(Address.ToString(), withUid: true);

    public string ToStringWithAddress() => ToStringWithAddress(Address);

    public string ToStringWithAddress(Address address) => Join(AddressOr(address), withUid: false);

    public string ToSerializationFormat() => ToSerializationFormatWithAddress(Address);

    public string ToSerializationFormatWithAddress(Address address) => Join(AddressOr(address), withUid: true);

    // A path that says where it is keeps saying so, and so does the one that is everywhere.
    private string AddressOr(Address address) =>
        (Address.Host is not null && Address.Port.HasValue) || IgnoreActorRef.IsIgnoreRefPath(this) ? Address.ToString() : address.ToString();

    private string Join(string prefix, bool withUid)
    {
        if (Depth == 0)
        {
            return prefix + "/";
        }

        var text = new StringBuilder(prefix, 64);
        foreach (var name in NamesFromRoot(withUid))
        {
            text.Append('/').Append(name);
        }

        return text.ToString();
    }
}
