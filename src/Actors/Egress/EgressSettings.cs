namespace ActorBrowser;

/// <summary><c>actorbrowser.egress</c>.</summary>
/// <param name="MaxConnections">The most connections of one world at a time.</param>
/// <param name="RequestTimeout">How long a program may take to say where it wants to connect.</param>
/// <param name="ResolveTimeout">How long a name may take.</param>
/// <param name="ConnectTimeout">How long connecting to one address may take.</param>
/// <param name="IdleTimeout">How long a connection may carry nothing.</param>
internal sealed record EgressSettings(int MaxConnections, TimeSpan RequestTimeout, TimeSpan ResolveTimeout, TimeSpan ConnectTimeout, TimeSpan IdleTimeout)
{
    internal static EgressSettings Read(SettingsReader reader) => new(
        // Two descriptors each, of the 8192 that an egress child may have.
        reader.Number("egress.max-connections", 1, 3500),
        reader.Time("egress.request-timeout", positive: true),
        reader.Time("egress.resolve-timeout", positive: true),
        reader.Time("egress.connect-timeout", positive: true),
        reader.Time("egress.idle-timeout", positive: true));
}
