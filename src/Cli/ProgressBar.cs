using System.Diagnostics;
using System.Globalization;

namespace ActorBrowser.Cli;

/// <summary>
/// One line on a terminal's stderr, redrawn at most ten times a second as bytes arrive, and erased when done. Draws
/// nothing for small bodies, or if stderr is not a terminal.
/// </summary>
internal sealed class ProgressBar(TextWriter terminal, bool enabled, Func<int> columns) : IDisposable
{
    /// <summary>Shorter bodies complete before a user could read the bar.</summary>
    internal const long WorthShowing = 1 << 20;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly long _started = Stopwatch.GetTimestamp();
    private long _drawn;
    private bool _visible;

    /// <summary>Shows the progress of a transfer.</summary>
    /// <param name="received">Bytes so far.</param>
    /// <param name="total">Bytes in total, or −1 if the server did not say.</param>
    internal void Report(long received, long total)
    {
        if (!enabled || Math.Max(received, total) < WorthShowing)
            return;
        if (_drawn != 0 && Stopwatch.GetElapsedTime(_drawn) < Interval)
            return;
        _drawn = Stopwatch.GetTimestamp();
        _visible = true;
        terminal.Write('\r' + Line(received, total, Stopwatch.GetElapsedTime(_started), Math.Max(20, columns() - 1)));
    }

    internal static string Line(long received, long total, TimeSpan elapsed, int width)
    {
        var rate = elapsed > TimeSpan.Zero ? received / elapsed.TotalSeconds : 0;
        var known = total > 0;
        var share = known ? Math.Min(1.0, (double)received / total) : 0;
        var text = known
            ? string.Create(CultureInfo.InvariantCulture, $" {share * 100,3:F0} %  {Size(received)} of {Size(total)}  {Size((long)rate)}/s")
            : $" {Size(received)}  {Size((long)rate)}/s";
        var room = width - text.Length - 2;
        if (known && room >= 10)
        {
            var filled = (int)(share * room);
            text = "[" + new string('=', filled) + new string(' ', room - filled) + "]" + text;
        }
        return text.Length > width ? text[..width] : text.PadRight(width);
    }

    internal static string Size(long bytes) => bytes switch
    {
        < 1L << 10 => $"{bytes} B",
        < 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F1} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:F2} GiB"),
    };

    public void Dispose()
    {
        if (!_visible)
            return;
        _visible = false;
        terminal.Write('\r' + new string(' ', Math.Max(20, columns() - 1)) + '\r');
    }
}
