namespace ActorBrowser.Interop;

/// <summary>struct statx, the same on every processor, in memory of <see cref="Room"/> bytes. Only the fields that were asked for are valid. Linux.</summary>
internal static unsafe class FileStatus
{
    /// <summary>The structure's size in bytes.</summary>
    internal const int Room = 256;

    /// <summary>Bits of STATX_…: the fields to ask for.</summary>
    internal const uint Type = 0x1, Links = 0x4, User = 0x8, Changed = 0x80, Inode = 0x100, Size = 0x200, Blocks = 0x400, Born = 0x800;

    // Blocks are counted in these bytes, whatever the file system's own are.
    private const int BlockSize = 512;

    internal static uint LinksOf(byte* status) => *(uint*)(status + 16);

    internal static uint UserOf(byte* status) => *(uint*)(status + 20);

    internal static ushort ModeOf(byte* status) => *(ushort*)(status + 28);

    /// <summary>Whether it is the character device 1:3.</summary>
    internal static bool IsNullDevice(byte* status) => (ModeOf(status) & 0xf000) == 0x2000 && *(uint*)(status + 128) == 1 && *(uint*)(status + 132) == 3;

    internal static long SizeOf(byte* status) => (long)*(ulong*)(status + 40);

    /// <summary>The bytes that the file takes.</summary>
    internal static long AllocatedOf(byte* status) => (long)*(ulong*)(status + 48) * BlockSize;

    internal static (long Seconds, uint Nanoseconds) BornOf(byte* status) => TimeOf(status + 80);

    internal static (long Seconds, uint Nanoseconds) ChangedOf(byte* status) => TimeOf(status + 96);

    /// <summary>Device and inode. The device is always valid.</summary>
    internal static (ulong Device, ulong Inode) IdentityOf(byte* status) =>
        (((ulong)*(uint*)(status + 136) << 32) | *(uint*)(status + 140), *(ulong*)(status + 32));

    private static (long Seconds, uint Nanoseconds) TimeOf(byte* time) => (*(long*)time, *(uint*)(time + sizeof(long)));
}
