namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>What an element does to the text within it.</summary>
internal enum InlineKind
{
    Strong,
    Emphasis,
    Deleted,
    Link,
}

/// <summary>The formats that apply to a text, the outermost first.</summary>
internal sealed class InlineFormat
{
    private readonly InlineFormat? _outer;

    private InlineFormat(InlineFormat? outer, InlineKind kind, string url)
    {
        _outer = outer;
        Kind = kind;
        Url = url;
        Depth = outer is null ? 1 : outer.Depth + 1;
    }

    internal InlineKind Kind { get; }

    /// <summary>A link's; else empty.</summary>
    internal string Url { get; }

    internal int Depth { get; }

    /// <summary>Adds a format; a format within the same format adds nothing, so there are at most four.</summary>
    internal static InlineFormat Within(InlineFormat? outer, InlineKind kind, string url = "")
    {
        for (var format = outer; format is not null; format = format._outer)
        {
            if (format.Kind == kind)
                return outer!;
        }
        return new InlineFormat(outer, kind, url);
    }

    /// <summary>The outermost formats that two texts have in common.</summary>
    internal static InlineFormat? Common(InlineFormat? one, InlineFormat? other)
    {
        while (one is not null || other is not null)
        {
            if (one is null || other is null)
                return null;
            if (one.Depth > other.Depth)
                one = one._outer;
            else if (other.Depth > one.Depth)
                other = other._outer;
            else if (SameChain(one, other))
                return one;
            else
                (one, other) = (one._outer, other._outer);
        }
        return null;
    }

    /// <summary>The format at a depth, from 0; null if there are fewer.</summary>
    internal static InlineFormat? At(InlineFormat? format, int depth)
    {
        while (format is not null && format.Depth > depth + 1)
            format = format._outer;
        return format is not null && format.Depth == depth + 1 ? format : null;
    }

    /// <summary>Whether two formats do the same.</summary>
    internal bool Equals(InlineFormat? other) => other is not null && Kind == other.Kind && Url == other.Url;

    private static bool SameChain(InlineFormat? one, InlineFormat? other)
    {
        for (; one is not null && other is not null && one != other; one = one._outer, other = other._outer)
        {
            if (!one.Equals(other))
                return false;
        }
        return one == other;
    }
}
