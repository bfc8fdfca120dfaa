using System.Net;

namespace ActorBrowser.Transport.Http;

/// <summary>A block of addresses: its address space, and whether its members embed an IPv4 address.</summary>
/// <param name="Network">The block.</param>
/// <param name="Space">The address space of its members, unless they embed an address.</param>
/// <param name="Name">A description that completes "… is a(n)".</param>
/// <param name="Source">The document that reserves it.</param>
/// <param name="EmbeddedAt">The index of the first byte of an embedded IPv4 address, or −1.</param>
internal sealed record AddressBlock(IPNetwork Network, AddressSpace Space, string Name, string Source, int EmbeddedAt = -1);

/// <summary>
/// Every block that is not globally routable unicast, from the IANA special-purpose address registries. The first block that contains
/// an address decides; an address in none of them is public (IPv6: only inside 2000::/3).
/// </summary>
internal static class AddressBlocks
{
    internal static readonly AddressBlock[] V4 =
    [
        Loopback("0.0.0.0/32", "unspecified address, which reaches the machine itself", "RFC 1122, 3.2.1.3"),
        Private("0.0.0.0/8", "address of \"this network\"", "RFC 791, 3.2"),
        Private("10.0.0.0/8", "private-use address", "RFC 1918"),
        Private("100.64.0.0/10", "shared address of a carrier-grade NAT", "RFC 6598"),
        Loopback("127.0.0.0/8", "loopback address", "RFC 1122, 3.2.1.3"),
        Private("169.254.0.0/16", "link-local address", "RFC 3927"),
        Private("172.16.0.0/12", "private-use address", "RFC 1918"),
        Private("192.0.0.0/24", "IETF protocol assignment", "RFC 6890, 2.1"),
        Private("192.0.2.0/24", "documentation address", "RFC 5737"),
        Private("192.88.99.0/24", "6to4 relay anycast address", "RFC 7526"),
        Private("192.168.0.0/16", "private-use address", "RFC 1918"),
        Private("198.18.0.0/15", "benchmarking address", "RFC 2544"),
        Private("198.51.100.0/24", "documentation address", "RFC 5737"),
        Private("203.0.113.0/24", "documentation address", "RFC 5737"),
        Private("224.0.0.0/4", "multicast address", "RFC 5771"),
        Private("255.255.255.255/32", "limited broadcast address", "RFC 919, 7"),
        Private("240.0.0.0/4", "reserved address", "RFC 1112, 4"),
    ];

    internal static readonly AddressBlock[] V6 =
    [
        Loopback("::/128", "unspecified address, which reaches the machine itself", "RFC 4291, 2.5.2"),
        Loopback("::1/128", "loopback address", "RFC 4291, 2.5.3"),
        Embedding("::ffff:0:0/96", "IPv4-mapped address", "RFC 4291, 2.5.5.2", 12),
        Embedding("::ffff:0:0:0/96", "IPv4-translated address", "RFC 2765, 2.1", 12),
        Embedding("::/96", "IPv4-compatible address", "RFC 4291, 2.5.5.1", 12),
        Embedding("64:ff9b::/96", "NAT64 address", "RFC 6052", 12),
        Private("64:ff9b:1::/48", "local-use NAT64 address", "RFC 8215"),
        Private("100::/64", "discard-only address", "RFC 6666"),
        Private("100:0:0:1::/64", "dummy address", "RFC 9780"),
        Private("2001::/32", "Teredo address", "RFC 4380"),
        Private("2001:2::/48", "benchmarking address", "RFC 5180"),
        Private("2001::/23", "IETF protocol assignment", "RFC 2928"),
        Private("2001:db8::/32", "documentation address", "RFC 3849"),
        Embedding("2002::/16", "6to4 address", "RFC 3056", 2),
        Private("3fff::/20", "documentation address", "RFC 9637"),
        Private("5f00::/16", "segment-routing identifier", "RFC 9602"),
        Private("fc00::/7", "unique-local address", "RFC 4193"),
        Private("fe80::/10", "link-local address", "RFC 4291, 2.5.6"),
        Private("fec0::/10", "site-local address", "RFC 3879"),
        Private("ff00::/8", "multicast address", "RFC 4291, 2.7"),
    ];

    /// <summary>The only IPv6 space that is allocated as global unicast.</summary>
    internal static readonly IPNetwork GlobalUnicastV6 = IPNetwork.Parse("2000::/3");

    internal static readonly AddressBlock UnallocatedV6 =
        new(IPNetwork.Parse("::/0"), AddressSpace.Private, "unallocated address", "RFC 4291, 2.4");

    /// <summary>ISATAP: an IPv4 address in the interface identifier of any prefix (bytes 8 to 11 are 0000:5efe or 0200:5efe).</summary>
    internal static readonly AddressBlock Isatap = new(IPNetwork.Parse("::/0"), AddressSpace.Private, "ISATAP address", "RFC 5214, 6.1", 12);

    private static AddressBlock Loopback(string network, string name, string source) =>
        new(IPNetwork.Parse(network), AddressSpace.Loopback, name, source);

    private static AddressBlock Private(string network, string name, string source) =>
        new(IPNetwork.Parse(network), AddressSpace.Private, name, source);

    private static AddressBlock Embedding(string network, string name, string source, int at) =>
        new(IPNetwork.Parse(network), AddressSpace.Public, name, source, at);
}
