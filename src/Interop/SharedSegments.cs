using System.Buffers.Text;

namespace ActorBrowser.Interop;

/// <summary>The System V shared memory of this process's IPC namespace that processes of its pid namespace have created. Linux.</summary>
internal static class SharedSegments
{
    private const int LeastRoom = 32 << 10;
    private const int MostRoom = 2 << 20;
    private const int Remove = 0;

    // /proc/sysvipc/shm: key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap.
    private const int IdColumn = 1, CreatorColumn = 4, AttachedColumn = 6, ResidentColumn = 14;

    /// <summary>The resident bytes.</summary>
    /// <param name="unattached">Those in segments that no process has attached.</param>
    /// <returns>Those in all segments.</returns>
    internal static long Bytes(out long unattached)
    {
        long all = 0, alone = 0;
        foreach (var segment in All())
        {
            all += segment.Resident;
            alone += segment.Attached == 0 ? segment.Resident : 0;
        }
        unattached = alone;
        return all;
    }

    /// <summary>Removes all segments: they would outlive the processes that made them. The kernel frees one when the last process detaches it.</summary>
    internal static void RemoveAll()
    {
        foreach (var segment in All())
            _ = LibC.SystemCall(CallNumbers.ControlSegment, segment.Id, Remove, 0, 0);
    }

    private static List<(int Id, long Attached, long Resident)> All()
    {
        var text = Read();
        var segments = new List<(int, long, long)>();
        var rest = text.Span;
        Span<long> values = stackalloc long[ResidentColumn + 1];
        while (rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            // In a namespace that is shared with other processes, their segments have creator 0.
            if (TryParse(rest[..end], values) && values[CreatorColumn] != 0)
                segments.Add(((int)values[IdColumn], values[AttachedColumn], values[ResidentColumn]));
            rest = rest[(end + 1)..];
        }
        return segments;
    }

    private static bool TryParse(ReadOnlySpan<byte> line, Span<long> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            line = line.TrimStart((byte)' ');
            if (!Utf8Parser.TryParse(line, out values[i], out var used))
                return false;
            line = line[used..];
        }
        return true;
    }

    private static ReadOnlyMemory<byte> Read()
    {
        for (var room = LeastRoom; ; room *= 2)
        {
            var buffer = new byte[room];
            var length = Math.Max(SmallFile.TryRead("/proc/sysvipc/shm", buffer), 0);
            if (length < room || room >= MostRoom)
                return buffer.AsMemory(0, length);
        }
    }
}
