using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// Sections of the paging file: memory that processes share by handles. A section keeps its size for ever. A handle may only read, and
/// the empty access list keeps its holder from making one that writes; but a process that could write once cannot be kept from it.
/// </summary>
internal static unsafe partial class WindowsSection
{
    private const string Kernel = "kernel32";
    private const uint PageReadWrite = 4;
    private const uint MayQuery = 1;
    private const uint MayWrite = 2;
    private const uint MayRead = 4;
    private const uint SameAccess = 2;
    private const int BasicInformation = 0;
    private const int PresentDacl = 4;
    private const uint OfFile = 0x800000;
    private const uint OfImage = 0x1000000;
    private const uint Reserved = 0x4000000;

    /// <summary>What a receiver of a section may do: read it, and ask for its length.</summary>
    internal const uint ReadAccess = MayQuery | MayRead;

    /// <summary>Creates a section of zeros.</summary>
    /// <param name="length">In bytes.</param>
    /// <exception cref="SystemCallException">There is no memory left.</exception>
    internal static SafeDescriptor Create(long length)
    {
        // An access list without entries: whoever has a handle has what it allows, and nobody gets another.
        var list = new AccessList { Revision = 2, Size = (ushort)sizeof(AccessList) };
        var descriptor = new SecurityDescriptor { Revision = 1, Control = PresentDacl, Discretionary = &list };
        var security = new SecurityAttributes { Length = (uint)sizeof(SecurityAttributes), Descriptor = &descriptor };
        return Own(CreateFileMapping(-1, &security, PageReadWrite, (uint)(length >> 32), (uint)length, null), "CreateFileMapping");
    }

    /// <summary>Makes a handle of the same section that may only read.</summary>
    /// <param name="section">The caller keeps it.</param>
    /// <exception cref="SystemCallException">There is no memory left.</exception>
    internal static SafeDescriptor ReadOnly(SafeDescriptor section)
    {
        nint copy;
        return Own(DuplicateHandle(-1, section.Value, -1, &copy, ReadAccess, 0, 0) != 0 ? copy : 0, "DuplicateHandle");
    }

    /// <summary>Makes another handle of the same section, with the same access.</summary>
    /// <param name="section">The caller keeps it.</param>
    /// <exception cref="SystemCallException">There is no memory left.</exception>
    internal static SafeDescriptor Duplicate(SafeDescriptor section)
    {
        nint copy;
        return Own(DuplicateHandle(-1, section.Value, -1, &copy, 0, 0, SameAccess) != 0 ? copy : 0, "DuplicateHandle");
    }

    /// <summary>
    /// The length in bytes, of which the system may have rounded up to a whole page; null if the handle is not of a section of the
    /// paging file: reading another kind of section may fail, as when its file is on a server that is gone.
    /// </summary>
    /// <param name="handle">Any handle.</param>
    internal static long? LengthOf(SafeDescriptor handle)
    {
        var information = default(SectionInformation);
        return QuerySection(handle.Value, BasicInformation, &information, (nuint)sizeof(SectionInformation), null) >= 0
            && (information.Attributes & (OfFile | OfImage | Reserved)) == 0 ? information.Length : null;
    }

    /// <summary>Maps the first bytes; null if the system refuses.</summary>
    internal static byte* Map(SafeDescriptor section, long length, bool writable) => MapView(section.Value, writable ? MayRead | MayWrite : MayRead, 0, 0, (nuint)length);

    /// <summary>Unmaps what <see cref="Map"/> has returned.</summary>
    internal static void Unmap(byte* start) => _ = UnmapView(start);

    /// <summary>Closes a handle.</summary>
    internal static bool Close(nint handle) => CloseHandle(handle) != 0;

    private static SafeDescriptor Own(nint handle, string call) => handle != 0 ? new SafeDescriptor((int)handle) : throw SystemCallException.FromLastError(call);

    [StructLayout(LayoutKind.Sequential)]
    private struct AccessList
    {
        internal byte Revision, Padding;
        internal ushort Size, Count, Padding2;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SecurityDescriptor
    {
        internal byte Revision, Padding;
        internal ushort Control;
        internal nint Owner, Group;
        internal void* System;
        internal AccessList* Discretionary;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SecurityAttributes
    {
        internal uint Length;
        internal SecurityDescriptor* Descriptor;
        internal int IsInherited;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SectionInformation
    {
        internal nint Base;
        internal uint Attributes;
        internal long Length;
    }

    [LibraryImport(Kernel, EntryPoint = "CreateFileMappingW", SetLastError = true)]
    private static partial nint CreateFileMapping(nint file, SecurityAttributes* security, uint protection, uint lengthHigh, uint lengthLow, char* name);

    [LibraryImport(Kernel, EntryPoint = "DuplicateHandle", SetLastError = true)]
    private static partial int DuplicateHandle(nint sourceProcess, nint source, nint targetProcess, nint* target, uint access, int inherit, uint options);

    [LibraryImport(Kernel, EntryPoint = "MapViewOfFile", SetLastError = true)]
    private static partial byte* MapView(nint section, uint access, uint offsetHigh, uint offsetLow, nuint length);

    [LibraryImport(Kernel, EntryPoint = "UnmapViewOfFile", SetLastError = true)]
    private static partial int UnmapView(byte* start);

    [LibraryImport(Kernel, EntryPoint = "CloseHandle", SetLastError = true)]
    private static partial int CloseHandle(nint handle);

    [LibraryImport("ntdll", EntryPoint = "NtQuerySection")]
    private static partial int QuerySection(nint section, int kind, void* information, nuint length, nuint* returned);
}
