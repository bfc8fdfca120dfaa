using System.Buffers;
using System.Buffers.Binary;
using ActorBrowser.Transport;
using Akka.Actor;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>
/// One end of a conversation: cuts messages into parts, sends no more than the other end has room for, and puts received parts together.
/// For one actor's thread only.
/// </summary>
/// <param name="conversation">The conversation's id.</param>
/// <param name="link">The actor of the link, on this node.</param>
/// <param name="settings">Sizes.</param>
/// <param name="budget">Counts the bytes of unfinished messages over many conversations; null if only this one's are limited.</param>
internal sealed class Conduit(ulong conversation, IActorRef link, ClusterSettings settings, PartBudget? budget = null) : IDisposable
{
    // Counted for each frame besides its data, so that empty messages cannot flood the other end either.
    private const int FrameCost = 64;

    private readonly Queue<LinkPiece> _waiting = new();
    private long _window = settings.Window;
    private long _owed;
    private long _untaken;
    private List<ReadOnlyMemory<byte>>? _parts;
    private long _partBytes;
    private long _partCost;

    /// <summary>Whether nothing waits for the other end.</summary>
    internal bool IsClear => _waiting.Count == 0 && _window > 0;

    /// <summary>Begins a conversation.</summary>
    internal void Open(WorkKind kind, ulong apart)
    {
        var data = new byte[9];
        data[0] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(1), apart);
        link.Tell(new LinkPiece(conversation, FrameKind.Open, data), ActorRefs.NoSender);
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="MessageTooLongException">It is longer than <c>actorbrowser.cluster.max-message</c>.</exception>
    internal void Send(object message)
    {
        var bytes = ClusterCodec.Encode(message);
        if (bytes.Length > settings.MaxMessage)
            throw new MessageTooLongException(message, bytes.Length, settings.MaxMessage);
        while (bytes.Length > settings.PartSize)
        {
            Pass(FrameKind.Part, bytes[..settings.PartSize]);
            bytes = bytes[settings.PartSize..];
        }
        Pass(FrameKind.Message, bytes);
    }

    /// <summary>Whether everything was sent, the end included.</summary>
    internal bool IsDrained => _waiting.Count == 0;

    /// <summary>Ends the conversation once what waits has been sent: <see cref="IsDrained"/> tells.</summary>
    internal void Close() => Pass(FrameKind.Close, default);

    /// <summary>Ends the conversation at once; what waits is not sent.</summary>
    internal void Abort() => Last(FrameKind.Close, default);

    /// <summary>Ends the conversation at once, with the reason why the node does not do its work; what waits is not sent.</summary>
    internal void Refuse(RefusalKind kind, string problem) => Last(FrameKind.Refuse, Refusal.Encode(new Refusal(kind, problem)));

    /// <summary>Handles a frame of the other end that is no end.</summary>
    /// <param name="piece">The frame.</param>
    /// <param name="cost">What to give <see cref="Consumed"/> once the message is taken.</param>
    /// <returns>A whole message, or null.</returns>
    /// <exception cref="WireFormatException">The other end broke the protocol.</exception>
    internal object? Receive(LinkPiece piece, out long cost)
    {
        cost = piece.Data.Length + FrameCost;
        if (piece.Kind is FrameKind.Part or FrameKind.Message && (_untaken += cost) > settings.Window + settings.PartSize + FrameCost)
            throw new WireFormatException($"More was sent than the window of {settings.Window} bytes has room for.");
        switch (piece.Kind)
        {
            case FrameKind.Credit:
                _window = Math.Min(_window + ReadCredit(piece.Data), settings.Window);
                Flush();
                return null;
            case FrameKind.Part:
                Add(piece.Data);
                Consumed(cost);
                return null;
            case FrameKind.Message:
                return ClusterCodec.Decode(Whole(piece.Data));
            default:
                throw new WireFormatException($"A frame {piece.Kind} is not expected within a conversation.");
        }
    }

