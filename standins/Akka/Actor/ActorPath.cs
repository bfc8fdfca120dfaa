using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Util;

namespace Akka.Actor;

/// <summary>
/// The name of an actor in its tree. Paths of two lives under one name are equal; <see cref="Uid"/> tells them apart.
/// </summary>
public abstract partial class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>, ISurrogated
{
    protected ActorPath(Address address, string name)
    {
        Address = address;
        Name = name;
    }

    protected ActorPath(ActorPath parentPath, string name, long uid)
    {
        Parent = parentPath;
        Address = parentPath.Address;
        Depth = parentPath.Depth + 1;
        Name = name;
        Uid = uid;
    }

    public string Name { get; }

    public Address Address { get; }

    public long Uid { get; }

    public ActorPath Parent { get; }

    public int Depth { get; }

    public ActorPath Root => ParentOf(0);

    public IReadOnlyList<string> Elements => NamesFromRoot(withUid: false);

    internal IReadOnlyList<string> ElementsWithUid => NamesFromRoot(withUid: true);

    public static bool operator ==(ActorPath left, ActorPath right) => left?.Equals(right) ?? right is null;

    public static bool operator !=(ActorPath left, ActorPath right) => !(left == right);

    public static ActorPath operator /(ActorPath path, string name)
    {
        var (plain, uid) = ActorCell.GetNameAndUid(name);
        return new ChildActorPath(path, plain, uid);
    }

    public static ActorPath operator /(ActorPath path, IEnumerable<string> name) =>
        name.Where(static element => !string.IsNullOrEmpty(element)).Aggregate(path, static (parent, element) => parent / element);

    public ActorPath Child(string childName) => this / childName;

    public ActorPath WithUid(long uid) =>
        Depth > 0 ? (uid == Uid ? this : new ChildActorPath(Parent, Name, uid))
        : uid == 0 ? this
        : throw new NotSupportedException("RootActorPath must have undefined Uid");

    /// <summary>The path at a depth from the root, or, if negative, that many steps up.</summary>
    public ActorPath ParentOf(int depth)
    {
        var target = depth >= 0 ? depth : Math.Max(0, Depth + depth);
        var path = this;
        while (path.Depth > target)
        {
            path = path.Parent;
        }

        return path;
    }

    public bool Equals(ActorPath other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || Depth != other.Depth || !Address.Equals(other.Address))
        {
            return false;
        }

        for (var (a, b) = (this, other); !ReferenceEquals(a, b); (a, b) = (a.Parent, b.Parent))
        {
            if (a.Name != b.Name)
            {
                return false;
            }

            if (a.Parent is null)
            {
                return true;
            }
        }

        return true;
    }

    public override bool Equals(object obj) => Equals(obj as ActorPath);

    public override int GetHashCode()
    {
        var hash = Address.GetHashCode();
        for (var path = this; path is not null; path = path.Parent)
        {
            hash = (hash * 31) ^ path.Name.GetHashCode();
        }

        return hash;
    }

    /// <summary>By name from the leaf up; roots last.</summary>
    public int CompareTo(ActorPath other)
    {
        for (var (a, b) = (this, other); ; (a, b) = (a.Parent, b.Parent))
        {
            if (ReferenceEquals(a, b))
            {
                return 0;
            }

            if (b is null)
            {
                return 1;
            }

            if (a.Depth == 0)
            {
                return b.Depth > 0 ? 1 : string.CompareOrdinal(a.ToString(), b.ToString());
            }

            if (b.Depth == 0)
            {
                return -1;
            }

            var byName = string.CompareOrdinal(a.Name, b.Name);
            if (byName != 0)
            {
                return byName;
            }
        }
    }

    public ISurrogate ToSurrogate(ActorSystem system) => new Surrogate(ToSerializationFormat());

    private string[] NamesFromRoot(bool withUid)
    {
        var names = new string[Depth];
        for (var path = this; path.Depth > 0; path = path.Parent)
        {
            names[path.Depth - 1] = path.Name;
        }

        if (withUid && Uid != ActorCell.UndefinedUid)
        {
            names[^1] += "#" + Uid;
        }

        return names;
    }

    public sealed class Surrogate(string path) : ISurrogate, IEquatable<Surrogate>, IEquatable<ActorPath>
    {
        public string Path { get; } = path;

        public ISurrogated FromSurrogate(ActorSystem system) => TryParse(Path, out var parsed) ? parsed : null;

        public bool Equals(Surrogate other) => Path == other?.Path;

        public bool Equals(ActorPath other) => Path == other?.ToSerializationFormat();

        public override bool Equals(object obj) => obj is ActorPath path ? Equals(path) : Equals(obj as Surrogate);

        public override int GetHashCode() => Path.GetHashCode();
    }
}

/// <summary>The root of a system's tree.</summary>
public sealed class RootActorPath(Address address, string name = "") : ActorPath(address, name);

/// <summary>A path below another.</summary>
public sealed class ChildActorPath(ActorPath parentPath, string name, long uid) : ActorPath(parentPath, name, uid);
