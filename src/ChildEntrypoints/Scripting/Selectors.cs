using ActorBrowser.ChildEntrypoints.Rendering;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Selectors of scripts; what is none is a SyntaxError.</summary>
internal static class Selectors
{
    internal static IElement? First(PageRealm realm, INode root, string selector) => Try(realm, selector, () => ((IParentNode)root).QuerySelector(selector));

    internal static IReadOnlyList<INode> All(PageRealm realm, INode root, string selector) => Try(realm, selector, () => (IReadOnlyList<INode>)[.. ((IParentNode)root).QuerySelectorAll(selector)]);

    internal static bool Matches(PageRealm realm, IElement element, string selector) => Try(realm, selector, () => element.Matches(selector));

    internal static IElement? Closest(PageRealm realm, IElement element, string selector) => Try(realm, selector, () => element.Closest(selector));

    private static T Try<T>(PageRealm realm, string selector, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (DocumentQueries.IsSelectorError(e))
        {
            throw realm.DomError("SyntaxError", $"'{LiveDocument.Shorten(selector, 200)}' is not a valid selector.");
        }
    }
}
