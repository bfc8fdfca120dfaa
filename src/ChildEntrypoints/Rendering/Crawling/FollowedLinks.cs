using System.Text;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Rendering.Crawling;

/// <summary>What a crawler follows from a page or a sitemap: distinct absolute http and https URLs, many to an item, and the page's rules for robots.</summary>
internal static class FollowedLinks
{
    /// <summary>The query's argument for a sitemap: its locations are followed, not its links.</summary>
    internal const string Sitemap = "sitemap";

    /// <summary>The most URLs of one document: the limit of the sitemap protocol.</summary>
    internal const int Most = 50_000;

    private const int LongestUrl = 4096;
    private const int ItemLength = 8192;
    private const int AnswerLength = 400 << 10;

    /// <summary>Answers the query; <see cref="QueryDocument.Start"/> counts URLs.</summary>
    internal static QueryAnswer Run(LiveDocument live, in QueryDocument query)
    {
        var items = new List<QueryItem>();
        var (robots, found) = query.Argument == Sitemap ? ("", OfSitemap(live)) : OfPage(live);
        if (query.Start == 0 && robots.Length > 0)
            items.Add(new QueryItem("robots", LiveDocument.Shorten(robots, 256), "", 0));
        Pack(found, query.Start, items);
        return new QueryAnswer(found.Count, items);
    }

    private static (string Robots, List<(string Kind, string Url)> Found) OfPage(LiveDocument live)
    {
        var robots = string.Join(',', live.Document.QuerySelectorAll("meta[name][content]")
            .Where(static meta => meta.GetAttribute("name") is { } name && (name.Equals("robots", StringComparison.OrdinalIgnoreCase) || name.Equals("actorbrowser", StringComparison.OrdinalIgnoreCase)))
            .Select(static meta => meta.GetAttribute("content")));
        var found = new List<(string, string)>();
        var references = new HashSet<string>(StringComparer.Ordinal);
        var urls = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in live.Document.QuerySelectorAll("a[href], area[href], iframe[src], frame[src]"))
        {
            if (found.Count == Most)
                break;
            var reference = element.GetAttribute("href") ?? element.GetAttribute("src")!;
            if (element.GetAttribute("rel") is { } rel && Array.Exists(rel.Split((char[]?)null), static one => one.Equals("nofollow", StringComparison.OrdinalIgnoreCase)))
                continue;
            if (WithoutFragment(reference) is { Length: > 0 } target && references.Add(target))
                Add(live, target, urls, found);
        }
        return (robots, found);
    }

    // The locations of a sitemap or an index of sitemaps, the entries of a feed, or the lines of a text.
    private static List<(string Kind, string Url)> OfSitemap(LiveDocument live)
    {
        var found = new List<(string, string)>();
        var urls = new HashSet<string>(StringComparer.Ordinal);
        if (live.Summary.Parser == "text")
        {
            foreach (var line in (live.Document.Body?.TextContent ?? "").AsSpan().EnumerateLines())
            {
                if (found.Count == Most)
                    break;
                AddAbsolute("link", line.Trim().ToString(), urls, found);
            }
            return found;
        }
        foreach (var element in live.Document.QuerySelectorAll("loc, item > link, entry > link"))
        {
            if (found.Count == Most)
                break;
            var isOfIndex = element.ParentElement is { LocalName: "sitemap" };
            AddAbsolute(isOfIndex ? "sitemap" : "link", element.GetAttribute("href") ?? element.TextContent.Trim(), urls, found);
        }
        return found;
    }

    private static void AddAbsolute(string kind, string location, HashSet<string> urls, List<(string, string)> found)
    {
        if (location.Length <= LongestUrl && WebUrl.TryParse(location, out var url) && url.IsHttp && urls.Add(url.WithoutFragment))
            found.Add((kind, url.WithoutFragment));
    }

    private static void Add(LiveDocument live, string reference, HashSet<string> urls, List<(string, string)> found)
    {
        if (reference.Length is 0 or > LongestUrl || live.Resolve(reference) is not { Length: <= LongestUrl } resolved || !WebUrl.TryParse(resolved, out var url))
            return;
        if (urls.Add(url.WithoutFragment))
            found.Add(("link", url.WithoutFragment));
    }

    private static string WithoutFragment(string reference)
    {
        var mark = reference.IndexOf('#', StringComparison.Ordinal);
        return mark < 0 ? reference : reference[..mark];
    }

    // A URL has no white space, so a line feed separates them.
    private static void Pack(List<(string Kind, string Url)> found, int start, List<QueryItem> items)
    {
        var text = new StringBuilder();
        var (kind, total) = ("link", 0);
        for (var i = start; i < found.Count && total < AnswerLength && items.Count < QueryDocument.MostItems - 1; i++)
        {
            if (text.Length > 0 && (found[i].Kind != kind || text.Length + found[i].Url.Length >= ItemLength))
                Close();
            kind = found[i].Kind;
            if (text.Length > 0)
                text.Append('\n');
            text.Append(found[i].Url);
            total += found[i].Url.Length + 1;
        }
        if (text.Length > 0)
            Close();

        void Close()
        {
            items.Add(new QueryItem(kind, text.ToString(), "", 0));
            text.Clear();
        }
    }
}