    /// <summary>Received bytes were taken: the other end may send as many more.</summary>
    internal void Consumed(long cost)
    {
        _untaken -= cost;
        _owed += cost;
        if (_owed < settings.Window / 4)
            return;
        var buffer = new ArrayBufferWriter<byte>(16);
        var writer = new MessagePackWriter(buffer);
        writer.Write(_owed);
        writer.Flush();
        _owed = 0;
        link.Tell(new LinkPiece(conversation, FrameKind.Credit, buffer.WrittenMemory), ActorRefs.NoSender);
    }

    /// <summary>Gives up a message that is not whole.</summary>
    public void Dispose() => Forget();

    private void Forget()
    {
        budget?.Return(_partCost);
        (_parts, _partBytes, _partCost) = (null, 0, 0);
    }

    private static long ReadCredit(ReadOnlyMemory<byte> data)
    {
        try
        {
            var reader = new MessagePackReader(data);
            return reader.ReadInt64() is > 0 and <= int.MaxValue and var credit ? credit : throw new WireFormatException("A credit is not positive.");
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException)
        {
            throw new WireFormatException($"A credit cannot be read: {e.Message}");
        }
    }

    private void Pass(FrameKind kind, ReadOnlyMemory<byte> data)
    {
        _waiting.Enqueue(new LinkPiece(conversation, kind, data));
        Flush();
    }

    private void Last(FrameKind kind, ReadOnlyMemory<byte> data)
    {
        _waiting.Clear();
        link.Tell(new LinkPiece(conversation, kind, data), ActorRefs.NoSender);
    }

    private void Flush()
    {
        while (_window > 0 && _waiting.TryDequeue(out var piece))
        {
            _window -= piece.Data.Length + FrameCost;
            link.Tell(piece, ActorRefs.NoSender);
        }
    }

    private void Add(ReadOnlyMemory<byte> part)
    {
        // Counted as what it holds in memory, so that empty parts are not free.
        var held = part.Length + FrameCost;
        _partBytes += part.Length;
        _partCost += held;
        if (_partBytes > settings.MaxMessage || _partCost > settings.MostPartsHeld)
            throw new WireFormatException($"A message is longer than {settings.MaxMessage} bytes.");
        if (budget is not null && !budget.TryTake(held))
            throw new WireFormatException($"The messages that are not whole yet hold more than {settings.MaxMessage} bytes.");
        (_parts ??= []).Add(part);
    }

    private ReadOnlySequence<byte> Whole(ReadOnlyMemory<byte> last)
    {
        if (_parts is null)
            return new ReadOnlySequence<byte>(last);
        Add(last);
        var first = new Segment(_parts[0], 0);
        var end = first;
        foreach (var part in _parts.Skip(1))
            end = end.Then(part);
        Forget();
        return new ReadOnlySequence<byte>(first, 0, end, end.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(ReadOnlyMemory<byte> bytes, long at) => (Memory, RunningIndex) = (bytes, at);

        internal Segment Then(ReadOnlyMemory<byte> bytes)
        {
            var next = new Segment(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}

/// <summary>A message is longer than may cross nodes.</summary>
internal sealed class MessageTooLongException(object message, int length, int most)
    : Exception($"A {message.GetType().Name} of {length} bytes does not cross nodes: at most {most} are allowed (actorbrowser.cluster.max-message).");

/// <summary>Why a browser node does not do what it is asked for.</summary>
/// <param name="Kind">The kind of reason.</param>
/// <param name="Problem">One sentence.</param>
internal sealed record Refusal(RefusalKind Kind, string Problem)
{
    internal static ReadOnlyMemory<byte> Encode(Refusal refusal)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(2);
        writer.Write((int)refusal.Kind);
        writer.Write(refusal.Problem);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Reads a refusal; one that cannot be read is a failure that says so.</summary>
    internal static Refusal Decode(ReadOnlyMemory<byte> data)
    {
        try
        {
            var fields = new Fields(new MessagePackReader(data), "refuse");
            return new Refusal(fields.Choice<RefusalKind>(), fields.Text(64 << 10));
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or WireFormatException or OverflowException)
        {
            return new Refusal(RefusalKind.Failed, $"The node refused, and its reason cannot be read: {e.Message}");
        }
    }
}
