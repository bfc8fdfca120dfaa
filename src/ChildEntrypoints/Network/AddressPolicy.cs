using System.Net;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// Which address space an address is of, and whether public pages may reach it. Judged on the resolved address at connect
/// time, so a name that changes its mind between two look-ups gains nothing.
/// </summary>
public sealed class AddressPolicy
{
    // The IANA special-purpose registries (RFC 6890 and its updates) and the embeddings of IPv4 in IPv6.
    private static readonly (IPNetwork Network, AddressSpace Space)[] Special =
    [
        (IPNetwork.Parse("127.0.0.0/8"), AddressSpace.Loopback),      // RFC 1122
        (IPNetwork.Parse("::1/128"), AddressSpace.Loopback),          // RFC 4291
        (IPNetwork.Parse("0.0.0.0/8"), AddressSpace.Loopback),        // RFC 1122: "this host"; connects to the machine itself
        (IPNetwork.Parse("::/128"), AddressSpace.Loopback),           // RFC 4291: unspecified, likewise
        (IPNetwork.Parse("10.0.0.0/8"), AddressSpace.Private),        // RFC 1918
        (IPNetwork.Parse("172.16.0.0/12"), AddressSpace.Private),     // RFC 1918
        (IPNetwork.Parse("192.168.0.0/16"), AddressSpace.Private),    // RFC 1918
        (IPNetwork.Parse("100.64.0.0/10"), AddressSpace.Private),     // RFC 6598: carrier-grade NAT
        (IPNetwork.Parse("169.254.0.0/16"), AddressSpace.Private),    // RFC 3927: link-local, cloud metadata
        (IPNetwork.Parse("192.0.0.0/24"), AddressSpace.Private),      // RFC 6890
        (IPNetwork.Parse("192.0.2.0/24"), AddressSpace.Private),      // RFC 5737: documentation
        (IPNetwork.Parse("198.51.100.0/24"), AddressSpace.Private),   // RFC 5737
        (IPNetwork.Parse("203.0.113.0/24"), AddressSpace.Private),    // RFC 5737
        (IPNetwork.Parse("192.88.99.0/24"), AddressSpace.Private),    // RFC 7526: deprecated 6to4 relays
        (IPNetwork.Parse("198.18.0.0/15"), AddressSpace.Private),     // RFC 2544: benchmarking
        (IPNetwork.Parse("224.0.0.0/4"), AddressSpace.Private),       // RFC 5771: multicast
        (IPNetwork.Parse("240.0.0.0/4"), AddressSpace.Private),       // RFC 1112: reserved, and broadcast
        (IPNetwork.Parse("fc00::/7"), AddressSpace.Private),          // RFC 4193: unique local
        (IPNetwork.Parse("fe80::/10"), AddressSpace.Private),         // RFC 4291: link-local
        (IPNetwork.Parse("fec0::/10"), AddressSpace.Private),         // RFC 3879: deprecated site-local
        (IPNetwork.Parse("ff00::/8"), AddressSpace.Private),          // RFC 4291: multicast
        (IPNetwork.Parse("100::/64"), AddressSpace.Private),          // RFC 6666: discard
        (IPNetwork.Parse("2001::/23"), AddressSpace.Private),         // RFC 2928: protocol assignments, Teredo among them
        (IPNetwork.Parse("2001:db8::/32"), AddressSpace.Private),     // RFC 3849: documentation
        (IPNetwork.Parse("3fff::/20"), AddressSpace.Private),         // RFC 9637: documentation
        (IPNetwork.Parse("5f00::/16"), AddressSpace.Private),         // RFC 9602: segment routing
        (IPNetwork.Parse("64:ff9b:1::/48"), AddressSpace.Private),    // RFC 8215: local-use NAT64
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");     // RFC 6052
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");    // RFC 3056
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");       // RFC 4291, deprecated

    private readonly IPNetwork[] _allowed;

    /// <summary>A policy with exceptions.</summary>
    /// <param name="allowed">CIDR blocks that public pages may reach although they are not public.</param>
    /// <exception cref="FormatException">A block is not in CIDR notation.</exception>
    public AddressPolicy(IReadOnlyList<string> allowed) => _allowed = [.. allowed.Select(IPNetwork.Parse)];

    /// <summary>Whether a public page may reach it.</summary>
    /// <param name="address">A resolved address.</param>
    public bool IsAllowedFromPublicPage(IPAddress address)
    {
        var plain = Unmap(address);
        return SpaceOf(plain) == AddressSpace.Public || Array.Exists(_allowed, network => Contains(network, plain));
    }

    /// <summary>What kind of address it is; an IPv4 address inside an IPv6 one is judged as itself.</summary>
    /// <param name="address">Any address.</param>
    public static AddressSpace SpaceOf(IPAddress address)
    {
        var plain = Unmap(address);
        foreach (var (network, space) in Special)
        {
            if (Contains(network, plain))
                return space;
        }
        return Embedded(plain) is { } inner ? SpaceOf(inner) : AddressSpace.Public;
    }

    private static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return null;
        var bytes = address.GetAddressBytes();
        return Contains(Nat64, address) || Contains(Compatible, address) ? new IPAddress(bytes.AsSpan(12))
            : Contains(SixToFour, address) ? new IPAddress(bytes.AsSpan(2, 4))
            : null;
    }

    private static bool Contains(IPNetwork network, IPAddress address) =>
        network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(Unscoped(address));

    private static IPAddress Unscoped(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && address.ScopeId != 0
            ? new IPAddress(address.GetAddressBytes())
            : address;
}
