using System.Net;
using System.Net.Sockets;

namespace ActorBrowser.Transport.Http;

/// <summary>The classification of an address.</summary>
/// <param name="Space">Its address space.</param>
/// <param name="Block">Why it is not public; null for a public address.</param>
internal readonly record struct AddressVerdict(AddressSpace Space, AddressBlock? Block);

/// <summary>Decides which resolved addresses the content of public pages may reach.</summary>
internal sealed class AddressPolicy
{
    /// <summary>The end of the sentence about a refused address.</summary>
    internal const string NotForPages = ", which the content of a public page may not reach.";

    private readonly IPNetwork[] _allowed;

    /// <summary>Creates a policy with exceptions.</summary>
    /// <param name="allowedPrivateNetworks">CIDR blocks that may be reached although they are not public.</param>
    /// <exception cref="FormatException">An entry is not a CIDR block.</exception>
    internal AddressPolicy(IReadOnlyList<string> allowedPrivateNetworks)
    {
        _allowed = allowedPrivateNetworks.Count == 0 ? [] : new IPNetwork[allowedPrivateNetworks.Count];
        for (var i = 0; i < _allowed.Length; i++)
            if (!IPNetwork.TryParse(allowedPrivateNetworks[i], out _allowed[i]))
                throw new FormatException($"'{allowedPrivateNetworks[i]}' among the allowed private networks is not a CIDR block such as 10.1.0.0/16.");
    }

    /// <summary>Returns the space of an address, looking through IPv4 addresses embedded in IPv6 ones.</summary>
    /// <param name="address">IPv4 or IPv6; a scope is ignored.</param>
    internal static AddressVerdict Classify(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return ClassifyV4(address);
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return new(AddressSpace.Private, AddressBlocks.UnallocatedV6);

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (InTable(AddressBlocks.V6, bytes) is { } listed)
            return listed.EmbeddedAt >= 0 ? Embedded(bytes, listed) : new(listed.Space, listed);
        if (!Holds(AddressBlocks.GlobalUnicastV6, bytes))
            return new(AddressSpace.Private, AddressBlocks.UnallocatedV6);
        if (bytes[8..12] is [0 or 2, 0, 0x5e, 0xfe])
            return Embedded(bytes, AddressBlocks.Isatap);
        return default;
    }

    /// <summary>Whether the content of a public page may reach an address.</summary>
    /// <param name="address">The resolved address.</param>
    /// <param name="verdict">The classification of the address.</param>
    internal bool Allows(IPAddress address, out AddressVerdict verdict)
    {
        verdict = Classify(address);
        return verdict.Space == AddressSpace.Public || IsException(address);
    }

    /// <summary>Completes "The address 10.0.0.1 …" with the reason for the refusal.</summary>
    /// <param name="block">The block found by <see cref="Classify"/>.</param>
    internal static string Describe(AddressBlock block) =>
        $"is {WithArticle(block.Name)} ({block.Source})";

    /// <summary>Whether an address is in one of the allowed private networks.</summary>
    internal bool IsException(IPAddress address)
    {
        if (_allowed.Length == 0)
            return false;
        Span<byte> bytes = stackalloc byte[16];
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryWriteBytes(bytes, out var length);
        foreach (var network in _allowed)
            if (Holds(network, bytes[..length]))
                return true;
        return false;
    }

    private static AddressVerdict ClassifyV4(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return InTable(AddressBlocks.V4, bytes) is { } block ? new(block.Space, block) : default;
    }

    private static AddressVerdict Embedded(ReadOnlySpan<byte> bytes, AddressBlock carrier)
    {
        var inner = Classify(new IPAddress(bytes.Slice(carrier.EmbeddedAt, 4)));
        return inner.Block is null ? default : new(inner.Space, inner.Block with { Name = $"{carrier.Name} of {WithArticle(inner.Block.Name)}" });
    }

    // "unique" begins with the sound of a consonant.
    private static string WithArticle(string name) =>
        "aeiouI".Contains(name[0]) && !name.StartsWith("uniq", StringComparison.Ordinal) ? $"an {name}" : $"a {name}";

    private static AddressBlock? InTable(AddressBlock[] table, ReadOnlySpan<byte> address)
    {
        foreach (var block in table)
            if (Holds(block.Network, address))
                return block;
        return null;
    }

    // IPNetwork.Contains is not used: it treats an IPv4-mapped address as IPv4 and finds it in no IPv6 block.
    private static bool Holds(in IPNetwork network, ReadOnlySpan<byte> address)
    {
        Span<byte> prefix = stackalloc byte[16];
        network.BaseAddress.TryWriteBytes(prefix, out var length);
        if (length != address.Length)
            return false;
        var whole = network.PrefixLength / 8;
        var rest = network.PrefixLength % 8;
        return address[..whole].SequenceEqual(prefix[..whole])
            && (rest == 0 || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0);
    }
}
