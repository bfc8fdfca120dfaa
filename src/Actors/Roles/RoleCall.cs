using System.Buffers;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>A request to a typed role, from its arrival until the child has ended it. Only for the role's actor.</summary>
internal sealed class RoleCall(RoleHandler handler, object request, IActorRef asker, RoleStreamSink? sink)
{
    private List<byte[]>? _parts;
    private int _partBytes;

    internal ulong Id { get; } = WorkIds.Next();

    internal RoleHandler Handler { get; } = handler;

    /// <summary>The message; null once it is sent.</summary>
    internal object? Request { get; set; } = request;

    /// <summary>Whether the asker gets the answer's bytes.</summary>
    internal bool IsRaw { get; } = request is RawRequest;

    internal IActorRef Asker { get; } = asker;

    /// <summary>Takes the items of a stream; null for a request or a one-way message.</summary>
    internal RoleStreamSink? Sink { get; } = sink;

    internal long Since { get; init; }

    /// <summary>When its time is over, as a timestamp; null for no limit.</summary>
    internal long? Deadline { get; set; }

    /// <summary>Whether the deadline also limits a stream that has begun.</summary>
    internal bool HasOwnTimeout { get; init; }

    /// <summary>The child that has it; null while it waits.</summary>
    internal RoleChild? Child { get; set; }

    /// <summary>Whether the asker was answered, or wants no answer, while the child has not ended it.</summary>
    internal bool IsOver { get; set; }

    /// <summary>Whether the child was told that its answer is not wanted.</summary>
    internal bool IsCancelled { get; set; }

    /// <summary>When the child of a cancelled request is killed, as a timestamp.</summary>
    internal long KillAt { get; set; }

    internal CancellationTokenRegistration Cancellation { get; set; }

    /// <summary>Its span; null without a listener.</summary>
    internal RequestSpan? Span { get; init; }

    /// <summary>How many bytes the child may send ahead. A child that exceeds it by more than one frame breaks the protocol.</summary>
    internal long Credit { get; set; }

    /// <summary>How many bytes the reader has not taken yet.</summary>
    internal long Unread { get; set; }

    /// <summary>Credit that is granted when the reader has caught up.</summary>
    internal long Owed { get; set; }

    /// <summary>Keeps a part.</summary>
    /// <returns>The bytes of all parts.</returns>
    internal int Add(byte[] part)
    {
        (_parts ??= []).Add(part);
        return _partBytes += part.Length;
    }

    /// <summary>Takes the parts together with the last one.</summary>
    internal ReadOnlySequence<byte> Take(byte[] last)
    {
        if (_parts is null)
            return new ReadOnlySequence<byte>(last);
        var first = new Segment(_parts[0], 0);
        var end = first;
        foreach (var part in _parts.Skip(1))
            end = end.Then(part);
        end = end.Then(last);
        (_parts, _partBytes) = (null, 0);
        return new ReadOnlySequence<byte>(first, 0, end, last.Length);
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
