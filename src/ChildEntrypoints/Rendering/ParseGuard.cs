using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// The limits while a page is parsed: the time that a parser takes grows with the square of the depth, so a page that exceeds a limit
/// is given up there, not when all of it is read.
/// </summary>
internal sealed class ParseGuard(DocumentLimits limits)
{
    /// <summary>How many elements may come between two looks at the depth, which takes a walk to the root.</summary>
    private const int LookEvery = 32;

    /// <summary>How much deeper a parser must be let go for the depth to be seen.</summary>
    internal const int Margin = 2 * LookEvery;

    private int _elements;
    private IElement? _last;

    /// <summary>Told of each element before it takes its place; the one before has its place by then.</summary>
    /// <exception cref="DocumentFailedException">There are too many, or they are nested too deep.</exception>
    internal void OnCreated(IElement element, TextPosition position)
    {
        if (++_elements > limits.MaxNodes)
            throw PageSurvey.TooMany(limits.MaxNodes);
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
