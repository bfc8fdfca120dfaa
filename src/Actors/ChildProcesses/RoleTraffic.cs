using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>A child's frames as messages between actors.</summary>
internal static class RoleTraffic
{
    /// <summary>Frames that were read together, with the pid of the child that sent them.</summary>
    internal sealed record WorkBatch(int ProcessId, IReadOnlyList<ChildFrames.UserFrame> Frames)
        : INoSerializationVerificationNeeded, IDeadLetterSuppression, ChildFrames.ICarriesDescriptor
    {
        /// <inheritdoc/>
        public void CloseUntaken() => RoleTraffic.CloseUntaken(Frames);
    }

    /// <summary>No actor takes these frames: closes their descriptors.</summary>
    internal static void CloseUntaken(IReadOnlyList<ChildFrames.UserFrame> frames)
    {
        foreach (var frame in frames)
            (frame as ChildFrames.ICarriesDescriptor)?.CloseUntaken();
    }
}
