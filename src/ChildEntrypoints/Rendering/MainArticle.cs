using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using SmartReader;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// A page's main content, found by SmartReader, which does what Mozilla's Readability does. It works on a copy: the live document
/// stays as it is. It is given no address to fetch and asked for no image, so it loads nothing.
/// </summary>
internal static class MainArticle
{
    /// <summary>AngleSharp looks for an element's sibling among all children: the time grows with the square of a parent's children.</summary>
    private const long MostSiblingPairs = 200_000_000;

    /// <summary>The text of an element is measured once for many of its ancestors: the time grows with the sum of all depths.</summary>
    private const long MostDepths = 20_000_000;

    // The article's HTML and text are not needed, only its elements.
    static MainArticle()
    {
        Article.Serializer = static _ => "";
        Article.Converter = static _ => "";
    }

    /// <summary>The element that holds the main content; null if the page has none, or a shape that would take too long.</summary>
    internal static IElement? Of(LiveDocument live)
    {
        if (live.Summary.Parser == "text" || live.Document.Body is null || IsCostly(live.Document))
            return null;
        IElement? found = null;
        using var reader = new Reader(AddressOf(live), (IHtmlDocument)live.Document.Clone(deep: true));
        reader.AddCustomOperationEnd(element => found = element);
        // Exceptions are in the article; found stays null then.
        _ = reader.GetArticle();
        return found is not null && !string.IsNullOrWhiteSpace(found.TextContent) ? found : null;
    }

    private static string AddressOf(LiveDocument live)
    {
        var address = live.Base?.ToString();
        return Uri.TryCreate(address, UriKind.Absolute, out _) ? address : "http://localhost/";
    }

    private static bool IsCostly(INode root)
    {
        var (pairs, depths) = (0L, 0L);
        var open = new Stack<(INodeList Children, int Depth)>();
        open.Push((root.ChildNodes, 1));
        while (open.TryPop(out var level))
        {
            pairs += (long)level.Children.Length * level.Children.Length;
            depths += (long)level.Children.Length * level.Depth;
            if (pairs > MostSiblingPairs || depths > MostDepths)
                return true;
            for (var i = 0; i < level.Children.Length; i++)
            {
                if (level.Children[i].HasChildNodes)
                    open.Push((level.Children[i].ChildNodes, level.Depth + 1));
            }
        }
        return false;
    }
}
