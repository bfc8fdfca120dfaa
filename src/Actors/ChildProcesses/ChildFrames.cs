using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Messages to the child's actor and its users from the child's channel, process and launch. A late one is a silent dead letter.</summary>
internal static class ChildFrames
{
    internal interface IFrame : INoSerializationVerificationNeeded, IDeadLetterSuppression, INotInfluenceReceiveTimeout;

    /// <summary>A message that owns a descriptor until its receiver takes it.</summary>
    internal interface ICarriesDescriptor
    {
        /// <summary>Closes the descriptor if no receiver took it. May be called repeatedly.</summary>
        void CloseUntaken();
    }

    /// <summary>A frame about the child's work, with the descriptor sent along with it.</summary>
    internal abstract record CarryingFrame(ulong Id, SafeDescriptor? Carried) : UserFrame(Id), ICarriesDescriptor
    {
        private SafeDescriptor? _untaken = Carried;

        /// <summary>Takes the descriptor; null if there is none or it was already taken or closed.</summary>
        internal SafeDescriptor? Take() => Interlocked.Exchange(ref _untaken, null);

        /// <inheritdoc/>
        public void CloseUntaken() => Take()?.Dispose();
    }

    /// <summary>A frame about the child's work.</summary>
    internal abstract record UserFrame(ulong Id) : IFrame
    {
        /// <summary>Whether this is the last frame under its id.</summary>
        internal virtual bool Ends => false;
    }

    /// <summary>Sent by this process, not the child: a message for the child exceeds the frame limit.</summary>
    internal sealed record TooLarge(ulong Id, int Limit) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed class FlushTick : IFrame
    {
        internal static readonly FlushTick Instance = new();
    }

    /// <summary>The queue of frames to the child is full.</summary>
    internal sealed class QueueFull : IFrame
    {
        internal static readonly QueueFull Instance = new();
    }

    internal sealed record HelloArrived(Hello Hello, SafeDescriptor? Listener) : IFrame, ICarriesDescriptor
    {
        /// <inheritdoc/>
        public void CloseUntaken() => Listener?.Dispose();
    }

    /// <summary>Sent by this process, not the child: the child's monitor refused a call.</summary>
    internal sealed record Violated(ChildProcessProtocol.SandboxViolated Event) : IFrame;

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

    internal sealed record Rewind(ulong Id, int Pass) : UserFrame(Id);

    internal sealed record BodyUnwanted(ulong Id) : UserFrame(Id);

    internal sealed record CommandReady(ulong Id, SpawnReady Value, SafeDescriptor? Terminal) : CarryingFrame(Id, Terminal);

    internal sealed record CommandFailed(ulong Id, SpawnFailed Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record CommandOutputPiece(ulong Id, OutputStream Stream, ReadOnlyMemory<byte> Data) : UserFrame(Id);

    internal sealed record CommandInputProgress(ulong Id, InputProgress Value) : UserFrame(Id);

    internal sealed record CommandExit(ulong Id, Exit Value) : UserFrame(Id);

    internal sealed record CommandClosed(ulong Id, Transport.Closed Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record Document(ulong Id, DocumentLoaded Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record NoDocument(ulong Id, DocumentFailed Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record Answer(ulong Id, QueryAnswer Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record Acted(ulong Id, ActDone Value) : UserFrame(Id)
    {
        internal override bool Ends => Value.Outcome != ActOutcome.More;
    }

    internal sealed record Wanted(ulong Id, ResourcesWanted Value) : UserFrame(Id);

    internal sealed record ScriptValue(ulong Id, ScriptAnswer Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record NoScriptValue(ulong Id, ScriptFailed Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record PageRequested(ulong Id, PageRequest Value) : UserFrame(Id);

    internal sealed record PageRequestCancelled(ulong Id) : UserFrame(Id);

    internal sealed record PageIsSettled(ulong Id, PageSettled Value) : UserFrame(Id);

    internal sealed record PageStored(ulong Id, PageStorageChange Value) : UserFrame(Id);

    internal sealed record PageNavigates(ulong Id, ScriptNavigation Value) : UserFrame(Id);

    internal sealed record Image(ulong Id, ImageDecoded Value, SafeDescriptor Pixels) : CarryingFrame(Id, Pixels)
    {
        internal override bool Ends => true;
    }

    internal sealed record NoImage(ulong Id, DecodeFailed Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record Reply(ulong Id, RoleReplyKind Kind, ushort Index, byte[] Data) : UserFrame(Id)
    {
        internal override bool Ends => Kind is RoleReplyKind.Answer or RoleReplyKind.End or RoleReplyKind.Failed;
    }

    internal sealed record EgressAsked(ulong Id, EgressConnect Value) : UserFrame(Id);

    internal sealed record EgressAbandoned(ulong Id) : UserFrame(Id);

    internal sealed record EgressMisused(ulong Id, EgressMisuse Value) : UserFrame(Id);

    internal sealed record NameAsked(ulong Id, ResolveName Value) : UserFrame(Id);

    internal sealed record ConnectAsked(ulong Id, NetworkConnect Value) : UserFrame(Id);

    internal sealed record NameFound(ulong Id, NameResolved Value) : UserFrame(Id);

    internal sealed record SecretFailed(ulong Id, SecretProblem Value) : UserFrame(Id);

    internal sealed record Launched(LaunchedChild Child) : IFrame;

    internal sealed record LaunchFailed(Exception Cause) : IFrame;

    internal sealed record ProcessExited(ChildExit Exit) : IFrame;
}
