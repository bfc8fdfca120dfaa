using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>What the scripts of a page add to its document. Used on the renderer's work thread only.</summary>
internal interface IPageScripts : IDisposable
{
    /// <summary>Dispatches a trusted event, as an action of a user does.</summary>
    /// <param name="target">The element.</param>
    /// <param name="type">The event's type, such as <c>click</c>.</param>
    /// <param name="bubbles">Whether it bubbles.</param>
    /// <param name="cancelable">Whether a listener can prevent the default action.</param>
    /// <returns>False if a listener prevented the default action.</returns>
    bool Dispatch(IElement target, string type, bool bubbles, bool cancelable);
}
