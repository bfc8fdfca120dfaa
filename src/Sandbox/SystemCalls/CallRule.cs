namespace ActorBrowser.Sandbox;

/// <summary>A condition on one argument of a system call.</summary>
/// <param name="Argument">0 to 5; −1 for the address that the call comes from, which precedes the arguments.</param>
/// <param name="Mask">The bits to compare.</param>
/// <param name="Value">Their value; ignored with <paramref name="IsSelf"/>.</param>
/// <param name="IsSelf">Whether to compare with the caller's own pid.</param>
/// <param name="Negated">Whether the value must differ; then only the low half is compared.</param>
internal readonly record struct ArgumentIs(int Argument, ulong Mask, ulong Value, bool IsSelf = false, bool Negated = false)
{
    private const ulong IntBits = 0xffffffff;

    /// <summary>All 32 bits of an int.</summary>
    internal static ArgumentIs Int(int argument, long value) => new(argument, IntBits, (uint)value);

    /// <summary>Any int except this one; the kernel, too, compares only its 32 bits.</summary>
    internal static ArgumentIs Not(int argument, long value) => new(argument, IntBits, (uint)value, Negated: true);

    /// <summary>None of these bits.</summary>
    internal static ArgumentIs Without(int argument, ulong bits) => new(argument, bits, 0);

    /// <summary>All of these bits.</summary>
    internal static ArgumentIs With(int argument, ulong bits) => new(argument, bits, bits);

    /// <summary>The call comes from the instruction before this address; its arguments do not matter.</summary>
    internal static ArgumentIs CallFrom(nint address) => new(-1, ulong.MaxValue, (ulong)address);

    /// <summary>The calling process's own pid.</summary>
    internal static ArgumentIs Self(int argument) => new(argument, IntBits, 0, IsSelf: true);
}

/// <summary>The result of a call that meets all conditions.</summary>
/// <param name="Conditions">The conditions, all of which must be met.</param>
/// <param name="Errno">0 to allow the call; otherwise it fails with this errno, without a report.</param>
internal readonly record struct CallCase(int Errno, params ArgumentIs[] Conditions);

/// <summary>The results of one system call.</summary>
/// <param name="Name">As in its manual page.</param>
/// <param name="Errno">0 to allow the call; otherwise it fails with this errno, without a report.</param>
/// <param name="Cases">Empty for any arguments; otherwise the first case that matches decides, and a call that matches none is a violation.</param>
internal sealed record CallRule(string Name, int Errno, IReadOnlyList<CallCase> Cases)
{
    internal static CallRule Allow(string name) => new(name, 0, []);

    internal static CallRule Allow(string name, params CallCase[] cases) => new(name, 0, cases);

    internal static CallRule Refuse(string name, int errno) => new(name, errno, []);
}
