using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Frames of a child's line as messages between actors.</summary>
internal static class RoleTraffic
{
    /// <summary>A frame for a child that may have to be waited for.</summary>
    internal abstract class Outgoing(ulong id, bool opens) : INoSerializationVerificationNeeded
    {
        internal ulong Id { get; } = id;

        /// <summary>Whether something begins with it that is in flight until a frame from the child ends it.</summary>
        internal bool Opens { get; } = opens;

        internal abstract void SendOn(ChildLine line);

        /// <summary>It will not be sent: what rides on it is closed.</summary>
        internal abstract void Discard();
    }

    /// <summary>A frame for a child that may have to be waited for.</summary>
    internal sealed class Outgoing<T>(ulong id, in T message, bool opens = false, SafeDescriptor[]? descriptors = null) : Outgoing(id, opens) where T : struct, IWireMessage<T>
    {
        private readonly T _message = message;

        internal override void SendOn(ChildLine line) => line.Send(Id, _message, Opens, descriptors);

        internal override void Discard() => SafeDescriptor.DisposeAll(descriptors);
    }

    /// <summary>Frames from the child that came together, stamped with the process they came from.</summary>
    internal sealed record FromChild(int ProcessId, IReadOnlyList<ChildFrames.UserFrame> Frames) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
