using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// Enforces the limits during parsing: the parser's time grows with the square of the depth, so a page over a limit is refused at
/// once, not after it was parsed.
/// </summary>
internal sealed class ParseGuard(DocumentLimits limits)
{
    /// <summary>How many elements are created between two checks of the depth, each of which walks to the root.</summary>
    private const int LookEvery = 32;

    /// <summary>How much deeper than the limit the parser must be allowed to go, so that a check sees the excess.</summary>
    internal const int Margin = 2 * LookEvery;

    private int _elements;
    private IElement? _last;

    /// <summary>The forms and controls as the parser meets them.</summary>
    internal FormPointers Forms { get; } = new();

    /// <summary>Called for each element before it is inserted; the previous element has been inserted by then.</summary>
    /// <exception cref="DocumentFailedException">The page has too many elements, or they are nested too deep.</exception>
    internal void OnCreated(IElement element, TextPosition position)
    {
        if (++_elements > limits.MaxNodes)
            throw PageSurvey.TooMany(limits.MaxNodes);
        Forms.OnCreated(element, position.Index);
        if (_elements % LookEvery == 0)
        {
            var depth = 0;
            for (INode? at = _last; at is not null; at = at.Parent)
            {
                if (++depth > limits.MaxDepth)
                    throw PageSurvey.TooDeep(limits.MaxDepth);
            }
        }
        _last = element;
    }
}
