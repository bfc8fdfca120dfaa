namespace ActorBrowser.Transport;

/// <summary>The network child: fetches for the parent, which resolves names and makes the connections. Its arguments are <see cref="NetworkArgs"/>.</summary>
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
            MessageType.ResolveName, MessageType.NetworkConnect, MessageType.EgressAbandon,
        ],
        toChild:
        [
            MessageType.FetchRequest, MessageType.FetchBodyChunk, MessageType.FetchEnd, MessageType.FetchCancel,
            MessageType.Credit, MessageType.FetchRewind, MessageType.SlotsFree,
            MessageType.NameResolved, new(MessageType.EgressConnected, 1, 1), MessageType.EgressRefused,
        ])
    {
        WantsSlots = true,
        StartsAtOnce = true,
    };
}
