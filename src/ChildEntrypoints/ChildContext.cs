using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>Sends a role's messages to its parent. Writing and flushing are thread-safe.</summary>
public sealed class ChildContext : IThreadPoolWorkItem
{
    private readonly IChannel _channel;
    private readonly RoleContract _contract;
    private int _flushRequested;

    /// <summary>Creates a context on a channel. The loop gives one to each role; tests create their own.</summary>
    internal ChildContext(string role, IChannel channel)
    {
        Role = role;
        _channel = channel;
        _contract = RoleContracts.Of(role);
    }

    /// <summary>The role's name.</summary>
    public string Role { get; }

    /// <summary>The child's end, for a typed role, which writes in its own way.</summary>
    internal IChannel Channel => _channel;

    /// <summary>Shared memory for bodies; null if the parent sent none.</summary>
    internal BodySlots? Slots { get; init; }

    /// <summary>Queues a message. After the parent is gone the message is dropped: the process is about to exit.</summary>
    /// <param name="id">The id of the message that this one answers.</param>
    /// <param name="message">The answer; its payload is copied.</param>
    /// <exception cref="ArgumentException">The message is longer than a frame may be; send it in pieces.</exception>
    /// <exception cref="InvalidOperationException">The queue is full because the parent does not read.</exception>
    public void Write(ulong id, RoleMessage message) => Write<RoleMessage>(id, message);

    /// <summary>The same for a message of a built-in role.</summary>
    internal void Write<T>(ulong correlationId, in T message) where T : IWireMessage<T> => Write(correlationId, message, []);

    /// <summary>The same for a message of a built-in role, with descriptors.</summary>
    internal void Write<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T>
    {
        if (_contract.FromChild.Check(new FrameHeader(0, T.Type, (ushort)descriptors.Length, correlationId)) is { } forbidden)
        {
            SafeDescriptor.DisposeAll(descriptors);
            throw new InvalidOperationException(forbidden.Message);
        }
        switch (TryWrite(correlationId, message, descriptors))
        {
            case WriteOutcome.TooLarge:
                throw new ArgumentException($"A {typeof(T).Name} is longer than a frame may be, or carries too many descriptors; send it in pieces.", nameof(message));
            case WriteOutcome.QueueFull:
                throw new InvalidOperationException("The queue to the parent is full because the parent does not read: flush before writing more.");
            default:
                break;
        }
    }

    /// <summary>Like <see cref="Write{T}(ulong, in T)"/>, but returns the outcome instead of throwing.</summary>
    internal WriteOutcome TryWrite<T>(ulong correlationId, in T message, params ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T> =>
        descriptors.IsEmpty ? _channel.Write(correlationId, message) : _channel.Write(correlationId, message, descriptors);

    /// <summary>Sends the queued messages on this thread. Not needed on the channel's thread: each batch ends with a flush.</summary>
    public void Flush() => _channel.Flush();

    /// <summary>Sends the queued messages soon, on a pool thread. Several requests share one flush.</summary>
    public void RequestFlush()
    {
        if (Interlocked.Exchange(ref _flushRequested, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Waits for a descriptor on the channel's thread, together with the channel. Call it on that thread.</summary>
    /// <param name="descriptor">Stays open as long as the process lives.</param>
    /// <param name="onReadable">Called on the channel's thread.</param>
    /// <exception cref="PlatformNotSupportedException">The channel is not a socket.</exception>
    internal void Watch(SafeDescriptor descriptor, Action onReadable) =>
        (_channel as BlockingSocketChannel ?? throw new PlatformNotSupportedException("Only a socket can be waited for together with a descriptor.")).Watch(descriptor, onReadable);

    void IThreadPoolWorkItem.Execute()
    {
        // Cleared before the flush, so that a message written meanwhile can request another.
        Interlocked.Exchange(ref _flushRequested, 0);
        _channel.Flush();
    }
}
