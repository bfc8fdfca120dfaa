using System.Numerics;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// Where wire becomes actor message: runs on the channel's thread, validates each frame, copies what outlives it, and
/// tells the child's actor, or the child's user: frames that were read together travel to it as one message. Nothing
/// unvalidated ever waits in a mailbox.
/// </summary>
internal sealed class ChannelBridge(IActorRef child, UserLine user, IChannel channel, int processId) : IFrameHandler
{
    private readonly List<ChildFrames.UserFrame> _batch = [];
    private BodySlots? _slots;
    private ulong _read;
    private bool _helloSeen;
    private bool _readySeen;

    /// <summary>Set before the child is told of them.</summary>
    internal BodySlots? Slots { set => Volatile.Write(ref _slots, value); }

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (!_readySeen)
            return OnHandshake(frame);
        switch (frame.Type)
        {
            case MessageType.Pong:
                return frame.TryRead<Pong>(out _) ?? Tell(new ChildFrames.PongArrived(frame.CorrelationId));
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
            case MessageType.SpawnReady:
                return OnSpawnReady(frame);
            case MessageType.SpawnFailed:
                return frame.TryRead<SpawnFailed>(out var failed) ?? Gather(new ChildFrames.CommandFailed(frame.CorrelationId, failed));
            case MessageType.Exit:
                return frame.TryRead<Exit>(out var exit) ?? Gather(new ChildFrames.CommandExit(frame.CorrelationId, exit));
            case MessageType.Closed:
                return frame.TryRead<Closed>(out var closed) ?? Gather(new ChildFrames.CommandClosed(frame.CorrelationId, closed));
            case MessageType.RoleMessage:
                return frame.TryRead<RoleMessage>(out var message)
                    ?? Tell(new ChildFrames.Role(frame.CorrelationId, message.Kind, message.Payload.ToArray()));
            default:
                return NotAllowed(frame, "once it is ready");
        }
    }

    private ProtocolViolation? OnSpawnReady(in Frame frame)
    {
        var descriptors = frame.TakeDescriptors();
        if (frame.TryRead<SpawnReady>(out var ready) is null && descriptors.Length < 2)
            return Gather(new ChildFrames.CommandReady(frame.CorrelationId, ready, descriptors.Length > 0 ? descriptors[0] : null));
        foreach (var descriptor in descriptors)
            descriptor.Dispose();
        return frame.TryRead<SpawnReady>(out _) ?? new ProtocolViolation(ViolationKind.Descriptors, $"{descriptors.Length} descriptors came with a SpawnReady.");
    }

    // Not ToArray, which first fills with zeros what is overwritten at once.
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
        user.Pass(processId, [.. _batch]);
        _batch.Clear();
        // A few at a time: each message wakes the child, which copies meanwhile if it has no slot left.
        if (_read != 0 && BitOperations.PopCount(_read) >= _slots!.ReturnedTogether && channel.Write(0, new SlotsFree(_read)) == WriteOutcome.Queued)
        {
            _read = 0;
            channel.Flush();
        }
    }

    public void OnClosed(ChannelClosed closed)
    {
        Tell(new ChildFrames.Closed(closed));
        _slots?.Dispose();
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
            if (frame.TryRead<Hello>(out var hello) is { } malformed)
                return malformed;
            _helloSeen = true;
            var descriptors = frame.TakeDescriptors();
            if (descriptors.Length < 2)
                return Tell(new ChildFrames.HelloArrived(hello, descriptors.Length == 0 ? null : descriptors[0]));
            foreach (var descriptor in descriptors)
                descriptor.Dispose();
            return new ProtocolViolation(ViolationKind.Descriptors, $"{descriptors.Length} descriptors came with Hello.");
        }
        if (frame.Type == MessageType.Ready && _helloSeen)
        {
            if (frame.TryRead<Ready>(out _) is { } malformed)
                return malformed;
            _readySeen = true;
            return Tell(ChildFrames.ReadyArrived.Instance);
        }
        return NotAllowed(frame, _helloSeen ? "before Ready" : "before Hello");
    }

    private static ProtocolViolation NotAllowed(in Frame frame, string when) => Enum.IsDefined(frame.Type)
        ? new ProtocolViolation(ViolationKind.OutOfState, $"A child may not send {frame.Type} {when}.")
        : new ProtocolViolation(ViolationKind.UnknownMessage, $"There is no message of type {(ushort)frame.Type}.");

    private ProtocolViolation? Gather(ChildFrames.UserFrame frame)
    {
        _batch.Add(frame);
        return null;
    }

    private ProtocolViolation? Tell(object message)
    {
        // What came before it stays before it.
        OnBatchEnd();
        child.Tell(message, ActorRefs.NoSender);
        return null;
    }
}

/// <summary>What the bridge tells the child's actor. Late ones, after the actor has stopped, are nobody's loss.</summary>
internal static class ChildFrames
{
    internal interface IFrame : INoSerializationVerificationNeeded, IDeadLetterSuppression, INotInfluenceReceiveTimeout;

    /// <summary>A frame about the child's work.</summary>
    internal abstract record UserFrame(ulong Id) : IFrame
    {
        /// <summary>Whether nothing more comes under this id.</summary>
        internal virtual bool Ends => false;
    }

    /// <summary>Not from the child: what was to be sent to it is longer than a frame may be.</summary>
    internal sealed record TooLarge(ulong Id, int Limit) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed class FlushTick : IFrame
    {
        internal static readonly FlushTick Instance = new();
    }

    internal sealed record HelloArrived(Hello Hello, Interop.SafeDescriptor? Listener) : IFrame;

    /// <summary>Not from the child: its monitor has refused a call.</summary>
    internal sealed record Violated(SandboxViolation Violation) : IFrame;

    internal sealed class ReadyArrived : IFrame
    {
        internal static readonly ReadyArrived Instance = new();
    }

    internal sealed class PongArrived(ulong id) : IFrame
    {
        internal ulong Id { get; } = id;
    }

    internal sealed record Role(ulong Id, ushort Kind, byte[] Payload) : IFrame;

    internal sealed record Closed(ChannelClosed How) : IFrame;

    internal sealed record Headers(ulong Id, FetchHeaders Value) : UserFrame(Id);

    internal sealed record Chunk(ulong Id, long Offset, byte[] Data) : UserFrame(Id);

    internal sealed record End(ulong Id, FetchEnd Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record Error(ulong Id, FetchError Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record Credit(ulong Id, long Bytes) : UserFrame(Id);

    internal sealed record CommandReady(ulong Id, SpawnReady Value, Interop.SafeDescriptor? Terminal) : UserFrame(Id);

    internal sealed record CommandFailed(ulong Id, SpawnFailed Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record CommandExit(ulong Id, Exit Value) : UserFrame(Id);

    internal sealed record CommandClosed(ulong Id, Transport.Closed Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record Launched(LaunchedChild Child) : IFrame;

    internal sealed record LaunchFailed(Exception Cause) : IFrame;

    internal sealed record ProcessExited(ChildExit Exit) : IFrame;
}

/// <summary>A child's lines, as log lines with its role and pid.</summary>
internal sealed class ChildLog(ILoggingAdapter log, string role) : IChildLogSink
{
    public void OnLine(ChildLogLine line)
    {
        if (line.IsError)
            log.Warning("{0}: {1}", role, line.Text);
        else
            log.Info("{0}: {1}", role, line.Text);
    }

    public void OnSuppressed(long lines) => log.Warning("{0}: {1} more lines were written and are not shown", role, lines);
}
