using System.Diagnostics;
using System.Numerics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// Turns frames into actor messages on the channel's thread. It validates each frame, copies the bytes that must outlive it, and
/// sends it to the child's actor or to the child's user; frames read together are sent as one message. No unvalidated data reaches a
/// mailbox.
/// </summary>
internal sealed class ChannelBridge(RoleContract contract, IActorRef child, ChildRouter router, IChannel channel) : IFrameHandler
{
    private readonly List<ChildFrames.UserFrame> _batch = [];
    private BodySlots? _slots;
    private HeartbeatMonitor? _heartbeats;
    private ulong _read;
    private bool _closed;
    private bool _helloSeen;
    private bool _readySeen;

    /// <summary>Set before the child is told of the slots.</summary>
    internal BodySlots? Slots
    {
        set
        {
            Interlocked.Exchange(ref _slots, value);
            // The child may be gone before it could be told of the slots.
            if (Volatile.Read(ref _closed))
                Interlocked.Exchange(ref _slots, null)?.Dispose();
        }
    }

    /// <summary>Receives the answers to heartbeats.</summary>
    internal HeartbeatMonitor Heartbeats
    {
        set => Volatile.Write(ref _heartbeats, value);
    }

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (!_readySeen)
            return OnHandshake(frame);
        // Checked before decoding: a frame that this role's child may not send is not decoded.
        if (contract.FromChild.Check(frame.Header) is { } forbidden)
            return forbidden;
        switch (frame.Type)
        {
            case MessageType.Pong:
                return frame.TryRead<Pong>(out _) ?? OnPong(frame.CorrelationId);
            case MessageType.Spans:
                return frame.TryRead<Spans>(out var spans) ?? OnSpans(frame.CorrelationId, spans);
            case MessageType.FetchHeaders:
                return frame.TryRead<FetchHeaders>(out var headers) ?? Gather(new ChildFrames.Headers(frame.CorrelationId, headers));
            case MessageType.FetchBodyChunk:
                return frame.TryRead<FetchBodyChunk>(out var chunk)
                    ?? Gather(new ChildFrames.Chunk(frame.CorrelationId, chunk.Offset, Copy(chunk.Data.Span)));
            case MessageType.FetchBodySlot:
                return frame.TryRead<FetchBodySlot>(out var piece) ?? TakeSlot(frame.CorrelationId, piece);
            case MessageType.FetchEnd:
                return frame.TryRead<FetchEnd>(out var end) ?? Gather(new ChildFrames.End(frame.CorrelationId, end));
            case MessageType.FetchError:
                return frame.TryRead<FetchError>(out var error) ?? Gather(new ChildFrames.Error(frame.CorrelationId, error));
            case MessageType.Credit:
                return frame.TryRead<Credit>(out var credit) ?? Gather(new ChildFrames.Credit(frame.CorrelationId, credit.Bytes));
            case MessageType.FetchRewind:
                return frame.TryRead<FetchRewind>(out var rewind) ?? Gather(new ChildFrames.Rewind(frame.CorrelationId, rewind.Pass));
            case MessageType.FetchBodyUnwanted:
                return frame.TryRead<FetchBodyUnwanted>(out _) ?? Gather(new ChildFrames.BodyUnwanted(frame.CorrelationId));
            case MessageType.SpawnReady:
                return OnSpawnReady(frame);
            case MessageType.SpawnFailed:
                return frame.TryRead<SpawnFailed>(out var failed) ?? Gather(new ChildFrames.CommandFailed(frame.CorrelationId, failed));
            case MessageType.OutputPiece:
                return frame.TryRead<OutputPiece>(out var piecemeal) ?? Gather(new ChildFrames.CommandOutputPiece(frame.CorrelationId, piecemeal.Stream, Copy(piecemeal.Data.Span)));
            case MessageType.InputProgress:
                return frame.TryRead<InputProgress>(out var progress) ?? Gather(new ChildFrames.CommandInputProgress(frame.CorrelationId, progress));
            case MessageType.Exit:
                return frame.TryRead<Exit>(out var exit) ?? Gather(new ChildFrames.CommandExit(frame.CorrelationId, exit));
            case MessageType.Closed:
                return frame.TryRead<Closed>(out var closed) ?? Gather(new ChildFrames.CommandClosed(frame.CorrelationId, closed));
            case MessageType.DocumentLoaded:
                return frame.TryRead<DocumentLoaded>(out var document) ?? Gather(new ChildFrames.Document(frame.CorrelationId, document));
            case MessageType.DocumentFailed:
                return frame.TryRead<DocumentFailed>(out var noDocument) ?? Gather(new ChildFrames.NoDocument(frame.CorrelationId, noDocument));
            case MessageType.QueryAnswer:
                return frame.TryRead<QueryAnswer>(out var answer) ?? Gather(new ChildFrames.Answer(frame.CorrelationId, answer));
            case MessageType.ResourcesWanted:
                return frame.TryRead<ResourcesWanted>(out var wanted) ?? Gather(new ChildFrames.Wanted(frame.CorrelationId, wanted));
            case MessageType.ScriptAnswer:
                return frame.TryRead<ScriptAnswer>(out var value) ?? Gather(new ChildFrames.ScriptValue(frame.CorrelationId, value));
            case MessageType.ScriptFailed:
                return frame.TryRead<ScriptFailed>(out var noValue) ?? Gather(new ChildFrames.NoScriptValue(frame.CorrelationId, noValue));
            case MessageType.PageRequest:
                return OnPageRequest(frame);
            case MessageType.PageRequestCancel:
                return frame.TryRead<PageRequestCancel>(out _) ?? Gather(new ChildFrames.PageRequestCancelled(frame.CorrelationId));
            case MessageType.PageSettled:
                return frame.TryRead<PageSettled>(out var settled) ?? Gather(new ChildFrames.PageIsSettled(frame.CorrelationId, settled));
            case MessageType.PageStorageChange:
                return frame.TryRead<PageStorageChange>(out var change) ?? Gather(new ChildFrames.PageStored(frame.CorrelationId, change));
            case MessageType.ScriptNavigation:
                return frame.TryRead<ScriptNavigation>(out var navigation) ?? Gather(new ChildFrames.PageNavigates(frame.CorrelationId, navigation));
            case MessageType.ActDone:
                return frame.TryRead<ActDone>(out var acted) ?? Gather(new ChildFrames.Acted(frame.CorrelationId, acted));
            case MessageType.ImageDecoded:
                return OnImage(frame);
            case MessageType.DecodeFailed:
                return frame.TryRead<DecodeFailed>(out var noImage) ?? Gather(new ChildFrames.NoImage(frame.CorrelationId, noImage));
            case MessageType.EgressConnect:
                return frame.TryRead<EgressConnect>(out var wish) ?? Gather(new ChildFrames.EgressAsked(frame.CorrelationId, wish));
            case MessageType.EgressAbandon:
                return frame.TryRead<EgressAbandon>(out _) ?? Gather(new ChildFrames.EgressAbandoned(frame.CorrelationId));
            case MessageType.EgressMisuse:
                return frame.TryRead<EgressMisuse>(out var misuse) ?? Gather(new ChildFrames.EgressMisused(frame.CorrelationId, misuse));
            case MessageType.ResolveName:
                return frame.TryRead<ResolveName>(out var name) ?? Gather(new ChildFrames.NameAsked(frame.CorrelationId, name));
            case MessageType.NetworkConnect:
                return frame.TryRead<NetworkConnect>(out var target) ?? Gather(new ChildFrames.ConnectAsked(frame.CorrelationId, target));
            case MessageType.NameResolved:
                return frame.TryRead<NameResolved>(out var found) ?? Gather(new ChildFrames.NameFound(frame.CorrelationId, found));
            case MessageType.SecretProblem:
                return frame.TryRead<SecretProblem>(out var noTunnel) ?? Gather(new ChildFrames.SecretFailed(frame.CorrelationId, noTunnel));
            case MessageType.RoleReply:
                return frame.TryRead<RoleReply>(out var reply) ?? Gather(new ChildFrames.Reply(frame.CorrelationId, reply.Kind, reply.Index, Copy(reply.Data.Span)));
            case MessageType.RoleMessage:
                return frame.TryRead<RoleMessage>(out var message)
                    ?? Tell(new ChildFrames.Role(frame.CorrelationId, message.Kind, message.Payload.ToArray()));
            default:
                throw new UnreachableException($"The contract of {contract.Name} lets its child send {frame.Type}, which the bridge does not pass.");
        }
    }

    private ProtocolViolation? OnPong(ulong id)
    {
        if (id != HeartbeatMonitor.PingId)
            return Tell(new ChildFrames.PongArrived(id));
        Volatile.Read(ref _heartbeats)?.Answered();
        return null;
    }

    private ProtocolViolation? OnSpans(ulong id, in Spans spans)
    {
        router.Take(id, spans);
        return null;
    }

    // The body lies in the channel's buffer.
    private ProtocolViolation? OnPageRequest(in Frame frame) => frame.TryRead<PageRequest>(out var request)
        ?? Gather(new ChildFrames.PageRequested(frame.CorrelationId, request with { Body = request.Body.ToArray() }));

    private ProtocolViolation? OnSpawnReady(in Frame frame)
    {
        if (frame.TryRead<SpawnReady>(out var ready) is { } malformed)
            return malformed;
        var descriptors = frame.TakeDescriptors();
        // What a child of Windows sends is a section, and never a terminal or a process.
        if (OperatingSystem.IsWindows() && (ready.HasDescriptor || descriptors.Length > 0))
            return Refuse(descriptors);
        if (!ready.HasDescriptor)
            return descriptors.Length > 1 ? Refuse(descriptors) : Gather(new ChildFrames.CommandReady(frame.CorrelationId, ready, descriptors is [var terminal] ? terminal : null));
        if (descriptors.Length == 0 || ProcessDescriptor.ProcessOf(descriptors[^1]) is not { } outside)
            return Refuse(descriptors);
        descriptors[^1].Dispose();
        return Gather(new ChildFrames.CommandReady(frame.CorrelationId, ready with { ProcessId = outside }, descriptors.Length == 2 ? descriptors[0] : null));

        static ProtocolViolation Refuse(SafeDescriptor[] descriptors)
        {
            SafeDescriptor.DisposeAll(descriptors);
            return new ProtocolViolation(ViolationKind.Descriptors, "A SpawnReady came with other descriptors than it lists.");
        }
    }

    private ProtocolViolation? OnImage(in Frame frame)
    {
        if (frame.TryRead<ImageDecoded>(out var image) is { } malformed)
            return malformed;
        return Gather(new ChildFrames.Image(frame.CorrelationId, image, frame.TakeDescriptors()[0]));
    }

    // ToArray would first fill the array with zeros, which are overwritten at once.
    private static byte[] Copy(ReadOnlySpan<byte> data)
    {
        var copy = GC.AllocateUninitializedArray<byte>(data.Length);
        data.CopyTo(copy);
        return copy;
    }

    public void OnBatchEnd()
    {
        if (_batch.Count == 0)
            return;
        router.Pass([.. _batch]);
        _batch.Clear();
        // Slots are returned a few at a time: each message wakes the child, which copies if it has no slot left meanwhile.
        if (_read != 0 && BitOperations.PopCount(_read) >= _slots!.ReturnedTogether && channel.Write(0, new SlotsFree(_read)) == WriteOutcome.Queued)
        {
            _read = 0;
            channel.Flush();
        }
    }

    public void OnClosed(ChannelClosed closed)
    {
        Tell(new ChildFrames.Closed(closed));
        Volatile.Write(ref _closed, true);
        Interlocked.Exchange(ref _slots, null)?.Dispose();
    }

    private ProtocolViolation? TakeSlot(ulong id, in FetchBodySlot piece)
    {
        if (Volatile.Read(ref _slots) is not { } slots || !slots.Has(piece.Slot))
            return new ProtocolViolation(ViolationKind.OutOfState, $"A piece of fetch {id} came in slot {piece.Slot}, which the child does not have.");
        _read |= 1UL << piece.Slot;
        return Gather(new ChildFrames.Chunk(id, piece.Offset, Copy(slots[piece.Slot].Span[..piece.Length])));
    }

    private ProtocolViolation? OnHandshake(in Frame frame)
    {
        if (frame.Type == MessageType.Hello && !_helloSeen)
        {
            if ((frame.TryRead<Hello>(out var hello) ?? MessageSet.CheckDescriptors(frame.Header, RoleContract.Hello)) is { } broken)
                return broken;
            _helloSeen = true;
            return Tell(new ChildFrames.HelloArrived(hello, frame.TakeDescriptors() is [var listener] ? listener : null));
        }
        if (frame.Type == MessageType.Ready && _helloSeen)
        {
            if ((MessageSet.CheckDescriptors(frame.Header, MessageType.Ready) ?? frame.TryRead<Ready>(out _)) is { } broken)
                return broken;
            _readySeen = true;
            return Tell(ChildFrames.ReadyArrived.Instance);
        }
        return Enum.IsDefined(frame.Type)
            ? new ProtocolViolation(ViolationKind.OutOfState, $"A child may not send {frame.Type} before {(_helloSeen ? "Ready" : "Hello")}.")
            : new ProtocolViolation(ViolationKind.UnknownMessage, $"{(ushort)frame.Type} is not a message type.");
    }

    private ProtocolViolation? Gather(ChildFrames.UserFrame frame)
    {
        _batch.Add(frame);
        return null;
    }

    private ProtocolViolation? Tell(object message)
    {
        // Keeps the order: pass on the frames that came before this one.
        OnBatchEnd();
        child.Tell(message, ActorRefs.NoSender);
        return null;
    }
}
