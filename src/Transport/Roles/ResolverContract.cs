namespace ActorBrowser.Transport;

/// <summary>The resolver: turns names into addresses for the parent, which never reads a name server's answer itself. It has no arguments.</summary>
internal static class ResolverContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "resolver";

    internal static RoleContract Value { get; } = new(Name, fromChild: [MessageType.NameResolved], toChild: [MessageType.ResolveName]);
}
