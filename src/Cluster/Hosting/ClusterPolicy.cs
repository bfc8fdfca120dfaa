namespace ActorBrowser.Cluster;

/// <summary><c>actorbrowser.cluster.policy</c>: what other nodes may ask of this one.</summary>
/// <param name="Allowed">Whether each <see cref="WorkKind"/> is, by its number.</param>
/// <param name="PrivateAddresses">Whether fetches and tabs may reach private addresses.</param>
/// <param name="Proxies">Whether a fetch may name a proxy.</param>
/// <param name="Orders">Whether a task manager may end, reload and drain processes.</param>
/// <param name="Command">What a command may ask for.</param>
internal sealed record ClusterPolicy(IReadOnlyList<bool> Allowed, bool PrivateAddresses, bool Proxies, bool Orders, CommandPolicy Command)
{
    private static readonly string[] s_keys = ["fetches", "tabs", "commands", "images", "calls", "watch"];

    internal static ClusterPolicy Read(SettingsReader reader) => new(
        [.. s_keys.Select(key => reader.Switch($"cluster.policy.{key}"))], reader.Switch("cluster.policy.private-addresses"), reader.Switch("cluster.policy.proxies"), reader.Switch("cluster.policy.orders"),
        CommandPolicy.From(reader));

    /// <summary>Null, or why this kind of work is not done for other nodes. Whether a question is answered, the work decides that it is about.</summary>
    internal string? Problem(WorkKind kind) => kind == WorkKind.Question || Allowed[(int)kind] ? null : Sentence($"has {s_keys[(int)kind]} off for other nodes", s_keys[(int)kind]);

    internal static string Sentence(string what, string key) => $"The node's policy {what} (actorbrowser.cluster.policy.{key}).";
}
