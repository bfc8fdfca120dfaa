using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>Where this process's C library and loader are: the system calls of its own code come from there. Linux.</summary>
internal static class OwnCode
{
    private static readonly string[] Libraries = ["libc.", "libc-", "ld-", "ld."];

    /// <summary>The addresses of their code; of this program's too, as a static program holds both.</summary>
    internal static List<(ulong Start, ulong End)> Ranges()
    {
        var ranges = new List<(ulong, ulong)>();
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            // 7f00-7f01 r-xp 00000000 08:01 123   /lib/libc.so.6
            if (line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries) is not [var addresses, ['r', '-', 'x', ..], _, _, _, var path])
                continue;
            var name = Path.GetFileName(path.Trim());
            if ((path.Trim() == Environment.ProcessPath || Array.Exists(Libraries, library => name.StartsWith(library, StringComparison.Ordinal)))
                && addresses.Split('-') is [var start, var end])
            {
                ranges.Add((ulong.Parse(start, NumberStyles.HexNumber, CultureInfo.InvariantCulture), ulong.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            }
        }
        return ranges;
    }
}
