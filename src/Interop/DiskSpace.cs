namespace ActorBrowser.Interop;

/// <summary>The free space of a file system. Linux.</summary>
/// <param name="Bytes">Free bytes for an ordinary user.</param>
/// <param name="Files">How many more files fit; <see cref="long.MaxValue"/> if the file system does not count them.</param>
internal readonly record struct DiskSpace(long Bytes, long Files)
{
    /// <summary>The free space at the working folder; null if the folder is gone.</summary>
    internal static unsafe DiskSpace? Here()
    {
        // struct statfs, the same on both processors: f_bsize, f_bavail, f_files and f_ffree, each 8 bytes.
        const int blockSize = 1, available = 4, files = 5, freeFiles = 6, words = 15;
        var status = stackalloc ulong[words];
        fixed (byte* here = ".\0"u8)
        {
            if (LibC.SystemCall(CallNumbers.FileSystemStatus, (nint)here, (nint)status, 0, 0) != 0)
                return null;
        }
        return new DiskSpace((long)(status[available] * status[blockSize]), status[files] == 0 ? long.MaxValue : (long)status[freeFiles]);
    }

    /// <summary>Whether more than a share of the free bytes or files was lost.</summary>
    /// <param name="now">The free space now.</param>
    /// <param name="share">In percent.</param>
    internal bool HasLost(in DiskSpace now, int share) => now.Bytes < Bytes / 100 * (100 - share) || now.Files < Files / 100 * (100 - share);
}
