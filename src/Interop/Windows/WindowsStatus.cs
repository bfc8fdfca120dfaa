using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>Exit codes of Windows: small numbers are a program's own, those from 0xC0000000 on name what ended it (NTSTATUS).</summary>
internal static class WindowsStatus
{
    private const uint FirstError = 0xc0000000;

    /// <summary>The exit code of a process that was ended from outside: 128 + 9, as a shell reports SIGKILL.</summary>
    internal const uint Killed = 137;

    /// <summary>STATUS_CONTROL_C_EXIT: Ctrl-C or CTRL_BREAK ended it.</summary>
    internal const uint ControlC = 0xc000013a;

    private static readonly Dictionary<uint, string> Names = new()
    {
        [0xc0000005] = "STATUS_ACCESS_VIOLATION",
        [0xc0000006] = "STATUS_IN_PAGE_ERROR",
        [0xc0000008] = "STATUS_INVALID_HANDLE",
        [0xc0000017] = "STATUS_NO_MEMORY",
        [0xc000001d] = "STATUS_ILLEGAL_INSTRUCTION",
        [0xc0000022] = "STATUS_ACCESS_DENIED",
        [0xc0000025] = "STATUS_NONCONTINUABLE_EXCEPTION",
        [0xc0000044] = "STATUS_QUOTA_EXCEEDED",
        [0xc000007b] = "STATUS_INVALID_IMAGE_FORMAT",
        [0xc0000094] = "STATUS_INTEGER_DIVIDE_BY_ZERO",
        [0xc0000096] = "STATUS_PRIVILEGED_INSTRUCTION",
        [0xc00000fd] = "STATUS_STACK_OVERFLOW",
        [0xc0000135] = "STATUS_DLL_NOT_FOUND",
        [0xc0000139] = "STATUS_ENTRYPOINT_NOT_FOUND",
        [ControlC] = "STATUS_CONTROL_C_EXIT",
        [0xc0000142] = "STATUS_DLL_INIT_FAILED",
        [0xc0000374] = "STATUS_HEAP_CORRUPTION",
        [0xc0000409] = "STATUS_STACK_BUFFER_OVERRUN",
        [0xc0000417] = "STATUS_INVALID_CRUNTIME_PARAMETER",
        [0xc0000602] = "STATUS_FAIL_FAST_EXCEPTION",
        [0xe0434352] = "an unhandled .NET exception",
    };

    /// <summary>The status's name; null for a program's own exit code, and for a status without a name here.</summary>
    /// <param name="code">An exit code.</param>
    internal static string? NameOf(int code) => Names.GetValueOrDefault(unchecked((uint)code));

    /// <summary>An exit code as text: a status in hexadecimal, with its name.</summary>
    /// <param name="code">An exit code.</param>
    internal static string Describe(int code) => unchecked((uint)code) is >= FirstError and var status
        ? string.Create(CultureInfo.InvariantCulture, $"0x{status:X8}{(NameOf(code) is { } name ? $" ({name})" : "")}")
        : code.ToString(CultureInfo.InvariantCulture);
}
