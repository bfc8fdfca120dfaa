using System.Net;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>
/// Gives each name an address that leads nowhere but here (198.18.0.0/15, RFC 2544), so that a program that knows no proxy can connect
/// by name. An address belongs to one name as long as this process lives.
/// </summary>
internal sealed class SyntheticNames
{
    /// <summary>How many names may have an address; further ones are refused, so that a flood of names takes no more memory.</summary>
    internal const int Most = 32_768;

    private const uint First = 0xc6120001;

    private readonly Dictionary<string, uint> _byName = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <summary>The address of a name; null if too many names have one.</summary>
    internal IPAddress? AddressOf(string name)
    {
        if (!_byName.TryGetValue(name, out var index))
        {
            if (_names.Count == Most)
                return null;
            index = (uint)_names.Count;
            _byName.Add(name, index);
            _names.Add(name);
        }
        var address = First + index;
        return new IPAddress([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]);
    }

    /// <summary>Whether a name has an address.</summary>
    internal bool Knows(string name) => _byName.ContainsKey(name);

    /// <summary>The host that a program means by an address: the name that has it, or the address itself; null if it is one of ours that no name has.</summary>
    internal string? HostOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        if (length != 4 || bytes[0] != 198 || (bytes[1] & 0xfe) != 18)
            return address.ToString();
        var index = ((uint)bytes[0] << 24 | (uint)bytes[1] << 16 | (uint)bytes[2] << 8 | bytes[3]) - First;
        return index < _names.Count ? _names[(int)index] : null;
    }
}
