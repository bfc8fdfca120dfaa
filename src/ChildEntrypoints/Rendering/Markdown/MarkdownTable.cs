using System.Globalization;
using System.Text;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>A table whose cells hold lines of text: one of GitHub's Markdown. All other tables are a page's layout.</summary>
internal sealed class MarkdownTable
{
    private const int MostColumns = 100;

    private readonly List<List<IElement>> _rows;
    private readonly int _columns;

    private MarkdownTable(List<List<IElement>> rows, int columns, IElement? caption)
    {
        _rows = rows;
        _columns = columns;
        Caption = caption;
    }

    internal IElement? Caption { get; }

    /// <summary>The table; null if it lays out other blocks, or has one column only.</summary>
    internal static MarkdownTable? Of(IElement table)
    {
        if (table.GetAttribute("role") is "presentation" or "none")
            return null;
        var rows = new List<List<IElement>>();
        IElement? caption = null;
        foreach (var child in table.Children)
        {
            if (child.LocalName == "caption")
                caption ??= child;
            else if (child.LocalName == "tr")
                Row(child, rows);
            else if (child.LocalName is "thead" or "tbody" or "tfoot")
                foreach (var row in child.Children)
                    Row(row, rows);
        }
        var (columns, cells) = (0, 0);
        foreach (var row in rows)
        {
            var width = 0;
            foreach (var cell in row)
            {
                if (HoldsBlocks(cell))
                    return null;
                width = Math.Min(width + Span(cell, "colspan"), MostColumns + 1);
            }
            cells += row.Count;
            columns = Math.Max(columns, width);
        }
        // A few wide rows among many short ones would be mostly empty cells.
        return columns is < 2 or > MostColumns || (long)columns * rows.Count > 8L * cells + 1000 ? null : new MarkdownTable(rows, columns, caption);
    }

    /// <summary>The table's lines.</summary>
    /// <param name="write">Writes a cell's content as one line.</param>
    internal string Lines(Func<IElement, string> write)
    {
        var lines = new StringBuilder();
        var below = new int[_columns];
        var hasHeader = _rows[0].TrueForAll(static cell => cell.LocalName == "th") || _rows[0][0].ParentElement?.ParentElement is { LocalName: "thead" };
        if (!hasHeader)
        {
            Write(lines, [.. Enumerable.Repeat("", _columns)]);
            Rule(lines);
        }
        for (var i = 0; i < _rows.Count; i++)
        {
            Write(lines, Cells(_rows[i], below, write));
            if (i == 0 && hasHeader)
                Rule(lines);
        }
        return lines.ToString(0, Math.Max(0, lines.Length - 1));
    }

    private string[] Cells(List<IElement> row, int[] below, Func<IElement, string> write)
    {
        var cells = new string[_columns];
        Array.Fill(cells, "");
        var column = 0;
        foreach (var cell in row)
        {
            // Here a cell of a row above reaches down.
            while (column < _columns && below[column] > 0)
                below[column++]--;
            if (column >= _columns)
            {
                // Overlapping cells: their text is kept.
                cells[^1] = $"{cells[^1]} {write(cell)}".Trim();
                continue;
            }
            cells[column] = write(cell);
            var (width, height) = (Span(cell, "colspan"), Span(cell, "rowspan"));
            for (var i = 0; i < width && column < _columns; i++)
                below[column++] = height - 1;
        }
        for (; column < _columns; column++)
            below[column] = Math.Max(0, below[column] - 1);
        return cells;
    }

    private void Rule(StringBuilder lines) => Write(lines, [.. Enumerable.Repeat("---", _columns)]);

    private static void Write(StringBuilder lines, string[] cells)
    {
        foreach (var cell in cells)
            lines.Append(cell.Length == 0 ? "| " : "| ").Append(cell).Append(cell.Length == 0 ? "" : " ");
        lines.Append("|\n");
    }

    private static void Row(IElement row, List<List<IElement>> rows)
    {
        if (row.LocalName != "tr" || PageStyle.Hides(row))
            return;
        var cells = row.Children.Where(static cell => cell.LocalName is "td" or "th").ToList();
        if (cells.Count > 0)
            rows.Add(cells);
    }

    private static int Span(IElement cell, string attribute) =>
        cell.GetAttribute(attribute) is { } text && int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var span) && span > 0
            ? Math.Min(span, 65534) : 1;

    // By a walk without recursion; a cell's blocks are few.
    private static bool HoldsBlocks(IElement cell)
    {
        var open = new Stack<IElement>([cell]);
        while (open.TryPop(out var element))
        {
            var paragraphs = 0;
            foreach (var child in element.Children)
            {
                if (child.LocalName is "table" or "ul" or "ol" or "dl" or "pre" or "blockquote" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "hr" or "article" or "section")
                    return true;
                if (child.LocalName == "p" && ++paragraphs > 2)
                    return true;
                open.Push(child);
            }
        }
        return false;
    }
}
