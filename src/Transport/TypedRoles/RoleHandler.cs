using System.Buffers;

namespace ActorBrowser.Transport;

/// <summary>How a message of a typed role is answered.</summary>
internal enum RoleMessageKind
{
    /// <summary>By one answer.</summary>
    Request,

    /// <summary>By items.</summary>
    Stream,

    /// <summary>Not at all.</summary>
    OneWay,
}

/// <summary>One message of a typed role: its types, which only this class knows at compile time, and its handler.</summary>
/// <param name="index">Its place in the definition.</param>
/// <param name="kind">How it is answered.</param>
internal abstract class RoleHandler(ushort index, RoleMessageKind kind)
{
    internal ushort Index { get; } = index;

    internal RoleMessageKind Kind { get; } = kind;

    internal abstract Type Message { get; }

    /// <summary>The type of the answer or of the items; null for none.</summary>
    internal abstract Type? Answer { get; }

    internal string Signature => $"{Kind}:{Message.FullName}>{Answer?.FullName}";

    internal abstract void RequireFormatters(RoleCodec codec);

    /// <summary>Writes a message of this type.</summary>
    internal abstract void Write(RoleCodec codec, object message, IBufferWriter<byte> bytes);

    /// <summary>Reads an answer.</summary>
    /// <exception cref="RoleFormatException">It is malformed.</exception>
    internal virtual object ReadAnswer(RoleCodec codec, in ReadOnlySequence<byte> bytes) => throw new RoleFormatException($"A {Message.Name} has no answer.");

    /// <summary>Runs the handler, and sends what it returns.</summary>
    /// <param name="role">The role's object.</param>
    /// <param name="request">The message's bytes.</param>
    /// <param name="work">The request in its child.</param>
    internal abstract ValueTask RunAsync(object role, ReadOnlyMemory<byte> request, RoleWork work);
}

/// <inheritdoc/>
internal abstract class RoleHandler<TMessage>(ushort index, RoleMessageKind kind) : RoleHandler(index, kind) where TMessage : notnull
{
    internal override Type Message => typeof(TMessage);

    internal override void RequireFormatters(RoleCodec codec) => codec.Require<TMessage>();

    internal override void Write(RoleCodec codec, object message, IBufferWriter<byte> bytes) => codec.Write(bytes, (TMessage)message);

    private protected static TMessage Read(RoleWork work, ReadOnlyMemory<byte> request) => work.Codec.Read<TMessage>(new ReadOnlySequence<byte>(request));
}

internal sealed class RequestHandler<TRole, TRequest, TAnswer>(ushort index, Func<TRole, TRequest, RoleContext, ValueTask<TAnswer>> handler)
    : RoleHandler<TRequest>(index, RoleMessageKind.Request) where TRequest : notnull where TAnswer : notnull
{
    internal override Type Answer => typeof(TAnswer);

    internal override void RequireFormatters(RoleCodec codec)
    {
        base.RequireFormatters(codec);
        codec.Require<TAnswer>();
    }

    internal override object ReadAnswer(RoleCodec codec, in ReadOnlySequence<byte> bytes) => codec.Read<TAnswer>(bytes);

    internal override async ValueTask RunAsync(object role, ReadOnlyMemory<byte> request, RoleWork work)
    {
        var answer = await handler((TRole)role, Read(work, request), work.Context).ConfigureAwait(false);
        work.Add(answer);
        await work.SendAsync(RoleReplyKind.Answer).ConfigureAwait(false);
    }
}

internal sealed class StreamHandler<TRole, TRequest, TItem>(ushort index, Func<TRole, TRequest, RoleContext, IAsyncEnumerable<TItem>> handler)
    : RoleHandler<TRequest>(index, RoleMessageKind.Stream) where TRequest : notnull where TItem : notnull
{
    // Items that are ready together travel together: a frame for each would cost more than the items.
    private const int Batch = 16 << 10;

    internal override Type Answer => typeof(TItem);

    internal override void RequireFormatters(RoleCodec codec)
    {
        base.RequireFormatters(codec);
        codec.Require<TItem>();
    }

    internal override async ValueTask RunAsync(object role, ReadOnlyMemory<byte> request, RoleWork work)
    {
        try
        {
            await using var items = handler((TRole)role, Read(work, request), work.Context).GetAsyncEnumerator(work.Context.Cancellation);
            while (true)
            {
                var next = items.MoveNextAsync();
                // The reader gets what there is while the handler waits for more.
                if (!next.IsCompleted && work.Length > 0)
                    await work.SendAsync(RoleReplyKind.Items).ConfigureAwait(false);
                if (!await next.ConfigureAwait(false))
                    break;
                work.Context.Cancellation.ThrowIfCancellationRequested();
                work.Add(items.Current);
                if (work.Length >= Batch)
                    await work.SendAsync(RoleReplyKind.Items).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not (RoleFormatException or OutOfMemoryException) && work.HasItems)
        {
            // The items before the failure are valid.
            await work.SendAsync(RoleReplyKind.Items).ConfigureAwait(false);
            throw;
        }
        if (work.Length > 0)
            await work.SendAsync(RoleReplyKind.Items).ConfigureAwait(false);
        await work.SendAsync(RoleReplyKind.End).ConfigureAwait(false);
    }
}

internal sealed class MessageHandler<TRole, TMessage>(ushort index, Func<TRole, TMessage, RoleContext, ValueTask> handler)
    : RoleHandler<TMessage>(index, RoleMessageKind.OneWay) where TMessage : notnull
{
    internal override Type? Answer => null;

    internal override async ValueTask RunAsync(object role, ReadOnlyMemory<byte> request, RoleWork work)
    {
        await handler((TRole)role, Read(work, request), work.Context).ConfigureAwait(false);
        // Not seen by the sender: it tells the parent that the child is free again.
        await work.SendAsync(RoleReplyKind.End).ConfigureAwait(false);
    }
}

/// <summary>An event that a typed role publishes.</summary>
internal abstract class RoleEvent(ushort index, Type type)
{
    internal ushort Index { get; } = index;

    internal Type Type { get; } = type;

    internal abstract void RequireFormatter(RoleCodec codec);

    /// <summary>Reads an event.</summary>
    /// <exception cref="RoleFormatException">It is malformed.</exception>
    internal abstract object Read(RoleCodec codec, in ReadOnlySequence<byte> bytes);
}

/// <inheritdoc/>
internal sealed class RoleEvent<TEvent>(ushort index) : RoleEvent(index, typeof(TEvent)) where TEvent : notnull
{
    internal override void RequireFormatter(RoleCodec codec) => codec.Require<TEvent>();

    internal override object Read(RoleCodec codec, in ReadOnlySequence<byte> bytes) => codec.Read<TEvent>(bytes);
}
