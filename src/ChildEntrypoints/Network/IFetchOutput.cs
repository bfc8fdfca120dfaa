using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Receives a fetch's frames: the child's channel, or a test's memory. May be called on any thread.</summary>
internal interface IFetchOutput
{
    /// <summary>Encodes a frame into the outgoing queue; the message may be changed as soon as this returns.</summary>
    /// <typeparam name="T">The message's type.</typeparam>
    /// <param name="fetch">The fetch's id.</param>
    /// <param name="message">The message.</param>
    WriteOutcome Write<T>(ulong fetch, in T message) where T : struct, IWireMessage<T>;

    /// <summary>The trace of a fetch; null if it is not traced.</summary>
    /// <param name="fetch">The fetch's id.</param>
    ChildTrace? TraceOf(ulong fetch) => null;

    /// <summary>Sends everything queued; may block while the parent does not read.</summary>
    void Flush();
}
