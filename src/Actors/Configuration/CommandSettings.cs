namespace ActorBrowser;

/// <summary><c>actorbrowser.commands</c>.</summary>
/// <param name="Capacity">The most entries in the registry.</param>
/// <param name="MaxQueued">The most commands that may wait for room in the registry.</param>
/// <param name="Profile">The profile of commands that name none.</param>
/// <param name="ShareWorlds">Whether commands of one profile and folder share a runner.</param>
/// <param name="Environment">Names of variables that are inherited by default.</param>
/// <param name="WindowsEnvironment">On Windows, further names.</param>
/// <param name="Grace">The time between TERM and KILL.</param>
/// <param name="DrainTimeout">How long processes that outlive a command may go on writing.</param>
/// <param name="RetainedHead">In bytes.</param>
/// <param name="RetainedTail">In bytes.</param>
/// <param name="Window">The most output, or input, in transit, in bytes.</param>
/// <param name="MaxQueuedInput">In bytes.</param>
internal sealed record CommandSettings(
    int Capacity, int MaxQueued, string Profile, bool ShareWorlds, IReadOnlyList<string> Environment, IReadOnlyList<string> WindowsEnvironment, TimeSpan Grace, TimeSpan DrainTimeout,
    int RetainedHead, int RetainedTail, int Window, long MaxQueuedInput)
{
    internal static CommandSettings Read(SettingsReader reader) => new(
        reader.Number("commands.capacity", 1, 1_000_000),
        reader.Number("commands.max-queued", 0, 1_000_000),
        reader.Text("commands.profile"),
        reader.Switch("commands.share-worlds"),
        reader.Texts("commands.environment"),
        reader.Texts("commands.windows-environment"),
        reader.Time("commands.grace"),
        reader.Time("commands.drain-timeout"),
        (int)reader.Bytes("commands.retained-head", 0, 1 << 30),
        (int)reader.Bytes("commands.retained-tail", 1024, 1 << 30),
        (int)reader.Bytes("commands.window", 1024, 1 << 30),
        reader.Bytes("commands.max-queued-input", 1024, 1L << 40));
}
