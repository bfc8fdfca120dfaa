using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>How a channel ended.</summary>
internal enum ChannelEnd
{
    /// <summary>The peer closed it between two frames.</summary>
    EndOfStream,

    /// <summary>This side closed it.</summary>
    Disposed,

    /// <summary>The peer broke the protocol; see the violation.</summary>
    Violation,

    /// <summary>The operating system reported an error other than a close by the peer.</summary>
    Error,
}

/// <summary>A channel's last event.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Violation">Set when <paramref name="End"/> is <see cref="ChannelEnd.Violation"/>.</param>
/// <param name="Error">Set when <paramref name="End"/> is <see cref="ChannelEnd.Error"/>.</param>
internal sealed record ChannelClosed(ChannelEnd End, ProtocolViolation? Violation = null, Exception? Error = null);

/// <summary>
/// Receives a channel's frames, in order, one call at a time. Must not block: in the parent the calling thread
/// serves every channel.
/// </summary>
internal interface IFrameHandler
{
    /// <summary>
    /// A complete frame. Its body is valid only during this call; descriptors not taken by
    /// <see cref="Frame.TakeDescriptors"/> are closed after it.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <returns>Null to go on, or the rule the frame broke: the channel then closes with it.</returns>
    ProtocolViolation? OnFrame(in Frame frame);

    /// <summary>Every frame of one read has been delivered: flush answers now.</summary>
    void OnBatchEnd();

    /// <summary>The channel has ended. Called exactly once, after the last frame.</summary>
    /// <param name="closed">How it ended.</param>
    void OnClosed(ChannelClosed closed);
}

/// <summary>The outcome of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>Queued; <see cref="IChannel.Flush"/> sends it.</summary>
    Queued,

    /// <summary>The channel has ended; nothing was queued.</summary>
    Closed,

    /// <summary>The peer does not read and <see cref="ChannelLimits.MaxQueuedBytes"/> are waiting; nothing was queued.</summary>
    QueueFull,

    /// <summary>The encoded message exceeds the frame limit or its descriptors their limit; nothing was queued.</summary>
    TooLarge,
}

/// <summary>
/// One end of a two-way, ordered, message-preserving connection between two processes (or, in memory, two actors). Writing is
/// thread-safe and never blocks the parent. Disposing is safe from any thread and may be repeated.
/// </summary>
internal interface IChannel : IDisposable
{
    /// <summary>Starts delivery to <paramref name="handler"/>; at most once.</summary>
    /// <param name="handler">Called on the channel's thread.</param>
    void Start(IFrameHandler handler);

    /// <summary>Encodes a message into the outgoing queue.</summary>
    /// <typeparam name="T">The message's type.</typeparam>
    /// <param name="correlationId">The frame header's correlation id.</param>
    /// <param name="message">The message.</param>
    /// <returns>The outcome.</returns>
    WriteOutcome Write<T>(ulong correlationId, in T message) where T : IWireMessage<T>;

    /// <summary>
    /// As <see cref="Write{T}(ulong, in T)"/>, with descriptors that are sent with the frame. The channel takes
    /// ownership of them even on failure: each is closed after it has been sent, or at once when it was not queued.
    /// </summary>
    /// <typeparam name="T">The message's type.</typeparam>
    /// <param name="correlationId">The frame header's correlation id.</param>
    /// <param name="message">The message.</param>
    /// <param name="descriptors">At most <see cref="ChannelLimits.MaxDescriptorsPerFrame"/>.</param>
    /// <returns>The outcome.</returns>
    WriteOutcome Write<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T>;

    /// <summary>Sends as much of the queue as the peer takes now; the channel sends the rest when there is room.</summary>
    void Flush();

    /// <summary>
    /// Closes after the peer's process has exited, delivering first what the peer had written. Does not wait for descendants that
    /// still hold the peer's end open.
    /// </summary>
    void CloseAfterDrain();
}

/// <summary>A channel whose thread runs short work itself, which saves waking another thread.</summary>
internal interface IWorkChannel : IChannel
{
    /// <summary>
    /// Runs work once the frames that were read together are delivered: on the channel's thread, or on the thread pool if more work is
    /// offered before that. Call it on the channel's thread. Work that takes long delays the channel by some milliseconds.
    /// </summary>
    /// <param name="work">Throws nothing.</param>
    void RunSoon(IThreadPoolWorkItem work);
}

/// <summary>The limits of a channel.</summary>
/// <param name="MaxBodyBytes">The longest frame body, in bytes.</param>
/// <param name="MaxDescriptorsPerFrame">The most descriptors on one frame.</param>
/// <param name="MaxQueuedBytes">The most bytes waiting to be sent.</param>
internal sealed record ChannelLimits(int MaxBodyBytes, int MaxDescriptorsPerFrame, int MaxQueuedBytes)
{
    /// <summary>The wire protocol's defaults: 1 MiB bodies, 4 descriptors per frame, 32 MiB waiting.</summary>
    public static ChannelLimits Default { get; } = new(1 << 20, 4, 32 << 20);
}
