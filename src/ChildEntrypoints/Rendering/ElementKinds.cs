namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Properties of an element that follow from its name.</summary>
[Flags]
internal enum ElementKind
{
    Inline = 0,
    Hidden = 1,
    Aside = 2,
    Block = 4,
    Tight = 8,
    Paragraph = 16,
    Preformatted = 32,
}

/// <summary>The kinds of HTML's elements, by name.</summary>
internal static class ElementKinds
{
    private static readonly Dictionary<string, ElementKind> Kinds = KindsOf(
        (ElementKind.Hidden, "script style template head iframe object embed svg canvas audio video select datalist button textarea"),
        (ElementKind.Aside, "nav footer aside form dialog menu"),
        (ElementKind.Block, "address article blockquote body center details fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hgroup hr html main ol p pre section"
            + " summary table tbody tfoot thead ul nav footer aside form plaintext"),
        (ElementKind.Block | ElementKind.Tight, "div dl dt dd li tr caption noscript"),
        (ElementKind.Tight, "td th"),
        (ElementKind.Paragraph, "p pre li dd blockquote td"),
        (ElementKind.Preformatted, "pre plaintext"));

    /// <summary>The kind of an element; Inline for a name that is not listed.</summary>
    /// <param name="name">In lower case.</param>
    internal static ElementKind Of(string name) => Kinds.GetValueOrDefault(name);

    private static Dictionary<string, ElementKind> KindsOf(params ReadOnlySpan<(ElementKind Kind, string Names)> groups)
    {
        var kinds = new Dictionary<string, ElementKind>(StringComparer.Ordinal);
        foreach (var (kind, names) in groups)
            foreach (var name in names.Split(' '))
                kinds[name] = kinds.GetValueOrDefault(name) | kind;
        return kinds;
    }
}
