using System;
using System.Collections.Generic;
using System.Globalization;

namespace Akka.Actor;

/// <summary>An actor's place in the tree of its system.</summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    private protected ActorPath(Address address, string name, long uid)
    {
        Address = address;
        Name = name;
        Uid = uid;
    }

    public static readonly IReadOnlyList<string> EmptyElements = [];

    public static long UndefinedUid => 0;

    public string Name { get; }

    public Address Address { get; }

    public long Uid { get; }

    public abstract ActorPath Root { get; }

    public abstract ActorPath Parent { get; }

    public abstract int Depth { get; }

    public IReadOnlyList<string> Elements
    {
        get
        {
            var elements = new string[Depth];
            var path = this;
            for (var i = Depth - 1; i >= 0; i--)
            {
                elements[i] = path.Name;
                path = path.Parent;
            }
            return elements;
        }
    }

    public static ActorPath operator /(ActorPath path, string name) => new ChildActorPath(path, name, UndefinedUid);

    public static ActorPath operator /(ActorPath path, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (!string.IsNullOrEmpty(name))
                path /= name;
        }
        return path;
    }

    public static bool operator ==(ActorPath left, ActorPath right) => Equals(left, right);

    public static bool operator !=(ActorPath left, ActorPath right) => !Equals(left, right);

    public static bool IsValidPathElement(string s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$')
            return false;
        for (var i = 0; i < s.Length; i++)
        {
            if (s[i] == '%' && i + 2 < s.Length && Uri.IsHexDigit(s[i + 1]) && Uri.IsHexDigit(s[i + 2]))
                i += 2;
            else if (!char.IsAsciiLetterOrDigit(s[i]) && !ValidSymbols.Contains(s[i]))
                return false;
        }
        return true;
    }

    public static bool TryParse(string path, out ActorPath actorPath)
    {
        actorPath = null;
        var scheme = path?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (scheme <= 0)
            return false;
        var rest = path[(scheme + 3)..].Split('/');
        var authority = rest[0].Split('@');
        var address = new Address(path[..scheme], authority[0]);
        if (authority.Length == 2)
        {
            var colon = authority[1].LastIndexOf(':');
            if (colon < 0 || !int.TryParse(authority[1][(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                return false;
            address = new Address(path[..scheme], authority[0], authority[1][..colon], port);
        }
        actorPath = new RootActorPath(address);
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i].Length == 0)
                continue;
            var hash = rest[i].IndexOf('#');
            actorPath = hash < 0 ? actorPath / rest[i]
                : new ChildActorPath(actorPath, rest[i][..hash], long.Parse(rest[i][(hash + 1)..], CultureInfo.InvariantCulture));
        }
        return true;
    }

    public static ActorPath Parse(string path) => TryParse(path, out var parsed) ? parsed : throw new UriFormatException($"Can not parse an ActorPath: {path}");

    public abstract ActorPath WithUid(long uid);

    public ActorPath Child(string childName) => this / childName;

    public string ToStringWithoutAddress()
    {
        var elements = Elements;
        return "/" + string.Join('/', elements);
    }

    public string ToStringWithAddress() => ToStringWithAddress(Address);

    public string ToStringWithAddress(Address address) => address + ToStringWithoutAddress();

    public string ToStringWithUid() => Uid == UndefinedUid ? ToStringWithAddress() : $"{ToStringWithAddress()}#{Uid}";

    public string ToSerializationFormat() => ToStringWithUid();

    public int CompareTo(ActorPath other) => string.CompareOrdinal(ToString(), other?.ToString());

    public bool Equals(ActorPath other)
    {
        ActorPath a = this, b = other;
        if (b is null || a.Depth != b.Depth)
            return false;
        while (!ReferenceEquals(a, b))
        {
            if (a.Depth == 0)
                return a.Address.Equals(b.Address);
            if (a.Name != b.Name)
                return false;
            (a, b) = (a.Parent, b.Parent);
        }
        return true;
    }

    public override bool Equals(object obj) => obj is ActorPath other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Name, Depth, Address);

    public override string ToString() => ToStringWithAddress();
}

/// <summary>The root of a system.</summary>
public sealed class RootActorPath : ActorPath
{
    public RootActorPath(Address address, string name = "") : base(address, name, UndefinedUid)
    {
    }

    public override ActorPath Root => this;

    public override ActorPath Parent => this;

    public override int Depth => 0;

    public override ActorPath WithUid(long uid) => this;
}

/// <summary>Everything below the root.</summary>
public sealed class ChildActorPath : ActorPath
{
    public ChildActorPath(ActorPath parentPath, string name, long uid) : base(parentPath.Address, name, uid)
    {
        Parent = parentPath;
        Depth = parentPath.Depth + 1;
    }

    public override ActorPath Root => Parent.Root;

    public override ActorPath Parent { get; }

    public override int Depth { get; }

    public override ActorPath WithUid(long uid) => uid == Uid ? this : new ChildActorPath(Parent, Name, uid);
}
