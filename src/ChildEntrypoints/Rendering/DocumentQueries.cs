using ActorBrowser.ChildEntrypoints.Rendering.Crawling;
using ActorBrowser.ChildEntrypoints.Rendering.Markdown;
using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Answers queries about a live document, in parts that fit a message.</summary>
internal static class DocumentQueries
{
    private const int LongestValue = 8192;
    private const int LongestText = 4096;
    private const int Surroundings = 60;

    /// <summary>Answers a query; the answer stays well below a frame's limit.</summary>
    /// <exception cref="DocumentFailedException">The selector or the query is not valid.</exception>
    internal static QueryAnswer Run(LiveDocument live, in QueryDocument query)
    {
        if (query.Argument.Length > QueryDocument.LongestArgument)
            throw new DocumentFailedException(DocumentFailure.InvalidQuery, $"The query's argument has {query.Argument.Length} characters; at most {QueryDocument.LongestArgument} are allowed.");
        if (query.Start < 0 || query.Count < 0)
            throw new DocumentFailedException(DocumentFailure.InvalidQuery, $"The query's Count is {query.Count} and its Start {query.Start}; neither may be negative.");
        return Answer(live, query with { Count = Math.Min(query.Count, QueryDocument.MostItems) });
    }

    private static QueryAnswer Answer(LiveDocument live, in QueryDocument query) => query.Query switch
    {
        DocumentQuery.Select => Page(Select(live, query.Argument), query, Describe),
        DocumentQuery.Find => Find(live, query),
        DocumentQuery.Links => Page(live.Document.QuerySelectorAll("a[href], area[href]"), query, element => new QueryItem(
            Text(element.GetAttribute("rel") ?? "", 256), Value(live.Resolve(element.GetAttribute("href"), anyScheme: true) ?? ""), Text(element.TextContent, LongestText), 0)),
        DocumentQuery.Images => Page(live.Document.QuerySelectorAll("img[src]"), query, element => Image(live, element)),
        DocumentQuery.Headings => Page(live.Document.QuerySelectorAll("h1, h2, h3, h4, h5, h6"), query, static element => new QueryItem(
            Text(AnchorOf(element), 256), "", Text(element.TextContent, LongestText), element.LocalName[1] - '0')),
        DocumentQuery.Forms => Page([.. live.Document.Forms], query, element => Form(live, (IHtmlFormElement)element)),
        DocumentQuery.Metadata => Page(live.Document.QuerySelectorAll("meta[content]"), query, static element => new QueryItem(
            Text(element.GetAttribute("name") ?? element.GetAttribute("property") ?? element.GetAttribute("http-equiv") ?? element.GetAttribute("itemprop") ?? "", 256),
            Value(element.GetAttribute("content") ?? ""), "", 0)),
        DocumentQuery.Text or DocumentQuery.MainText or DocumentQuery.Markdown or DocumentQuery.MainMarkdown or DocumentQuery.Extract => Pieces(live.Texts.Of(query.Query, query.Argument), query),
        DocumentQuery.Follow => FollowedLinks.Run(live, query),
        _ => throw new DocumentFailedException(DocumentFailure.InvalidQuery, $"The query's kind is {(int)query.Query}, which DocumentQuery does not define."),
    };

    private static IReadOnlyList<IElement> Select(LiveDocument live, string selector)
    {
        try
        {
            return [.. live.Document.QuerySelectorAll(selector)];
        }
        catch (Exception e) when (IsSelectorError(e))
        {
            throw new DocumentFailedException(DocumentFailure.InvalidQuery, $"'{LiveDocument.Shorten(selector, 100)}' is not a CSS selector.");
        }
    }

    /// <summary>Whether the selector parser has thrown this. It throws the last four for unexpected numbers and names.</summary>
    internal static bool IsSelectorError(Exception e) => e is DomException or InvalidOperationException or ArgumentException or FormatException or OverflowException;

