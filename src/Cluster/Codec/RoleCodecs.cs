namespace ActorBrowser.Cluster;

/// <summary>Calls of typed roles between nodes. What a role and its callers say to each other stays bytes of the role's own codec.</summary>
internal static class RoleCodecs
{
    private const int LongestName = 256;
    private const int LongestSignature = 64 << 10;

    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<RoleOrder>("role", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.Write(message.Role);
            writer.Write(message.Signature);
            writer.WriteBytes(message.Request);
            writer.WriteTime(message.Timeout);
            writer.Write(message.TraceParent);
        }, static (ref fields) => new RoleOrder(fields.Text(LongestName), fields.Text(LongestSignature), fields.Bytes()) { Timeout = fields.TimeOrNull(), TraceParent = fields.TextOrNull(256) }),
        MessageCodec.Of<RoleAnswer>("role-answer", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.WriteBytes(message.Answer);
        }, static (ref fields) => new RoleAnswer(fields.Bytes())),
        MessageCodec.Of<RoleItems>("role-items", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.WriteBytes(message.Items);
            writer.Write(message.Cost);
        }, static (ref fields) => new RoleItems(fields.Bytes(), fields.Int32(1))),
        MessageCodec.Of<RoleEnd>("role-end", static (ref writer, _) => writer.WriteArrayHeader(0), static (ref _) => new RoleEnd()),
        MessageCodec.Of<RoleConsumed>("role-consumed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Cost);
        }, static (ref fields) => new RoleConsumed(fields.Int32(1))),
    ];
}
