using System.Globalization;

namespace ActorBrowser.Cli;

/// <summary>What the lines of <c>top</c> are sorted by.</summary>
internal enum TopOrder
{
    Tree,
    Role,
    Processor,
    Memory,
    InFlight,
    Uptime,
    Restarts,
}

/// <summary>A picture as lines of text, sorted: a parent first, then its children.</summary>
internal static class TopTable
{
    internal const string Head = "    PID ROLE               STATE    IMAGE  LAYERS    CPU%     MEMORY  FLY QUEUE      UPTIME RST SITE OR COMMAND";

    private const int DeepestLevel = 3;

    /// <summary>The processes in the order shown, each with its level in the tree.</summary>
    internal static IReadOnlyList<(ProcessRow Row, int Level)> Arrange(Picture picture, TopOrder order)
    {
        var below = picture.Processes.ToLookup(static row => row.Parent);
        var arranged = new List<(ProcessRow, int)>(picture.Processes.Count);
        Add(-1, 0);
        return arranged;

        void Add(long parent, int level)
        {
            foreach (var row in Sorted(below[parent], order))
            {
                arranged.Add((row, level));
                // The browser has its children, these their commands' processes: no deeper than processes go.
                if (arranged.Count < picture.Processes.Count)
                    Add(row.Number, level + 1);
            }
        }
    }

    private static IEnumerable<ProcessRow> Sorted(IEnumerable<ProcessRow> rows, TopOrder order) => order switch
    {
        TopOrder.Role => rows.OrderBy(static row => row.Role, StringComparer.Ordinal).ThenBy(static row => row.Number),
        TopOrder.Processor => rows.OrderByDescending(static row => row.Processor ?? -1).ThenBy(static row => row.Number),
        TopOrder.Memory => rows.OrderByDescending(static row => row.Memory ?? -1).ThenBy(static row => row.Number),
        TopOrder.InFlight => rows.OrderByDescending(static row => row.InFlight).ThenBy(static row => row.Number),
        TopOrder.Uptime => rows.OrderBy(static row => row.StartedAt ?? DateTimeOffset.MaxValue).ThenBy(static row => row.Number),
        TopOrder.Restarts => rows.OrderByDescending(static row => row.Restarts).ThenBy(static row => row.Number),
        _ => rows.OrderBy(static row => Math.Abs(row.Number)),
    };

    /// <summary>A process as one line.</summary>
    internal static string Line(ProcessRow row, int level, DateTimeOffset now)
    {
        var role = Cut(new string(' ', Math.Min(level, DeepestLevel) * 2) + row.Role, 18);
        var layers = row.OfLayers == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.Layers}/{row.OfLayers}");
        var processor = row.Processor is { } percent ? percent.ToString("0.0", CultureInfo.InvariantCulture) : "-";
        var memory = row.Memory is { } bytes ? (row.IsResident ? "r" : "") + ProgressBar.Size(bytes) : "-";
        var uptime = row.StartedAt is { } started ? Uptime(now - started) : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{row.ProcessId,7} {role,-18} {row.State,-8} {row.Image,-6} {layers,6} {processor,7} {memory,10} {Count(row.InFlight),4} {Count(row.Queued),5} {uptime,11} {Count(row.Restarts),3} {VisibleText.Line(row.Name)}").TrimEnd();
    }

    /// <summary>The sums, as one line.</summary>
    internal static string Summary(Picture picture)
    {
        var waiting = picture.Pools.Sum(static pool => pool.Waiting);
        return string.Create(CultureInfo.InvariantCulture,
            $"{picture.Processes.Count} processes, {picture.Processes.Sum(static row => row.Processor ?? 0):0.0} % of one processor, {ProgressBar.Size(picture.Processes.Sum(static row => row.Memory ?? 0))}; {picture.FetchCount} fetches under way, {waiting} requests wait for a process; {picture.Violations.Count} refused calls, {picture.Crashes.Count} crash reports");
    }

    /// <summary>What the layers of confinement lack that a process runs without; empty if none.</summary>
    internal static string Missing(ProcessRow row) => VisibleText.Line(row.Missing.Replace("\n", "; ", StringComparison.Ordinal));

    internal static string Uptime(TimeSpan time) => time < TimeSpan.Zero ? "0s"
        : time.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}s")
        : time.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}m{time.Seconds:00}s")
        : time.TotalDays < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Hours}h{time.Minutes:00}m")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Days}d{time.Hours:00}h");

    private static string Count(int count) => count == 0 ? "" : count.ToString(CultureInfo.InvariantCulture);

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
