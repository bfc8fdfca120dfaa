using System;
using System.Collections.Generic;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Where a system is: <c>protocol://system@host:port</c>, host and port absent for a local one.</summary>
public sealed partial class Address : IEquatable<Address>, IComparable<Address>, IComparable, ISurrogated, ICloneable
{
    public static readonly IComparer<Address> Comparer = new AddressComparer();
    public static readonly Address AllSystems = new("akka", "all-systems");

    private string _text;

    public Address(string protocol, string system, string host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        Host = host?.ToLowerInvariant();
        Port = port;
    }

    public string Host { get; }

    public int? Port { get; }

    public string System { get; }

    public string Protocol { get; }

    public bool HasLocalScope => string.IsNullOrEmpty(Host);

    public bool HasGlobalScope => !HasLocalScope;

    public static bool operator ==(Address left, Address right) => left?.Equals(right) ?? right is null;

    public static bool operator !=(Address left, Address right) => !(left == right);

    public bool Equals(Address other) =>
        ReferenceEquals(this, other)
        || (other is not null && Port == other.Port && Host == other.Host && System == other.System && Protocol == other.Protocol);

    public override bool Equals(object obj) => Equals(obj as Address);

    public override int GetHashCode() => HashCode.Combine(Protocol, System, Host, Port);

    public int CompareTo(Address other) => Comparer.Compare(this, other);

    int IComparable.CompareTo(object obj) => obj is Address address
        ? CompareTo(address)
        : throw new ArgumentException($"Cannot compare {nameof(Address)} with instance of type '{obj?.GetType().FullName ?? "null"}'.");

    public object Clone() => new Address(Protocol, System, Host, Port);

    public Address WithProtocol(string protocol) => new(protocol, System, Host, Port);

    public Address WithSystem(string system) => new(Protocol, system, Host, Port);

    public Address WithHost(string host = null) => new(Protocol, System, host, Port);

    public Address WithPort(int? port = null) => new(Protocol, System, Host, port);

    public string HostPort() => ToString()[(Protocol.Length + 3)..];

    public override string ToString() => _text ??=
        string.IsNullOrWhiteSpace(Host) ? $"{Protocol}://{System}"
        : Port is null ? $"{Protocol}://{System}@{Host}"
        : $"{Protocol}://{System}@{Host}:{Port}";

    public ISurrogate ToSurrogate(ActorSystem system) =>
        new AddressSurrogate { Protocol = Protocol, System = System, Host = Host, Port = Port };

    public sealed class AddressSurrogate : ISurrogate
    {
        public string Protocol { get; set; }

        public string System { get; set; }

        public string Host { get; set; }

        public int? Port { get; set; }

        public ISurrogated FromSurrogate(ActorSystem system) => new Address(Protocol, System, Host, Port);
    }

    private sealed class AddressComparer : IComparer<Address>
    {
        public int Compare(Address x, Address y)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            var result = string.CompareOrdinal(x.Protocol, y.Protocol);
            result = result != 0 ? result : string.CompareOrdinal(x.System, y.System);
            result = result != 0 ? result : string.CompareOrdinal(x.Host ?? "", y.Host ?? "");
            return result != 0 ? result : (x.Port ?? 0).CompareTo(y.Port ?? 0);
        }
    }
}
