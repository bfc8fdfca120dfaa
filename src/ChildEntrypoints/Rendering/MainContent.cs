using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// Which part of a page is its content: what the page names as its main part, else the element that holds most of the running text. How much
/// text the elements hold, and how much of it in links, is counted in one walk over the page.
/// </summary>
internal sealed class MainContent
{
    private const int EnoughText = 200;

    // main elements, elements of that role, articles.
    private readonly List<(IElement Element, int Text)>[] _named = [[], [], []];

    // What holds running text, outside navigation and forms; its length, and that in links.
    private readonly List<(IElement Element, int Text, int Links)> _paragraphs = [];

    // Characters outside navigation and forms.
    private int _outside;

    private MainContent(IElement body) => Count(body, aside: false, link: false);

    /// <summary>The element to read; WholePage: navigation and forms are read as well, because there is little else.</summary>
    internal static (IElement Element, bool WholePage) Of(IElement body)
    {
        var content = new MainContent(body);
        var main = content.Choose(body);
        return (main, main == body && content._outside < EnoughText);
    }

    /// <summary>Navigation and forms. A form that holds running text is the page's frame, as some servers write pages, not a thing to be filled in.</summary>
    internal static bool IsAside(IElement element, ElementKind kind) =>
        (kind & ElementKind.Aside) != 0 && !(element.LocalName == "form" && element.QuerySelectorAll("p, pre, blockquote, dd").Sum(static part => Math.Min(part.TextContent.Length, EnoughText)) >= EnoughText);

    private IElement Choose(IElement body)
    {
        foreach (var named in _named)
        {
            if (named is [var only] && only.Text >= EnoughText)
                return only.Element;
        }
        // Paragraphs vote for what holds them, half as much for what holds that.
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
        // A part that holds less than most of it is no main part: then the page is its own.
        return votes.Count > 0 && votes[best] >= total * 0.7 ? best : body;
    }

    private (int Text, int Links) Count(IElement element, bool aside, bool link)
    {
        var name = element.LocalName;
        var kind = ElementKinds.Of(name);
        if ((kind & ElementKind.Hidden) != 0 || PageStyle.Hides(element))
            return default;
        aside |= IsAside(element, kind);
        link |= name == "a";
        var isParagraph = !aside && (kind & ElementKind.Paragraph) != 0;
        var outside = _outside;
        // Before what is in it: votes for two that have as many go to the one that comes first.
        var place = _paragraphs.Count;
        if (isParagraph)
            _paragraphs.Add(default);
        var (text, links) = (0, 0);
        // By index: the library finds a sibling by looking through all of them.
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
        // Navigation in it does not make it the main part.
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
