namespace ActorBrowser.Interop;

/// <summary>What is free on a file system. Linux.</summary>
/// <param name="Bytes">For files of an ordinary user.</param>
/// <param name="Files">How many more files it takes; <see cref="long.MaxValue"/> where it does not count them.</param>
internal readonly record struct DiskSpace(long Bytes, long Files)
{
    /// <summary>What is free below the working folder; null if that is gone.</summary>
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

    /// <summary>Whether of either, more than a share of what there was has gone.</summary>
    /// <param name="now">What there is.</param>
    /// <param name="share">In percent.</param>
    internal bool HasLost(in DiskSpace now, int share) => now.Bytes < Bytes / 100 * (100 - share) || now.Files < Files / 100 * (100 - share);
}
