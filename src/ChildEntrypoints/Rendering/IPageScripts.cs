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
    /// <param name="submitter">Of a submit event, what submits; null for none.</param>
    /// <returns>False if a listener prevented the default action.</returns>
    bool Dispatch(IElement target, string type, bool bubbles, bool cancelable, IElement? submitter = null);

    /// <summary>Runs what an action of a user has set off: tasks, and timers within the page's clock. What waits for the network goes on later.</summary>
    void Settle();

    /// <summary>The form that the page's scripts want to submit, and what submits it; null for none.</summary>
    (IElement Form, IElement? Submitter)? WantedSubmission { get; set; }
}
