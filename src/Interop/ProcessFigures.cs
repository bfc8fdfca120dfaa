using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>What live processes use, for a task manager. Any process may ask about any other. Linux.</summary>
internal static class ProcessFigures
{
    private const int Room = 4096;
    private const int FirstField = 3;
    private const int UserTimeField = 14;
    private const int SystemTimeField = 15;
    private const int StartField = 22;
    private const int ResidentField = 24;

    // The kernel's unit for times in /proc, on every architecture that .NET runs on.
    private const int TicksPerSecond = 100;

    /// <summary>Reads a process's times and resident memory; takes some 10 microseconds.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>Null if the process is gone.</returns>
    public static ProcessUse? TryRead(int process)
    {
        Span<byte> buffer = stackalloc byte[Room];
        var length = SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"), buffer);
        return length < 0 ? null : Parse(buffer[..length]);
    }

    /// <summary>Parses the content of a process's stat file; its name may hold any character, also spaces and parentheses.</summary>
    /// <param name="text">The content.</param>
    /// <returns>Null if it is cut.</returns>
    internal static ProcessUse? Parse(ReadOnlySpan<byte> text)
    {
        var open = text.IndexOf((byte)'(');
        var close = text.LastIndexOf((byte)')');
        if (open < 0 || close < open)
            return null;
        var name = Encoding.UTF8.GetString(text[(open + 1)..close]);
        var rest = text[(close + 1)..].TrimStart((byte)' ');
        long user = 0, system = 0, start = 0, resident = -1;
        for (var field = FirstField; field <= ResidentField && !rest.IsEmpty; field++)
        {
            var end = rest.IndexOf((byte)' ');
            var word = end < 0 ? rest : rest[..end];
            if (field is UserTimeField or SystemTimeField or StartField or ResidentField)
            {
                if (!Utf8Parser.TryParse(word, out long value, out _))
                    return null;
                switch (field)
                {
                    case UserTimeField:
                        user = value;
                        break;
                    case SystemTimeField:
                        system = value;
                        break;
                    case StartField:
                        start = value;
                        break;
                    default:
                        resident = value;
                        break;
                }
            }
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return resident < 0 ? null
            : new ProcessUse(name, TimeSpan.FromTicks((user + system) * (TimeSpan.TicksPerSecond / TicksPerSecond)), start, resident * Environment.SystemPageSize);
    }

    /// <summary>A process's part of the memory that it has mapped: each page is divided by the number of processes that map it (PSS). The kernel walks the mappings, some 50 microseconds.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>Bytes; −1 if the process is gone, or this one may not inspect it.</returns>
    public static long ProportionalMemory(int process)
    {
        Span<byte> buffer = stackalloc byte[Room];
        var length = SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/smaps_rollup"), buffer);
        ReadOnlySpan<byte> text = length < 0 ? default : buffer[..length];
        return text.IndexOf("\nPss:"u8) < 0 ? -1 : ProcessCounts.Kilobytes(text, "\nPss:"u8);
    }

    /// <summary>The processes that a process has started and that have not been reaped.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>Their pids; none if the process is gone.</returns>
    public static IReadOnlyList<int> ChildrenOf(int process)
    {
        var children = new List<int>();
        Span<byte> buffer = stackalloc byte[Room];
        foreach (var thread in ThreadsOf(process))
        {
            var length = SmallFile.TryRead(thread + "/children", buffer);
            ReadOnlySpan<byte> rest = length < 0 ? default : buffer[..length];
            while (Utf8Parser.TryParse(rest, out int child, out var used))
            {
                children.Add(child);
                rest = rest[used..].TrimStart((byte)' ');
            }
        }
        return children;
    }

    private static string[] ThreadsOf(int process)
    {
        try
        {
            return Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process is gone, or another user's under hidepid.
            return [];
        }
    }
}

/// <summary>What a process uses.</summary>
/// <param name="Name">Its name, at most 15 bytes, which the process itself chooses.</param>
/// <param name="Processor">The processor time used since its start, to 10 ms.</param>
/// <param name="StartTicks">When it started, in the kernel's ticks since the machine's start: two processes with one pid differ here.</param>
/// <param name="Resident">Bytes of memory that it has mapped and touched, shared ones included.</param>
internal readonly record struct ProcessUse(string Name, TimeSpan Processor, long StartTicks, long Resident);
