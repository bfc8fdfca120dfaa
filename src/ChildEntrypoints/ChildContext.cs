using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>A role's way to its parent. Writing and flushing are thread-safe.</summary>
public sealed class ChildContext : IThreadPoolWorkItem
{
    private readonly IChannel _channel;
    private readonly RoleContract _contract;
    private int _flushRequested;

    /// <summary>A context over a channel; roles get theirs from the loop, tests make their own.</summary>
    /// <param name="role">The role's name.</param>
    /// <param name="channel">The channel to the parent.</param>
    public ChildContext(string role, IChannel channel)
    {
        Role = role;
        _channel = channel;
        _contract = RoleContracts.Of(role);
    }

    /// <summary>The role's name.</summary>
    public string Role { get; }

    /// <summary>Memory for bodies to travel in, where the parent has given any.</summary>
    internal BodySlots? Slots { get; init; }

    /// <summary>Queues a message. Once the parent is gone it is dropped; the process is about to end then.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="correlationId">What it answers.</param>
    /// <param name="message">The message.</param>
    /// <exception cref="ArgumentException">It is longer than a frame may be: send it in pieces.</exception>
    /// <exception cref="InvalidOperationException">The role may not send this message, or the parent does not read and too much waits for it.</exception>
    public void Write<T>(ulong correlationId, in T message) where T : IWireMessage<T> => Write(correlationId, message, []);

    /// <summary>Queues a message with descriptors, whose ownership passes whatever the outcome.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="correlationId">What it answers.</param>
    /// <param name="message">The message.</param>
    /// <param name="descriptors">What rides along.</param>
    /// <exception cref="ArgumentException">It is longer than a frame may be: send it in pieces.</exception>
    /// <exception cref="InvalidOperationException">The role may not send this message, or the parent does not read and too much waits for it.</exception>
    public void Write<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T>
    {
        if (_contract.FromChild.Check(new FrameHeader(0, T.Type, (ushort)descriptors.Length, correlationId)) is { } forbidden)
        {
            SafeDescriptor.DisposeAll(descriptors);
            throw new InvalidOperationException(forbidden.Message);
        }
        switch (TryWrite(correlationId, message, descriptors))
        {
            case WriteOutcome.TooLarge:
                throw new ArgumentException($"A {typeof(T).Name} is longer than a frame may be, or carries too many descriptors: send it in pieces.", nameof(message));
            case WriteOutcome.QueueFull:
                throw new InvalidOperationException("The parent does not read, and more waits for it than may: flush before writing more.");
            default:
                break;
        }
    }

    /// <summary>As <see cref="Write{T}(ulong, in T)"/>, for who looks at the outcome.</summary>
    internal WriteOutcome TryWrite<T>(ulong correlationId, in T message, params ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T> =>
        descriptors.IsEmpty ? _channel.Write(correlationId, message) : _channel.Write(correlationId, message, descriptors);

    /// <summary>Sends what is queued, on this thread. On the channel's own thread there is no need: each batch ends with a flush.</summary>
    public void Flush() => _channel.Flush();

    /// <summary>Sends what is queued, soon and on a pool thread: many requests become one flush.</summary>
    public void RequestFlush()
    {
        if (Interlocked.Exchange(ref _flushRequested, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Waits for a descriptor on the channel's thread, beside the channel. Called on that thread.</summary>
    /// <param name="descriptor">Stays open as long as the process lives.</param>
    /// <param name="onReadable">Called on the channel's thread.</param>
    /// <exception cref="PlatformNotSupportedException">The channel is no socket.</exception>
    internal void Watch(SafeDescriptor descriptor, Action onReadable) =>
        (_channel as BlockingSocketChannel ?? throw new PlatformNotSupportedException("Only a socket can be waited for together with a descriptor.")).Watch(descriptor, onReadable);

    void IThreadPoolWorkItem.Execute()
    {
        // Cleared first: a later write asks again.
        Interlocked.Exchange(ref _flushRequested, 0);
        _channel.Flush();
    }
}
