namespace ActorBrowser.Transport;

/// <summary>The network child: fetches for the parent. Its arguments are <see cref="NetworkArgs"/>.</summary>
internal static class NetworkContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "network";

    internal static RoleContract Value { get; } = new(
        Name,
        fromChild:
        [
            MessageType.FetchHeaders, MessageType.FetchBodyChunk, MessageType.FetchBodySlot, MessageType.FetchEnd, MessageType.FetchError,
            MessageType.Credit, MessageType.FetchRewind, MessageType.FetchBodyUnwanted,
        ],
        toChild:
        [
            MessageType.FetchRequest, MessageType.FetchBodyChunk, MessageType.FetchEnd, MessageType.FetchCancel,
            MessageType.Credit, MessageType.FetchRewind, MessageType.SlotsFree,
        ])
    {
        WantsSlots = true,
        StartsAtOnce = true,
    };
}
