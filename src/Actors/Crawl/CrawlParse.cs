using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>One document on its way through a renderer: the page, what it links to, and its text as Markdown if that is saved.</summary>
/// <param name="tag">Comes back with the result.</param>
/// <param name="url">The document's URL.</param>
/// <param name="site">Its origin: another origin's renderer does not see it.</param>
/// <param name="contentType">As the server says.</param>
/// <param name="body">Its bytes.</param>
internal sealed class CrawlParse(object tag, string url, string site, string contentType, ReadOnlyMemory<byte> body)
{
    private readonly List<string> _links = [], _sitemaps = [];
    private int _answered;
    private int _pieces;

    internal object Tag => tag;

    internal string Url => url;

    internal string Site => site;

    internal string ContentType => contentType;

    internal ReadOnlyMemory<byte> Body => body;

    /// <summary>Whether the document is a sitemap.</summary>
    internal bool IsSitemap { get; init; }

    /// <summary>The text as Markdown; null if it is not wanted.</summary>
    internal StringBuilder? Markdown { get; init; }

    /// <summary>Whether further questions may follow the first answers: no other document is then given to the renderer meanwhile.</summary>
    internal bool IsAlone => IsSitemap || Markdown is not null;

    /// <summary>When the renderer began with it, or last answered about it, as a timestamp.</summary>
    internal long Since { get; set; }

    /// <summary>How many answers of the renderer are missing.</summary>
    internal int Missing { get; set; }

    internal DocumentLoaded? Document { get; private set; }

    /// <summary>Absolute URLs without fragments.</summary>
    internal IReadOnlyList<string> Links => _links;

    internal IReadOnlyList<string> Sitemaps => _sitemaps;

    /// <summary>How many URLs the document names.</summary>
    internal int LinkCount { get; private set; }

    /// <summary>What the page tells robots; empty for nothing.</summary>
    internal string Robots { get; private set; } = "";

    /// <summary>Why there is no document; null if there is one.</summary>
    internal string? Problem { get; private set; }

    /// <summary>The same document for another renderer; one that is alone is never behind another.</summary>
    internal CrawlParse Again() => new(tag, url, site, contentType, body);

    internal void OnDocument(in DocumentLoaded document) => Document = document;

    internal void Fail(string problem) => Problem ??= problem;

    /// <summary>Takes an answer about what to follow; returns the next question, or null.</summary>
    internal QueryDocument? OnFollow(in QueryAnswer answer)
    {
        LinkCount = answer.Total;
        var before = _answered;
        foreach (var item in answer.Items)
        {
            if (item.Name == "robots")
            {
                Robots = item.Value;
                continue;
            }
            var urls = item.Value.Split('\n');
            _answered += urls.Length;
            (item.Name == "sitemap" ? _sitemaps : _links).AddRange(urls);
        }
        // A page's first answer is enough of its links; a sitemap is read to its end.
        return IsSitemap && _answered > before && _answered < answer.Total ? Follow() : null;
    }

    /// <summary>Takes a piece of the Markdown; returns the next question, or null.</summary>
    internal QueryDocument? OnMarkdown(in QueryAnswer answer)
    {
        foreach (var piece in answer.Items)
            Markdown!.Append(piece.Text);
        _pieces += answer.Items.Count;
        return answer.Items.Count > 0 && _pieces < answer.Total ? MarkdownFrom(_pieces) : null;
    }

    /// <summary>The question that follows the document.</summary>
    internal QueryDocument Follow() => new(DocumentQuery.Follow, IsSitemap ? "sitemap" : "", _answered, QueryDocument.MostItems);

    internal static QueryDocument MarkdownFrom(int piece) => new(DocumentQuery.Markdown, "", piece, QueryDocument.MostItems);
}
