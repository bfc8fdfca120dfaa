namespace ActorBrowser.Sandbox;

/// <summary>What an argument of a system call must be.</summary>
/// <param name="Argument">0 to 5; -1 for the address that the call comes from, which lies before the arguments.</param>
/// <param name="Mask">Which bits count.</param>
/// <param name="Value">What they are; with <paramref name="IsSelf"/>, the caller's own pid instead.</param>
/// <param name="IsSelf">Whether the process itself is meant.</param>
/// <param name="Negated">Whether it must be anything else; then only the low half counts.</param>
internal readonly record struct ArgumentIs(int Argument, ulong Mask, ulong Value, bool IsSelf = false, bool Negated = false)
{
    private const ulong IntBits = 0xffffffff;

    /// <summary>All 32 bits of an int.</summary>
    internal static ArgumentIs Int(int argument, long value) => new(argument, IntBits, (uint)value);

    /// <summary>Any int but this one; the kernel looks at no more bits either.</summary>
    internal static ArgumentIs Not(int argument, long value) => new(argument, IntBits, (uint)value, Negated: true);

    /// <summary>None of these bits.</summary>
    internal static ArgumentIs Without(int argument, ulong bits) => new(argument, bits, 0);

    /// <summary>All of these bits.</summary>
    internal static ArgumentIs With(int argument, ulong bits) => new(argument, bits, bits);

    /// <summary>The call comes from the instruction before this address, whatever its arguments.</summary>
    internal static ArgumentIs CallFrom(nint address) => new(-1, ulong.MaxValue, (ulong)address);

    /// <summary>The process itself.</summary>
    internal static ArgumentIs Self(int argument) => new(argument, IntBits, 0, IsSelf: true);
}

/// <summary>What becomes of a call whose arguments fulfil all conditions.</summary>
/// <param name="Conditions">All of them.</param>
/// <param name="Errno">0 to allow it; else it fails with this errno, unreported.</param>
internal readonly record struct CallCase(int Errno, params ArgumentIs[] Conditions);

/// <summary>What becomes of one system call.</summary>
/// <param name="Name">As in its manual page.</param>
/// <param name="Errno">0 to allow it; else it fails with this errno, unreported.</param>
/// <param name="Cases">Empty for any arguments; else the first that fits counts, and where none does the call is a violation.</param>
internal sealed record CallRule(string Name, int Errno, IReadOnlyList<CallCase> Cases)
{
    internal static CallRule Allow(string name) => new(name, 0, []);

    internal static CallRule Allow(string name, params CallCase[] cases) => new(name, 0, cases);

    internal static CallRule Refuse(string name, int errno) => new(name, errno, []);
}