    private static QueryAnswer Page(IReadOnlyList<IElement> all, in QueryDocument query, Func<IElement, QueryItem> describe)
    {
        var items = new List<QueryItem>();
        // Items for one message at most; the caller asks for the rest.
        var room = 512 << 10;
        for (var i = query.Start; i < all.Count && items.Count < query.Count && room > 0; i++)
        {
            var item = describe(all[i]);
            room -= 4 * (item.Name.Length + item.Value.Length + item.Text.Length) + 32;
            items.Add(item);
        }
        return new QueryAnswer(all.Count, items);
    }

    private static QueryAnswer Page(IHtmlCollection<IElement> all, in QueryDocument query, Func<IElement, QueryItem> describe) => Page((IReadOnlyList<IElement>)[.. all], query, describe);

    private static QueryItem Describe(IElement element) => new(element.LocalName, Value(element.OuterHtml), Text(element.TextContent, LongestText), 0);

    // A heading's own id, or that of an anchor in it, or of the section that it begins.
    private static string AnchorOf(IElement heading)
    {
        if (heading.Id is { Length: > 0 } id)
            return id;
        if (heading.QuerySelector("[id], a[name]") is { } anchor)
            return anchor.Id is { Length: > 0 } inner ? inner : anchor.GetAttribute("name") ?? "";
        return heading.ParentElement is { LocalName: "section" or "article" or "div" } section && section.FirstElementChild == heading ? section.Id ?? "" : "";
    }

    private static QueryItem Image(LiveDocument live, IElement element)
    {
        var url = live.Resolve(element.GetAttribute("src")) ?? "";
        var (width, height) = live.SizeOf(url);
        return new QueryItem(width > 0 ? $"{width}x{height}" : "", Value(url), Text(element.GetAttribute("alt") ?? "", LongestText), 0);
    }

    private static QueryItem Form(LiveDocument live, IHtmlFormElement form) => new(
        Text(form.Method ?? "get", 32), Value(live.Resolve(form.GetAttribute("action") ?? "") ?? ""),
        Text(string.Join(' ', form.QuerySelectorAll("input[name], select[name], textarea[name], button[name]").Select(static field => field.GetAttribute("name"))), LongestText), 0);

    private static QueryAnswer Find(LiveDocument live, in QueryDocument query)
    {
        if (query.Argument.Length == 0)
            throw new DocumentFailedException(DocumentFailure.InvalidQuery, "The text to find is empty.");
        var text = live.Text.Content;
        var items = new List<QueryItem>();
        var total = 0;
        for (int at = 0, next; (next = text[at..].IndexOf(query.Argument, StringComparison.OrdinalIgnoreCase)) >= 0; at += query.Argument.Length)
        {
            at += next;
            if (total++ < query.Start || items.Count == query.Count)
                continue;
            var start = Cut(text, Math.Max(0, at - Surroundings));
            var end = Cut(text, at + query.Argument.Length + Surroundings);
            items.Add(new QueryItem("", "", LiveDocument.Collapse(text[start..end].ToString()), at));
        }
        return new QueryAnswer(total, items);
    }

    private static QueryAnswer Pieces(BlockText text, in QueryDocument query)
    {
        var items = new List<QueryItem>();
        var total = (text.Text.Length + QueryDocument.PieceLength - 1) / QueryDocument.PieceLength;
        for (var i = query.Start; i < total && items.Count < Math.Min(query.Count, 32); i++)
        {
            var (start, end) = (Cut(text.Text, i * QueryDocument.PieceLength), Cut(text.Text, (i + 1) * QueryDocument.PieceLength));
            items.Add(new QueryItem(text.EndsBetween(start, end), text.Hash, text.Text[start..end], start));
        }
        return new QueryAnswer(total, items);
    }

    /// <summary>A position near <paramref name="at"/> that is not inside a surrogate pair.</summary>
    private static int Cut(ReadOnlySpan<char> text, int at) => at >= text.Length ? text.Length : at > 0 && char.IsLowSurrogate(text[at]) ? at + 1 : at;

    private static string Value(string value) => LiveDocument.Shorten(value, LongestValue);

    private static string Text(string text, int longest) => LiveDocument.Shorten(LiveDocument.Collapse(text), longest);
}
