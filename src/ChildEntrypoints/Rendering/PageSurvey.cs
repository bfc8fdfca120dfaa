using ActorBrowser.Transport;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Counts a page's elements and finds its base, canonical link and encoding, in one walk within the limits.</summary>
internal sealed class PageSurvey
{
    private readonly DocumentLimits _limits;

    private PageSurvey(in DocumentLimits limits) => _limits = limits;

    internal int Nodes { get; private set; } = 1;

    internal int Depth { get; private set; }

    internal int Links { get; private set; }

    internal int Headings { get; private set; }

    internal int Forms { get; private set; }

    /// <summary>img elements with a source.</summary>
    internal List<IElement> Images { get; } = [];

    /// <summary>The encoding that the first such meta element declares, anywhere in the page.</summary>
    internal PageEncoding? Encoding { get; private set; }

    /// <summary>The first base element's reference.</summary>
    internal string? Base { get; private set; }

    /// <summary>The first canonical link's reference.</summary>
    internal string? Canonical { get; private set; }

    /// <summary>Walks over a page.</summary>
    /// <exception cref="DocumentFailedException">The page has too many nodes, or they are nested too deep.</exception>
    internal static PageSurvey Of(INode root, in DocumentLimits limits)
    {
        var survey = new PageSurvey(limits);
        survey.Walk(root);
        return survey;
    }

    internal static DocumentFailedException TooDeep(int limit) => new(DocumentFailure.TooDeep, $"The page's elements are nested more than {limit} deep.");

    internal static DocumentFailedException TooMany(int limit) => new(DocumentFailure.TooManyNodes, $"The page has more than {limit} nodes.");

    // Without recursion, as the depth is not known yet. By index: AngleSharp searches all children to find a sibling.
    private void Walk(INode root)
    {
        var path = new Stack<(INodeList Children, int Next)>();
        path.Push((root.ChildNodes, 0));
        while (path.TryPop(out var level))
        {
            if (level.Next >= level.Children.Length)
                continue;
            if (++Nodes > _limits.MaxNodes)
                throw TooMany(_limits.MaxNodes);
            var child = level.Children[level.Next];
            path.Push((level.Children, level.Next + 1));
            Depth = Math.Max(Depth, path.Count);
            if (path.Count > _limits.MaxDepth)
                throw TooDeep(_limits.MaxDepth);
            if (child is not IElement element)
                continue;
            Note(element);
            if (element.HasChildNodes)
                path.Push((element.ChildNodes, 0));
        }
    }

    private void Note(IElement element)
    {
        switch (element.LocalName)
        {
            case "a" or "area" when element.HasAttribute("href"):
                Links++;
                break;
            case "img" when element.HasAttribute("src"):
                Images.Add(element);
                break;
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Headings++;
                break;
            case "form":
                Forms++;
                break;
            case "meta" when Encoding is null:
                Encoding = EncodingOf(element);
                break;
            case "base" when Base is null:
                Base = element.GetAttribute("href");
                break;
            case "link" when Canonical is null && IsCanonical(element.GetAttribute("rel")):
                Canonical = element.GetAttribute("href");
                break;
            default:
                break;
        }
    }

    private static PageEncoding? EncodingOf(IElement meta)
    {
        var label = meta.GetAttribute("charset")
            ?? ("content-type".Equals(meta.GetAttribute("http-equiv"), StringComparison.OrdinalIgnoreCase) ? MetaPrescan.LabelIn(meta.GetAttribute("content") ?? "") : null);
        return label is null ? null : EncodingSniffer.ByMeta(label);
    }

    private static bool IsCanonical(ReadOnlySpan<char> relation)
    {
        foreach (var token in relation.SplitAny(" \t\n\f\r"))
        {
            if (relation[token].Equals("canonical", StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
