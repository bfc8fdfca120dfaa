namespace ActorBrowser.Interop;

/// <summary>
/// The rule that a native child adds before its filter: no more memory can become executable. All the child's code is in its file and
/// was mapped before. (No child's list has shmat and remap_file_pages, and mremap keeps the protection.)
/// </summary>
internal static class NewCodeFilter
{
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfSet = 0x45;
    private const ushort Return = 0x06;
    private const uint ThirdArgument = 32;
    private const uint Executable = 4;
    private const uint FailWithPermission = 0x00050000 | 1;
    private const uint Notify = 0x7fc00000;

    /// <summary>Adds the rule before a filter.</summary>
    /// <param name="program">The role's filter, which decides on all calls that the rule passes.</param>
    /// <param name="reports">Whether the parent is told of a refused attempt; otherwise the call fails with EPERM.</param>
    public static FilterInstruction[] Before(ReadOnlySpan<FilterInstruction> program, bool reports) =>
    [
        new(LoadWord, 0, 0, 0),
        new(JumpIfEqual, 2, 0, (uint)CallNumbers.MapMemory),
        new(JumpIfEqual, 1, 0, (uint)CallNumbers.ProtectMemory),
        new(JumpIfEqual, 0, 3, (uint)CallNumbers.ProtectMemoryByKey),
        new(LoadWord, 0, 0, ThirdArgument),
        new(JumpIfSet, 0, 1, Executable),
        new(Return, 0, 0, reports ? Notify : FailWithPermission),
        .. program,
    ];
}
