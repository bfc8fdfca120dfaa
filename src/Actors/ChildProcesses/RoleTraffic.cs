using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Between a child's actor and the one actor that uses the child: frames by correlation id, both ways.</summary>
internal static class RoleTraffic
{
    internal interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>From now on the child's frames about its work go to this actor.</summary>
    internal sealed record Use(IActorRef User) : ICommand;

    /// <summary>A frame for the child.</summary>
    internal abstract class Outgoing(ulong id, bool opens) : ICommand
    {
        internal ulong Id { get; } = id;

        /// <summary>Whether something begins with it that is in flight until a frame from the child ends it.</summary>
        internal bool Opens { get; } = opens;

        internal abstract WriteOutcome WriteTo(IChannel channel);

        /// <summary>It will not be written: what rides on it is closed.</summary>
        internal abstract void Discard();
    }

    /// <summary>A frame for the child.</summary>
    internal sealed class Outgoing<T>(ulong id, in T message, bool opens = false, SafeDescriptor[]? descriptors = null) : Outgoing(id, opens) where T : struct, IWireMessage<T>
    {
        private readonly T _message = message;

        internal T Message => _message;

        internal override WriteOutcome WriteTo(IChannel channel) =>
            descriptors is null ? channel.Write(Id, _message) : channel.Write(Id, _message, descriptors);

        internal override void Discard() => SafeDescriptor.DisposeAll(descriptors);
    }

    /// <summary>Frames from the child that came together, stamped with the process they came from.</summary>
    internal sealed record FromChild(int ProcessId, IReadOnlyList<ChildFrames.UserFrame> Frames) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
