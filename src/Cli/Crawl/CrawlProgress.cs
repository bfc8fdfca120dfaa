using System.Globalization;
using Spectre.Console;

namespace ActorBrowser.Cli;

/// <summary>A crawl on a terminal: a table of the last pages, drawn at most ten times a second.</summary>
/// <param name="start">The start page.</param>
internal sealed class CrawlProgress(string start)
{
    private const int Shown = 12;
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(100);

    private readonly Queue<CrawledPage> _last = new();
    private int _pages, _failed;
    private long _bytes;

    /// <summary>What a crawl has done, for people.</summary>
    internal static string Sentence(CrawlSummary summary)
    {
        string[] parts =
        [
            Number(summary.Pages, "page"), $"{summary.Failed} failed", $"{summary.Redirects} redirects", $"{summary.Duplicates} duplicates", $"{summary.FromCache} from the cache",
            ProgressBar.Size(summary.Bytes), $"{summary.Disallowed} forbidden by robots.txt", $"{summary.LeftOut} left out", $"{summary.Waiting} waiting",
        ];
        return string.Create(CultureInfo.InvariantCulture, $"{(summary.IsComplete ? "complete" : "not complete")}: {string.Join(", ", parts)}; {summary.Elapsed.TotalSeconds:0.0} s");
    }

    internal Task ShowAsync(IAsyncEnumerable<CrawledPage> pages) => Tables.Console.Live(Render()).StartAsync(async live =>
    {
        var drawn = TimeProvider.System.GetTimestamp();
        await foreach (var page in pages.ConfigureAwait(false))
        {
            Add(page);
            if (TimeProvider.System.GetElapsedTime(drawn) < DrawEvery)
                continue;
            drawn = TimeProvider.System.GetTimestamp();
            live.UpdateTarget(Render());
        }
        live.UpdateTarget(Render());
    });

    private static string Number(int count, string thing) => $"{count} {thing}{(count == 1 ? "" : "s")}";

    private void Add(CrawledPage page)
    {
        _pages++;
        _failed += page.Problem is null ? 0 : 1;
        _bytes += page.Bytes;
        _last.Enqueue(page);
        if (_last.Count > Shown)
            _last.Dequeue();
    }

    private Table Render()
    {
        var table = new Table().RoundedBorder().AddColumns("depth", "status", "title or problem", "URL", "words", "links");
        table.Title = new TableTitle(Tables.Cell(VisibleText.Shorten($"{start}: {Number(_pages, "page")}, {_failed} failed, {ProgressBar.Size(_bytes)}", 160)));
        foreach (var page in _last)
        {
            table.Add(
                page.Depth.ToString(CultureInfo.InvariantCulture), page.Status == 0 ? "" : page.Status.ToString(CultureInfo.InvariantCulture),
                VisibleText.Shorten(VisibleText.Line(page.Problem ?? (page.Redirect is { } to ? $"→ {to}" : page.DuplicateOf is { } other ? $"= {other}" : page.Title)), 50),
                VisibleText.Shorten(VisibleText.Line(page.Url), 60), page.Words.ToString(CultureInfo.InvariantCulture), page.Links.ToString(CultureInfo.InvariantCulture));
        }
        return table;
    }
}
