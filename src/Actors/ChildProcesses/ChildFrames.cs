using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

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

    /// <summary>More waits to be sent to the child than may.</summary>
    internal sealed class QueueFull : IFrame
    {
        internal static readonly QueueFull Instance = new();
    }

    internal sealed record HelloArrived(Hello Hello, Interop.SafeDescriptor? Listener) : IFrame;

    /// <summary>Not from the child: its monitor has refused a call.</summary>
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

    internal sealed record Wanted(ulong Id, ResourcesWanted Value) : UserFrame(Id);

    internal sealed record Image(ulong Id, ImageDecoded Value, Interop.SafeDescriptor Pixels) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record NoImage(ulong Id, DecodeFailed Value) : UserFrame(Id)
    {
        internal override bool Ends => true;
    }

    internal sealed record Launched(LaunchedChild Child) : IFrame;

    internal sealed record LaunchFailed(Exception Cause) : IFrame;

    internal sealed record ProcessExited(ChildExit Exit) : IFrame;
}
