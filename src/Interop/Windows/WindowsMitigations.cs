using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// The mitigations of a process: what is asked for when it is created, and what the system says of each afterwards. Data execution
/// prevention is not among them: every process of 64 bits has it. Wine 8 has none, and answers a question with zeros.
/// </summary>
internal static unsafe partial class WindowsMitigations
{
    /// <summary>No system calls of the window manager (win32k).</summary>
    internal const ulong NoWin32k = 1UL << 28;

    private const int ChildProcesses = 13;

    // What is asked for (always on), the policy that tells of it (PROCESS_MITIGATION_POLICY), and its flags there.
    private static readonly (ulong Asked, int Policy, uint Flags, string Name)[] Known =
    [
        (1UL << 16, 1, 1, "bottom-up addresses"),
        (1UL << 20, 1, 4, "high-entropy addresses"),
        (1UL << 24, 3, 3, "strict handle checks"),
        (NoWin32k, 4, 1, "no system calls of the window manager"),
        (1UL << 32, 6, 1, "no extension points"),
        (1UL << 36, 2, 1, "no new code"),
        (1UL << 52, 10, 1, "no remote images"),
        (1UL << 56, 10, 2, "no images of low integrity"),
    ];

    // Only a native program has no JIT compiler.
    private const ulong NoNewCode = 1UL << 36;
    private const ulong Everyone = (1UL << 16) | (1UL << 20) | (1UL << 24) | (1UL << 32) | (1UL << 52) | (1UL << 56);

    /// <summary>The mitigations that a child gets, without <see cref="NoWin32k"/>.</summary>
    /// <param name="isNative">Whether it is a native program.</param>
    internal static ulong Of(bool isNative) => isNative ? Everyone | NoNewCode : Everyone;

    /// <summary>The mitigations that a process was to have and has not; null if it has all of them.</summary>
    /// <param name="process">Its handle; −1 for this process.</param>
    /// <param name="asked">What was asked for.</param>
    /// <param name="isAlone">Whether it may start no process.</param>
    internal static string? MissingFrom(nint process, ulong asked, bool isAlone) => Missing(asked, isAlone, policy => FlagsOf(process, policy));

    /// <summary>The same, of what the system says of each policy.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <param name="isAlone">Whether the process may start no process.</param>
    /// <param name="flagsOf">The flags of a policy; 0 if the system does not tell.</param>
    internal static string? Missing(ulong asked, bool isAlone, Func<int, uint> flagsOf)
    {
        var missing = new List<string>();
        foreach (var (bit, policy, flags, name) in Known)
        {
            if ((asked & bit) != 0 && (flagsOf(policy) & flags) != flags)
                missing.Add(name);
            asked &= ~bit;
        }
        if (asked != 0)
            missing.Add($"0x{asked:x}, of which no policy tells");
        if (isAlone && (flagsOf(ChildProcesses) & 1) == 0)
            missing.Add("no child processes");
        return missing.Count == 0 ? null : $"it does not have: {string.Join(", ", missing)}";
    }

    private static uint FlagsOf(nint process, int policy)
    {
        uint flags = 0;
        return Query(process, policy, &flags, sizeof(uint)) != 0 ? flags : 0;
    }

    [LibraryImport("kernel32", EntryPoint = "GetProcessMitigationPolicy", SetLastError = true)]
    private static partial int Query(nint process, int policy, void* buffer, nuint length);
}
