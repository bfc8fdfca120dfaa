using System.Globalization;

namespace ActorBrowser.Cli;

/// <summary>What <c>top</c> shows on a terminal, and what each key does: the sort order, the chosen process, the question asked. Knows no terminal.</summary>
internal sealed class TopView(TopOrder order)
{
    internal const string Keys = "q quit  ↑↓ choose  sort: T tree  R role  P cpu  M memory  F in flight  U uptime  S restarts   e end  r reload  d drain";

    private IReadOnlyList<(ProcessRow Row, int Level)> _rows = [];
    private Picture? _picture;
    private TopOrder _order = order;
    private long _chosen;
    private int _first;
    private string _message = "";
    private ProcessRow? _asked;

    /// <summary>Shows another picture.</summary>
    internal void Show(Picture picture)
    {
        _picture = picture;
        _rows = TopTable.Arrange(picture, _order);
    }

    /// <summary>Shows a sentence until the next key.</summary>
    internal void Say(string sentence) => _message = VisibleText.Line(sentence);

    /// <summary>Handles a key.</summary>
    /// <returns>Whether to go on, and the order to give.</returns>
    internal (bool GoesOn, (long Number, ProcessOrder Order)? Order) Press(TopKey key)
    {
        _message = "";
        if (_asked is { } asked)
        {
            _asked = null;
            return (true, key == TopKey.Yes ? (asked.Number, ProcessOrder.End) : null);
        }
        switch (key)
        {
            case TopKey.Quit:
                return (false, null);
            case TopKey.Up:
                Choose(-1);
                break;
            case TopKey.Down:
                Choose(1);
                break;
            case TopKey.PageUp:
                Choose(-20);
                break;
            case TopKey.PageDown:
                Choose(20);
                break;
            case TopKey.End when Chosen is { } row:
                if (row.Orders.HasFlag(ProcessOrder.End))
                    Ask(row);
                else
                    Say($"The process {row.ProcessId} cannot be ended here.");
                break;
            case TopKey.Reload or TopKey.Drain when Chosen is { } row:
                return (true, (row.Number, key == TopKey.Reload ? ProcessOrder.Reload : ProcessOrder.Drain));
            default:
                if (OrderOf(key) is { } order)
                {
                    _order = order;
                    if (_picture is { } picture)
                        Show(picture);
                }
                break;
        }
        return (true, null);
    }

    /// <summary>The screen's lines.</summary>
    /// <param name="columns">The width of the terminal.</param>
    /// <param name="height">The number of its lines.</param>
    /// <returns>Each with whether it is highlighted; at most as many as the terminal has, none longer than it is wide.</returns>
    internal IReadOnlyList<(string Text, bool IsMarked)> Draw(int columns, int height)
    {
        var lines = new List<(string, bool)>();
        if (_picture is not { } picture)
            return [(VisibleText.Shorten("Asking the server …", columns), false)];
        lines.Add((TopTable.Summary(picture), false));
        lines.Add((_message, false));
        lines.Add((TopTable.Head, false));
        var room = Math.Max(1, height - lines.Count - 2);
        var at = Math.Max(0, IndexOfChosen());
        _first = Math.Clamp(_first, Math.Max(0, at - room + 1), at);
        for (var i = _first; i < Math.Min(_rows.Count, _first + room); i++)
            lines.Add((TopTable.Line(_rows[i].Row, _rows[i].Level, picture.At), i == at));
        while (lines.Count < height - 2)
            lines.Add(("", false));
        lines.Add((Chosen is { Missing.Length: > 0 } row ? $"{row.ProcessId} runs without: {TopTable.Missing(row)}" : "", false));
        lines.Add((Keys, false));
        return [.. lines.Take(height).Select(line => (VisibleText.Shorten(line.Item1, Math.Max(2, columns)), line.Item2))];
    }

    private ProcessRow? Chosen => IndexOfChosen() is >= 0 and var at ? _rows[at].Row : null;

    private int IndexOfChosen()
    {
        for (var i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Row.Number == _chosen)
                return i;
        }
        return _rows.Count > 0 ? 0 : -1;
    }

    private void Choose(int step)
    {
        if (_rows.Count > 0)
            _chosen = _rows[Math.Clamp(IndexOfChosen() + step, 0, _rows.Count - 1)].Row.Number;
    }

    private void Ask(ProcessRow row)
    {
        _asked = row;
        Say(string.Create(CultureInfo.InvariantCulture, $"End the {row.Role} process {row.ProcessId}? What it works on fails. y/n"));
    }

    private static TopOrder? OrderOf(TopKey key) => key switch
    {
        TopKey.ByTree => TopOrder.Tree,
        TopKey.ByRole => TopOrder.Role,
        TopKey.ByProcessor => TopOrder.Processor,
        TopKey.ByMemory => TopOrder.Memory,
        TopKey.ByInFlight => TopOrder.InFlight,
        TopKey.ByUptime => TopOrder.Uptime,
        TopKey.ByRestarts => TopOrder.Restarts,
        _ => null,
    };
}
