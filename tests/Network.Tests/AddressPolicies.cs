using System.Net;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Xunit;

namespace ActorBrowser.Network.Tests;

public sealed class AddressPolicies
{
    public static TheoryData<string, AddressSpace> Addresses => new()
    {
        // Both edges of every block, and the neighbours outside.
        { "0.0.0.0", AddressSpace.Loopback }, { "0.0.0.1", AddressSpace.Private }, { "0.255.255.255", AddressSpace.Private }, { "1.0.0.0", AddressSpace.Public },
        { "9.255.255.255", AddressSpace.Public }, { "10.0.0.0", AddressSpace.Private }, { "10.255.255.255", AddressSpace.Private }, { "11.0.0.0", AddressSpace.Public },
        { "100.63.255.255", AddressSpace.Public }, { "100.64.0.0", AddressSpace.Private }, { "100.127.255.255", AddressSpace.Private }, { "100.128.0.0", AddressSpace.Public },
        { "126.255.255.255", AddressSpace.Public }, { "127.0.0.0", AddressSpace.Loopback }, { "127.0.0.1", AddressSpace.Loopback }, { "127.255.255.255", AddressSpace.Loopback }, { "128.0.0.0", AddressSpace.Public },
        { "169.253.255.255", AddressSpace.Public }, { "169.254.0.0", AddressSpace.Private }, { "169.254.169.254", AddressSpace.Private }, { "169.254.255.255", AddressSpace.Private }, { "169.255.0.0", AddressSpace.Public },
        { "172.15.255.255", AddressSpace.Public }, { "172.16.0.0", AddressSpace.Private }, { "172.31.255.255", AddressSpace.Private }, { "172.32.0.0", AddressSpace.Public },
        { "191.255.255.255", AddressSpace.Public }, { "192.0.0.0", AddressSpace.Private }, { "192.0.0.255", AddressSpace.Private }, { "192.0.1.0", AddressSpace.Public },
        { "192.0.2.0", AddressSpace.Private }, { "192.0.2.255", AddressSpace.Private }, { "192.0.3.0", AddressSpace.Public },
        { "192.88.98.255", AddressSpace.Public }, { "192.88.99.0", AddressSpace.Private }, { "192.88.99.255", AddressSpace.Private }, { "192.88.100.0", AddressSpace.Public },
        { "192.167.255.255", AddressSpace.Public }, { "192.168.0.0", AddressSpace.Private }, { "192.168.255.255", AddressSpace.Private }, { "192.169.0.0", AddressSpace.Public },
        { "198.17.255.255", AddressSpace.Public }, { "198.18.0.0", AddressSpace.Private }, { "198.19.255.255", AddressSpace.Private }, { "198.20.0.0", AddressSpace.Public },
        { "198.51.99.255", AddressSpace.Public }, { "198.51.100.0", AddressSpace.Private }, { "198.51.100.255", AddressSpace.Private }, { "198.51.101.0", AddressSpace.Public },
        { "203.0.112.255", AddressSpace.Public }, { "203.0.113.0", AddressSpace.Private }, { "203.0.113.255", AddressSpace.Private }, { "203.0.114.0", AddressSpace.Public },
        { "223.255.255.255", AddressSpace.Public }, { "224.0.0.0", AddressSpace.Private }, { "239.255.255.255", AddressSpace.Private }, { "240.0.0.0", AddressSpace.Private }, { "255.255.255.255", AddressSpace.Private },
        { "8.8.8.8", AddressSpace.Public }, { "151.101.0.204", AddressSpace.Public },
        { "::", AddressSpace.Loopback }, { "::1", AddressSpace.Loopback }, { "::2", AddressSpace.Private },
        { "::127.0.0.1", AddressSpace.Loopback }, { "::10.1.2.3", AddressSpace.Private }, { "::8.8.8.8", AddressSpace.Public },
        { "::ffff:127.0.0.1", AddressSpace.Loopback }, { "::ffff:0.0.0.0", AddressSpace.Loopback }, { "::ffff:192.168.1.1", AddressSpace.Private }, { "::ffff:8.8.8.8", AddressSpace.Public },
        { "::ffff:0:127.0.0.1", AddressSpace.Loopback }, { "::ffff:0:10.0.0.1", AddressSpace.Private }, { "::ffff:0:8.8.8.8", AddressSpace.Public },
        { "64:ff9b::7f00:1", AddressSpace.Loopback }, { "64:ff9b::a9fe:a9fe", AddressSpace.Private }, { "64:ff9b::808:808", AddressSpace.Public },
        { "64:ff9b:1::1", AddressSpace.Private }, { "64:ff9b:2::1", AddressSpace.Private },
        { "100::1", AddressSpace.Private }, { "100:0:0:1::1", AddressSpace.Private },
        { "2001::1", AddressSpace.Private }, { "2001:0:7f00:1::", AddressSpace.Private }, { "2001:2::1", AddressSpace.Private }, { "2001:10::1", AddressSpace.Private }, { "2001:20::1", AddressSpace.Private },
        { "2001:1ff:ffff::1", AddressSpace.Private }, { "2001:200::1", AddressSpace.Public },
        { "2001:db7:ffff::1", AddressSpace.Public }, { "2001:db8::1", AddressSpace.Private }, { "2001:db8:ffff::1", AddressSpace.Private }, { "2001:db9::1", AddressSpace.Public },
        { "2002:7f00:1::1", AddressSpace.Loopback }, { "2002:a00:1::1", AddressSpace.Private }, { "2002:c0a8:101::", AddressSpace.Private }, { "2002:808:808::1", AddressSpace.Public },
        { "2606:4700::1111", AddressSpace.Public }, { "2a04:4e42::644", AddressSpace.Public }, { "1fff::1", AddressSpace.Private }, { "2000::1", AddressSpace.Public },
        { "3ffe::1", AddressSpace.Public }, { "3fff::1", AddressSpace.Private }, { "3fff:fff::1", AddressSpace.Private }, { "3fff:1000::1", AddressSpace.Public },
        { "4000::1", AddressSpace.Private }, { "5f00::1", AddressSpace.Private }, { "fbff::1", AddressSpace.Private },
        { "fc00::1", AddressSpace.Private }, { "fdff::1", AddressSpace.Private }, { "fe80::1", AddressSpace.Private }, { "fe80::1%3", AddressSpace.Private }, { "febf::1", AddressSpace.Private },
        { "fec0::1", AddressSpace.Private }, { "ff02::1", AddressSpace.Private },
        { "2606:4700::5efe:127.0.0.1", AddressSpace.Loopback }, { "2606:4700::200:5efe:10.0.0.1", AddressSpace.Private }, { "2606:4700::5efe:8.8.8.8", AddressSpace.Public },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void An_address_is_in_its_space_and_only_public_ones_are_reached_from_public_pages(string address, AddressSpace space)
    {
        var verdict = AddressPolicy.Classify(IPAddress.Parse(address));
        Assert.Equal(space, verdict.Space);
        Assert.Equal(space == AddressSpace.Public, verdict.Block is null);
        Assert.Equal(space == AddressSpace.Public, new AddressPolicy([]).Allows(IPAddress.Parse(address), out _));
    }

    [Fact]
    public void Every_block_refuses_its_first_and_last_address_and_names_its_source()
    {
        foreach (var block in AddressBlocks.V4.Concat(AddressBlocks.V6).Where(b => b.EmbeddedAt < 0))
        {
            Assert.StartsWith("RFC ", block.Source, StringComparison.Ordinal);
            foreach (var address in new[] { block.Network.BaseAddress, Last(block.Network) })
                Assert.False(new AddressPolicy([]).Allows(address, out _), $"{address} of {block.Network}");
        }
    }

    [Fact]
    public void Every_private_ipv4_block_stays_refused_behind_every_embedding()
    {
        var policy = new AddressPolicy([]);
        foreach (var v4 in AddressBlocks.V4)
        {
            foreach (var carrier in AddressBlocks.V6.Where(b => b.EmbeddedAt >= 0))
            {
                var bytes = carrier.Network.BaseAddress.GetAddressBytes();
                v4.Network.BaseAddress.GetAddressBytes().CopyTo(bytes, carrier.EmbeddedAt);
                Assert.False(policy.Allows(new IPAddress(bytes), out _), $"{new IPAddress(bytes)}: {v4.Network} in {carrier.Network}");
            }
        }
    }

    [Fact]
    public void Allowed_networks_are_exceptions_also_for_mapped_addresses_and_for_nothing_else()
    {
        var policy = new AddressPolicy(["10.1.0.0/16", "fd00:1::/32"]);
        Assert.True(policy.Allows(IPAddress.Parse("10.1.2.3"), out _));
        Assert.True(policy.Allows(IPAddress.Parse("::ffff:10.1.2.3"), out _));
        Assert.True(policy.Allows(IPAddress.Parse("fd00:1::5"), out _));
        Assert.False(policy.Allows(IPAddress.Parse("10.2.0.0"), out _));
        Assert.False(policy.Allows(IPAddress.Parse("64:ff9b::a01:203"), out _));
        Assert.False(policy.Allows(IPAddress.Parse("fd00:2::5"), out _));
        Assert.False(policy.Allows(IPAddress.Parse("127.0.0.1"), out _));
    }

    [Theory]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/33")]
    [InlineData("localhost")]
    [InlineData("")]
    public void What_is_no_block_is_refused_with_a_sentence(string block) =>
        Assert.Contains("CIDR", Assert.Throws<FormatException>(() => new AddressPolicy([block])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.0.0.1", "is a private-use address (RFC 1918)")]
    [InlineData("127.0.0.1", "is a loopback address (RFC 1122, 3.2.1.3)")]
    [InlineData("0.0.0.0", "is an unspecified address, which reaches the machine itself (RFC 1122, 3.2.1.3)")]
    [InlineData("fd00::1", "is a unique-local address (RFC 4193)")]
    [InlineData("::ffff:10.0.0.1", "is an IPv4-mapped address of a private-use address (RFC 1918)")]
    [InlineData("192.0.0.1", "is an IETF protocol assignment (RFC 6890, 2.1)")]
    public void The_reason_reads_as_a_sentence(string address, string reason) =>
        Assert.Equal(reason, AddressPolicy.Describe(AddressPolicy.Classify(IPAddress.Parse(address)).Block!));

    private static IPAddress Last(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }
}
