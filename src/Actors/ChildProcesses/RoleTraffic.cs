using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>A child's frames as messages between actors.</summary>
internal static class RoleTraffic
{
    /// <summary>Frames from the child that came together, stamped with the process they came from.</summary>
    internal sealed record WorkBatch(int ProcessId, IReadOnlyList<ChildFrames.UserFrame> Frames)
        : INoSerializationVerificationNeeded, IDeadLetterSuppression, ChildFrames.ICarriesDescriptor
    {
        /// <inheritdoc/>
        public void CloseUntaken() => RoleTraffic.CloseUntaken(Frames);
    }

    /// <summary>No actor takes these frames any more: what they carry is closed.</summary>
    internal static void CloseUntaken(IReadOnlyList<ChildFrames.UserFrame> frames)
    {
        foreach (var frame in frames)
            (frame as ChildFrames.ICarriesDescriptor)?.CloseUntaken();
    }
}
