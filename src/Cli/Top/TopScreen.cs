using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>A terminal's second screen, without a cursor, until disposed: what was on the terminal before is there again then.</summary>
internal sealed class TopScreen : IDisposable
{
    private const string Enter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
    private const string Leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
    private const string ToTop = "\x1b[H";
    private const string ClearLine = "\x1b[K";
    private const string ClearBelow = "\x1b[J";
    private const string Marked = "\x1b[7m";
    private const string Plain = "\x1b[0m";

    internal TopScreen() => StandardOutput.Terminal.Write(Enter);

    /// <summary>Draws a view.</summary>
    internal static void Draw(TopView view)
    {
        if (!LocalTerminal.TryGetSize(1, out var columns, out var height) || columns <= 0 || height <= 0)
            (columns, height) = (80, 24);
        var text = new StringBuilder(ToTop);
        var isFirst = true;
        foreach (var (line, isMarked) in view.Draw(columns, height))
        {
            // Without a line feed after the last line, which would scroll.
            text.Append(isFirst ? "" : "\r\n").Append(isMarked ? Marked : "").Append(line).Append(isMarked ? Plain : "").Append(ClearLine);
            isFirst = false;
        }
        StandardOutput.Terminal.Write(text.Append(ClearBelow).ToString());
    }

    public void Dispose() => StandardOutput.Terminal.Write(Leave);
}
