using System.Text;

namespace ActorBrowser.Bench;

/// <summary>The one table, as Markdown that also reads well in a terminal.</summary>
internal static class Table
{
    private const string Begin = "<!-- bench/run --record: begin -->";
    private const string End = "<!-- bench/run --record: end -->";

    private static readonly string[] Headings = ["figure", "ours: median (min–max)", "runs", "yardstick: median (min–max)", "ratio", "target", "met"];

    internal static string Render(IReadOnlyList<Row> rows)
    {
        var lines = rows.Select(row => row.Cells).Prepend(Headings).ToList();
        var widths = Enumerable.Range(0, Headings.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            text.Append("| ").AppendJoin(" | ", lines[i].Select((cell, column) => cell.PadRight(widths[column]))).AppendLine(" |");
            if (i == 0)
                text.Append('|').AppendJoin('|', widths.Select(width => new string('-', width + 2))).AppendLine("|");
        }
        return text.ToString();
    }

    /// <summary>Replaces the text between the two markers of the document.</summary>
    internal static void Record(string document, string text)
    {
        var old = File.ReadAllText(document);
        var from = old.IndexOf(Begin, StringComparison.Ordinal);
        var to = old.IndexOf(End, StringComparison.Ordinal);
        if (from < 0 || to < from)
            throw new InvalidOperationException($"{document} lacks the two markers that --record writes between: {Begin} and {End}.");
        File.WriteAllText(document, $"{old[..(from + Begin.Length)]}\n{text.Trim()}\n{old[to..]}");
    }
}
