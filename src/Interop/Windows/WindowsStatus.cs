using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>Exit codes of Windows: most are a program's own, others name what ended it (NTSTATUS).</summary>
internal static class WindowsStatus
{
    private const uint FirstError = 0xc0000000;
    // Above are a program's own negative numbers.
    private const uint LastError = 0xefffffff;

    /// <summary>The exit code of a process that was ended from outside: 128 + 9, as a shell reports SIGKILL.</summary>
    internal const uint Killed = 137;

    private static readonly Dictionary<uint, (string Name, string Meaning)> Known = new()
    {
        [0x40010004] = ("DBG_TERMINATE_PROCESS", "ended by its debugger, or when its user logged off"),
        [0x40010005] = ("DBG_CONTROL_C", "Ctrl-C"),
        [0x40010008] = ("DBG_CONTROL_BREAK", "Ctrl-Break"),
        [0x80000003] = ("STATUS_BREAKPOINT", "breakpoint or failed assertion"),
        [0x80000004] = ("STATUS_SINGLE_STEP", "single step"),
        [0xc0000005] = ("STATUS_ACCESS_VIOLATION", "access violation"),
        [0xc0000006] = ("STATUS_IN_PAGE_ERROR", "a file of the program could not be read"),
        [0xc0000008] = ("STATUS_INVALID_HANDLE", "invalid handle"),
        [0xc0000017] = ("STATUS_NO_MEMORY", "no memory"),
        [0xc000001d] = ("STATUS_ILLEGAL_INSTRUCTION", "illegal instruction"),
        [0xc0000022] = ("STATUS_ACCESS_DENIED", "access denied"),
        [0xc0000025] = ("STATUS_NONCONTINUABLE_EXCEPTION", "exception that cannot be continued"),
        [0xc0000044] = ("STATUS_QUOTA_EXCEEDED", "quota exceeded"),
        [0xc000007b] = ("STATUS_INVALID_IMAGE_FORMAT", "program or library of another architecture, or damaged"),
        [0xc0000094] = ("STATUS_INTEGER_DIVIDE_BY_ZERO", "division by zero"),
        [0xc0000095] = ("STATUS_INTEGER_OVERFLOW", "integer overflow"),
        [0xc0000096] = ("STATUS_PRIVILEGED_INSTRUCTION", "privileged instruction"),
        [0xc00000fd] = ("STATUS_STACK_OVERFLOW", "stack overflow"),
        [0xc000012d] = ("STATUS_COMMITMENT_LIMIT", "no memory: the paging file is full"),
        [0xc0000135] = ("STATUS_DLL_NOT_FOUND", "library not found"),
        [0xc0000138] = ("STATUS_ORDINAL_NOT_FOUND", "function not found in a library"),
        [0xc0000139] = ("STATUS_ENTRYPOINT_NOT_FOUND", "function not found in a library"),
        [0xc000013a] = ("STATUS_CONTROL_C_EXIT", "Ctrl-C or Ctrl-Break"),
        [0xc0000142] = ("STATUS_DLL_INIT_FAILED", "a library could not start"),
        [0xc0000194] = ("STATUS_POSSIBLE_DEADLOCK", "possible deadlock"),
        [0xc0000354] = ("STATUS_DEBUGGER_INACTIVE", "no debugger"),
        [0xc0000374] = ("STATUS_HEAP_CORRUPTION", "heap corruption"),
        [0xc0000409] = ("STATUS_STACK_BUFFER_OVERRUN", "stack buffer overrun or fail-fast"),
        [0xc0000417] = ("STATUS_INVALID_CRUNTIME_PARAMETER", "invalid argument of a C function"),
        [0xc0000420] = ("STATUS_ASSERTION_FAILURE", "failed assertion"),
        [0xc0000428] = ("STATUS_INVALID_IMAGE_HASH", "program or library without a valid signature"),
        [0xc0000602] = ("STATUS_FAIL_FAST_EXCEPTION", "fail-fast"),
        [0xe06d7363] = ("unhandled C++ exception", ""),
        [0xe0434352] = ("unhandled .NET exception", ""),
    };

    /// <summary>What ended a program, such as <c>STATUS_ACCESS_VIOLATION: access violation</c>; null for a program's own exit code, and for a status without a name here.</summary>
    /// <param name="code">An exit code.</param>
    internal static string? NameOf(int code) =>
        !Known.TryGetValue(unchecked((uint)code), out var known) ? null : known.Meaning.Length == 0 ? known.Name : $"{known.Name}: {known.Meaning}";

    /// <summary>An exit code as text: a status in hexadecimal with what it says, any other in decimal.</summary>
    /// <param name="code">An exit code.</param>
    internal static string Describe(int code)
    {
        var name = NameOf(code);
        return name is null && unchecked((uint)code) is < FirstError or > LastError
            ? code.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"0x{unchecked((uint)code):X8}{(name is null ? "" : $" ({name})")}");
    }

    /// <summary>An exit code in the words of this system: on Windows as <see cref="Describe"/>, elsewhere the number.</summary>
    /// <param name="code">An exit code.</param>
    internal static string Here(int code) => OperatingSystem.IsWindows() ? Describe(code) : code.ToString(CultureInfo.InvariantCulture);
}
