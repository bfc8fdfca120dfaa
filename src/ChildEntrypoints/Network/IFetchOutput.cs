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

    /// <summary>Sends everything queued; may block while the parent does not read.</summary>
    void Flush();
}
