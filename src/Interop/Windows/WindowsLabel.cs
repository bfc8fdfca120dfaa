using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// The mandatory label of an object: the integrity level below which no process may write to it, read it or execute it, as its rules say,
/// whatever its access list grants. Wine 8 keeps labels and enforces none of them.
/// </summary>
internal static unsafe partial class WindowsLabel
{
    /// <summary>Nobody of a lower level may write.</summary>
    internal const uint NoWriteUp = 1;

    /// <summary>Nobody of a lower level may write, read or execute.</summary>
    internal const uint NothingUp = 7;

    private const ushort HasSystemList = 0x10;
    private const uint Label = 0x10;
    private const byte LabelKind = 0x11;
    private const int LongestDescriptor = 512;
    private const int DescriptorHead = 20;
    private const int ListHead = 8;
    private const int EntryLength = 20;

    // S-1-16-…: one number, the authority 16.
    private static ReadOnlySpan<byte> LevelHead => [1, 1, 0, 0, 0, 0, 0, 16];

    /// <summary>Labels an object.</summary>
    /// <param name="handle">A handle that may take ownership.</param>
    /// <param name="level">The integrity level; at most this process's.</param>
    /// <param name="rules">What nobody below it may do.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static void Set(nint handle, uint level, uint rules)
    {
        fixed (byte* list = ListOf(level, rules))
        {
            var descriptor = new SecurityDescriptor { Revision = 1, Control = HasSystemList, SystemList = list };
            if (SetSecurity(handle, Label, &descriptor) == 0)
                throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>An object's label; null if the system tells of none.</summary>
    /// <param name="handle">A handle that may read the object's security.</param>
    internal static (uint Level, uint Rules)? Of(nint handle)
    {
        var room = stackalloc byte[LongestDescriptor];
        uint length;
        return QuerySecurity(handle, Label, room, LongestDescriptor, &length) != 0 ? Parse(new ReadOnlySpan<byte>(room, LongestDescriptor)) : null;
    }

    /// <summary>Lets processes of low integrity write to a pipe, which they else may not. The access list still decides who may.</summary>
    /// <param name="pipe">The server's end, opened with the right to take ownership.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static void AdmitLow(SafeHandle pipe) => Set(pipe.DangerousGetHandle(), WindowsToken.Low, NoWriteUp);

    /// <summary>
    /// Keeps processes of a lower level than this one from a child's process and its first thread, also those of the child's own user and
    /// level. Both are else labelled with the child's level.
    /// </summary>
    /// <param name="process">A handle with every right.</param>
    /// <param name="thread">A handle with every right.</param>
    /// <returns>Null, or why they are not kept from it.</returns>
    internal static string? Separate(nint process, nint thread)
    {
        if (WindowsToken.IntegrityOf(-1) is not { } own)
            return "the integrity of this process is unknown";
        if (own <= WindowsToken.Low)
            return "this process has low integrity itself";
        foreach (var handle in (ReadOnlySpan<nint>)[process, thread])
        {
            try
            {
                Set(handle, own, NothingUp);
            }
            catch (Win32Exception e)
            {
                return $"its process could not be labelled: {e.Message}";
            }
            if (Of(handle) is var label && label != (own, NothingUp))
                return label is { } other ? $"its process is labelled 0x{other.Level:x} with the rules {other.Rules} instead of 0x{own:x} with {NothingUp}" : "its process has no label";
        }
        return null;
    }

    /// <summary>An access list with one entry, the label (SYSTEM_MANDATORY_LABEL_ACE).</summary>
    internal static byte[] ListOf(uint level, uint rules)
    {
        var list = new byte[ListHead + EntryLength];
        list[0] = 2;
        list[2] = ListHead + EntryLength;
        list[4] = 1;
        list[8] = LabelKind;
        list[10] = EntryLength;
        BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan(12), rules);
        LevelHead.CopyTo(list.AsSpan(16));
        BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan(24), level);
        return list;
    }

    /// <summary>The label in a security descriptor whose parts follow its head (self-relative); null if there is none.</summary>
    internal static (uint Level, uint Rules)? Parse(ReadOnlySpan<byte> descriptor)
    {
        if (descriptor.Length < DescriptorHead)
            return null;
        var at = BinaryPrimitives.ReadUInt32LittleEndian(descriptor[12..]);
        if (at < DescriptorHead || at > descriptor.Length - ListHead)
            return null;
        var list = descriptor[(int)at..];
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(list[4..]);
        var rest = list[ListHead..];
        for (var i = 0; i < entries && rest.Length >= 4; i++)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            if (length < 4 || length > rest.Length)
                return null;
            if (rest[0] == LabelKind && length >= EntryLength && rest[8..].StartsWith(LevelHead))
                return (BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]), BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]));
            rest = rest[length..];
        }
        return null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SecurityDescriptor
    {
        internal byte Revision, Padding;
        internal ushort Control;
        internal nint Owner, Group;
        internal byte* SystemList;
        internal nint DiscretionaryList;
    }

    // SetSecurityInfo of Wine 8 leaves labels away without a word.
    [LibraryImport("advapi32", EntryPoint = "SetKernelObjectSecurity", SetLastError = true)]
    private static partial int SetSecurity(nint handle, uint what, SecurityDescriptor* descriptor);

    [LibraryImport("advapi32", EntryPoint = "GetKernelObjectSecurity", SetLastError = true)]
    private static partial int QuerySecurity(nint handle, uint what, void* descriptor, uint length, uint* needed);
}
