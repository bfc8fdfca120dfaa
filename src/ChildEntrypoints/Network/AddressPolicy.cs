using System.Net;
using System.Net.Sockets;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>What an address is.</summary>
/// <param name="Space">Its address space.</param>
/// <param name="Block">Why it is not public; null for a public address.</param>
internal readonly record struct AddressVerdict(AddressSpace Space, AddressBlock? Block);

/// <summary>Decides which resolved addresses the content of public pages may reach.</summary>
internal sealed class AddressPolicy
{
    private readonly IPNetwork[] _allowed;

    /// <summary>A policy with exceptions.</summary>
    /// <param name="allowedPrivateNetworks">CIDR blocks that may be reached although they are not public.</param>
    /// <exception cref="FormatException">An entry is not a CIDR block.</exception>
    internal AddressPolicy(IReadOnlyList<string> allowedPrivateNetworks)
    {
        _allowed = allowedPrivateNetworks.Count == 0 ? [] : new IPNetwork[allowedPrivateNetworks.Count];
        for (var i = 0; i < _allowed.Length; i++)
            if (!IPNetwork.TryParse(allowedPrivateNetworks[i], out _allowed[i]))
                throw new FormatException($"'{allowedPrivateNetworks[i]}' among the allowed private networks is not a CIDR block such as 10.1.0.0/16.");
    }

    /// <summary>Which space an address belongs to, looking through IPv4 addresses embedded in IPv6 ones.</summary>
    /// <param name="address">IPv4 or IPv6; a scope is ignored.</param>
    internal static AddressVerdict Classify(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return InTable(AddressBlocks.V4, address) is { } block ? new(block.Space, block) : default;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return new(AddressSpace.Private, AddressBlocks.UnallocatedV6);

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        // Without its scope: IPNetwork compares what is on the wire.
        var plain = address.ScopeId == 0 ? address : new IPAddress(bytes);
        if (InTable(AddressBlocks.V6, plain) is { } listed)
            return listed.EmbeddedAt >= 0 ? Embedded(bytes, listed) : new(listed.Space, listed);
        if (!AddressBlocks.GlobalUnicastV6.Contains(plain))
            return new(AddressSpace.Private, AddressBlocks.UnallocatedV6);
        if (bytes[8..12] is [0 or 2, 0, 0x5e, 0xfe])
            return Embedded(bytes, AddressBlocks.Isatap);
        return default;
    }

    /// <summary>Whether the content of a public page may reach an address.</summary>
    /// <param name="address">The resolved address.</param>
    /// <param name="verdict">What the address is.</param>
    internal bool Allows(IPAddress address, out AddressVerdict verdict)
    {
        verdict = Classify(address);
        return verdict.Space == AddressSpace.Public || IsAllowed(address);
    }

    /// <summary>Completes "The address 10.0.0.1 …", saying why it is refused.</summary>
    /// <param name="block">What <see cref="Classify"/> found.</param>
    internal static string Describe(AddressBlock block) =>
        $"is {WithArticle(block.Name)} ({block.Source})";

    private bool IsAllowed(IPAddress address)
    {
        if (_allowed.Length == 0)
            return false;
        var unmapped = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _allowed)
            if (network.Contains(unmapped) || network.Contains(address))
                return true;
        return false;
    }

    private static AddressVerdict Embedded(ReadOnlySpan<byte> bytes, AddressBlock carrier)
    {
        var inner = Classify(new IPAddress(bytes.Slice(carrier.EmbeddedAt, 4)));
        return inner.Block is null ? default : new(inner.Space, inner.Block with { Name = $"{carrier.Name} of {WithArticle(inner.Block.Name)}" });
    }

    // "unique-local" sounds like a consonant.
    private static string WithArticle(string name) =>
        "aeiouI".Contains(name[0]) && !name.StartsWith("uniq", StringComparison.Ordinal) ? $"an {name}" : $"a {name}";

    private static AddressBlock? InTable(AddressBlock[] table, IPAddress address)
    {
        foreach (var block in table)
            if (block.Network.Contains(address))
                return block;
        return null;
    }
}
