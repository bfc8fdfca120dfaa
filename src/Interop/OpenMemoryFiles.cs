using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>
/// The memory files (memfd_create) that processes hold open, mapped or not: each file once, however many descriptors refer to it. A
/// look reads a bounded number of descriptors, and the next look goes on behind them. Linux.
/// </summary>
internal sealed unsafe class OpenMemoryFiles
{
    /// <summary>The most descriptors that a look reads, but for those of the last buffer.</summary>
    internal const int MostAtOnce = 4096;

    private const int FolderOnly = 0x10000;
    private const int CloseOnExec = 0x80000;
    // The kernel answers from what it knows, and asks no server: a file system that hangs must not stop the count.
    private const int DoNotAsk = 0x4000;
    private const uint NumberAndBlocks = FileStatus.Inode | FileStatus.Blocks;
    private const int NotAllowed = 1, AccessDenied = 13;

    private readonly byte[] _buffer = new byte[16 << 10];
    private readonly ulong _device = DeviceOfMemoryFiles();
    private Dictionary<ulong, long> _found = [];
    private Dictionary<ulong, long> _before = [];
    private int _process;
    private long _position;

    /// <summary>Bytes of the files found by the present round of looks and, if it is larger, by the last whole round.</summary>
    internal long Bytes => Math.Max(_found.Values.Sum(), _before.Values.Sum());

    /// <summary>Whether the present round met a process that this one may not inspect.</summary>
    internal bool MetHidden { get; private set; }

    /// <summary>Reads further descriptors.</summary>
    /// <param name="processes">Pids, in rising order.</param>
    internal void Look(List<int> processes)
    {
        if (_process == 0)
            (_found, _before, MetHidden) = ([], _found, false);
        var left = MostAtOnce;
        foreach (var process in processes)
        {
            if (process < _process)
                continue;
            if (process != _process)
                (_process, _position) = (process, 0);
            if (!ReadFolder(ref left))
                return;
        }
        // The round is complete: what it found replaces the last.
        (_before, _process, _position) = (_found, 0, 0);
    }

    // Returns false if the look has read enough and the process has more descriptors.
    private bool ReadFolder(ref int left)
    {
        using var folder = OpenFolder(_process);
        if (folder is null)
            return true;
        if (_position != 0)
            _ = LibC.Seek(folder.Value, (nint)_position, 0);
        fixed (byte* entries = _buffer)
        {
            while (true)
            {
                if (left <= 0)
                    return false;
                var length = (int)LibC.SystemCall(CallNumbers.ListFolder, folder.Value, (nint)entries, _buffer.Length, 0);
                if (length <= 0)
                    return true;
                // struct linux_dirent64: inode, position of the next, length of this, type, name.
                for (var at = 0; at < length; at += BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(at + 16)))
                {
                    _position = BinaryPrimitives.ReadInt64LittleEndian(_buffer.AsSpan(at + 8));
                    left--;
                    if (entries[at + 19] != (byte)'.')
                        Add(folder.Value, entries + at + 19);
                }
            }
        }
    }

    private void Add(int folder, byte* name)
    {
        var status = stackalloc byte[FileStatus.Room];
        if (LibC.ExtendedStatus(folder, name, DoNotAsk, NumberAndBlocks, status) != 0)
            MetHidden |= IsRefusal(System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
        else if (FileStatus.IdentityOf(status) is var (device, inode) && device == _device)
            _found[inode] = FileStatus.AllocatedOf(status);
    }

    private SafeDescriptor? OpenFolder(int process)
    {
        fixed (byte* path = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd\0")))
        {
            var descriptor = LibC.Open(path, FolderOnly | CloseOnExec, 0);
            if (descriptor >= 0)
                return new SafeDescriptor(descriptor);
        }
        // The descriptors of a process that has exited are refused, too.
        MetHidden |= IsRefusal(System.Runtime.InteropServices.Marshal.GetLastPInvokeError()) && ProcessCounts.Resident(process) != default;
        return null;
    }

    private static bool IsRefusal(int error) => error is NotAllowed or AccessDenied;

    private static ulong DeviceOfMemoryFiles()
    {
        var status = stackalloc byte[FileStatus.Room];
        using var file = new SafeDescriptor(LibC.CreateMemoryFile("device", 1));
        const int emptyPath = 0x1000;
        fixed (byte* none = "\0"u8)
            return !file.IsInvalid && LibC.ExtendedStatus(file.Value, none, emptyPath, NumberAndBlocks, status) == 0 ? FileStatus.IdentityOf(status).Device : ulong.MaxValue;
    }
}
