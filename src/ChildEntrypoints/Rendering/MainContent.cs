using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// Finds the main content of a page: the element that the page declares as its main part, otherwise the element that holds
/// most of the running text. One walk over the page counts the text of each element, and the text in links.
/// </summary>
internal sealed class MainContent
{
    private const int EnoughText = 200;

    // main elements, elements of that role, articles.
    private readonly List<(IElement Element, int Text)>[] _named = [[], [], []];

    // Elements with running text, outside navigation and forms: the length of their text, and of the text in links.
    private readonly List<(IElement Element, int Text, int Links)> _paragraphs = [];

    // Characters outside navigation and forms.
    private int _outside;

    private MainContent(IElement body) => Count(body, aside: false, link: false);

    /// <summary>The element of a document to read; null if it has none. A document that is not a page, such as a feed, has no body: its root is read.</summary>
    internal static (IElement Element, bool WholePage)? Of(IDocument document) => (document.Body ?? document.DocumentElement) is { } body ? Of(body) : null;

    /// <summary>Returns the element to read. WholePage: navigation and forms are read as well, because there is little other text.</summary>
    internal static (IElement Element, bool WholePage) Of(IElement body)
    {
        var content = new MainContent(body);
        var main = content.Choose(body);
        return (main, main == body && content._outside < EnoughText);
    }

    /// <summary>Whether an element is navigation or a form. A form with running text does not count: some servers wrap the whole page in a form.</summary>
    internal static bool IsAside(IElement element, ElementKind kind) =>
        (kind & ElementKind.Aside) != 0 && !(element.LocalName == "form" && element.QuerySelectorAll("p, pre, blockquote, dd").Sum(static part => Math.Min(part.TextContent.Length, EnoughText)) >= EnoughText);

    private IElement Choose(IElement body)
    {
        foreach (var named in _named)
        {
            if (named is [var only] && only.Text >= EnoughText)
                return only.Element;
        }
        // Paragraphs vote for their parent, and with half as much for their grandparent.
        var votes = new Dictionary<IElement, double>();
        var total = 0.0;
        foreach (var (paragraph, length, links) in _paragraphs)
        {
            if (length < 25)
                continue;
            var score = Math.Max(0, length - 2 * links);
            total += score;
            if (paragraph.ParentElement is not { } parent)
                continue;
            votes[parent] = votes.GetValueOrDefault(parent) + score;
            if (parent.ParentElement is { } grand)
                votes[grand] = votes.GetValueOrDefault(grand) + score / 2.0;
        }
        var best = votes.Count == 0 ? body : votes.MaxBy(static vote => vote.Value).Key;
        // An element with votes for less than 70 % of the text is not the main part: read the whole body.
        return votes.Count > 0 && votes[best] >= total * 0.7 ? best : body;
    }

    private (int Text, int Links) Count(IElement element, bool aside, bool link)
    {
        var name = element.LocalName;
        var kind = ElementKinds.Of(name);
        if (PageStyle.Hides(element, kind))
            return default;
        aside |= IsAside(element, kind);
        link |= name == "a";
        var isParagraph = !aside && (kind & ElementKind.Paragraph) != 0;
        var outside = _outside;
        // Takes its index before its descendants: of two elements with equal votes, the first in the page wins.
        var place = _paragraphs.Count;
        if (isParagraph)
            _paragraphs.Add(default);
        var (text, links) = (0, 0);
        // By index: AngleSharp searches all children to find a sibling.
        var children = element.ChildNodes;
        for (var i = 0; i < children.Length; i++)
        {
            var child = children[i];
            if (child is IElement inner)
            {
                var (innerText, innerLinks) = Count(inner, aside, link);
                text += innerText;
                links += innerLinks;
            }
            else if (child is IText words)
            {
                var length = words.Data.AsSpan().Trim().Length;
                text += length;
                links += link ? length : 0;
                if (!aside)
                    _outside += length;
            }
        }
        if (isParagraph)
            _paragraphs[place] = (element, text, links);
        // Text of navigation inside the element does not count.
        var running = _outside - outside;
        if (name == "main")
            _named[0].Add((element, running));
        else if (name == "article")
            _named[2].Add((element, running));
        if (element.GetAttribute("role") == "main")
            _named[1].Add((element, running));
        return (text, links);
    }
}
