using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// The machine code that runs a <see cref="PreExecProgram"/>: posix_spawn has no action for a Landlock domain, a namespace, a
/// capability or a limit, and managed code must not run between clone and exec. It blocks all signals, clones, unblocks them in the
/// parent and returns the pid. The child makes the listed calls in a loop; if one fails and is not optional, it stores the failed
/// step and exits with code 127. Assembled from eng/script-x64.s and eng/script-arm64.s; a test compares the two.
/// </summary>
internal static unsafe class PreExecCode
{
    private static readonly Lazy<nint> Mapped = new(Map);

    internal static bool Exists => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Whether it exists, and this process may execute it.</summary>
    internal static bool IsUsable => Exists && Mapped.Value != 0;

    internal static ReadOnlySpan<byte> X64 => Convert.FromHexString(
        "535541544889fbb80e000000bf02000000488d7338488d534041ba080000000f05b838000000488b3b488b7308488b53104531d24531c00f05" +
        "4885c074234889c5b80e000000bf02000000488d734031d241ba080000000f054889e8415c5d5bc3488b6b204c8b63184d85e4744c488b4500" +
        "488b7d08488b7510488b55184c8b55204c8b45284c8b4d300f05488b4d404885c97403488901483d00f0ffff77094883c54849ffccebc0f745" +
        "380100000075ee48896b2848894330bf7f000000b8e70000000f050f0b");

    internal static ReadOnlySpan<byte> Arm64 => Convert.FromHexString(
        "f353bea9f50b00f9f30300aae81080d2400080d261e2009162020191030180d2010000d4881b80d2600240f9610640f9620a40f9030080d204" +
        "0080d2010000d4800100b4f40300aae81080d2400080d261020191020080d2030180d2010000d4e00314aaf50b40f9f353c2a8c0035fd67412" +
        "40f9750e40f9550200b4880240f9808640a9828e41a9849642a9010000d4892240f9490000b4200100f91ffc3fb18200005494220191b50600" +
        "d1f3ffff17891e40f989ff0737741600f9601a00f9e00f80d2c80b80d2010000d4000020d4");

    // The address after the loop's system call instruction, in both sources: the kernel reports it to a filter.
    private const int ReturnOnX64 = 140;
    private const int ReturnOnArm64 = 200;

    internal static void Prepare() => _ = Mapped.Value;

    /// <summary>The address that a filter sees for every call the program makes in the new process.</summary>
    internal static nint CallAddress => Mapped.Value + (RuntimeInformation.ProcessArchitecture == Architecture.X64 ? ReturnOnX64 : ReturnOnArm64);

    internal static nint Run(void* script) => ((delegate* unmanaged<void*, nint>)Mapped.Value)(script);

    private static nint Map() => CodePage.Map(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? X64 : Arm64);
}
