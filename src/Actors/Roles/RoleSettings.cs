using ActorBrowser.Transport;
using Akka.Configuration;

namespace ActorBrowser;

/// <summary><c>actorbrowser.role</c>, and <c>actorbrowser.roles.NAME</c> for one role.</summary>
/// <param name="Spares">Children that are ready and have no request.</param>
/// <param name="MaxProcesses">The most children.</param>
/// <param name="MaxConcurrent">The most requests at a time in one child.</param>
/// <param name="MaxWaiting">The most requests that may wait for a child.</param>
/// <param name="IdleTimeout">How long a child above the spares may have no request before it is ended.</param>
/// <param name="RefillAfter">The delay before a spare is started.</param>
/// <param name="Timeout">How long a request may take, including the wait for a child; 0 for no limit.</param>
/// <param name="CancelGrace">How long a cancelled request may go on before its child is killed.</param>
/// <param name="MaxMessage">The longest message, in bytes.</param>
/// <param name="Window">How far a stream, or a child's events, may be ahead of the reader, in bytes.</param>
internal sealed record RoleSettings(
    int Spares, int MaxProcesses, int MaxConcurrent, int MaxWaiting, TimeSpan IdleTimeout, TimeSpan RefillAfter, TimeSpan Timeout, TimeSpan CancelGrace, int MaxMessage, int Window)
{
    internal const string Defaults = "role";
    internal const string Named = "roles";

    /// <summary>Reads a role's settings: configuration under its name, then what the program sets, then the defaults.</summary>
    internal static RoleSettings Read(SettingsReader reader, string role, RoleOptions options)
    {
        var spares = options.Spares is { } s && !Has("spares") ? s : reader.Number(Key("spares"), 0, 1000);
        return new RoleSettings(
            spares,
            options.MaxProcesses is { } p && !Has("max-processes") ? p : reader.Number(Key("max-processes"), 1, 100_000),
            options.MaxConcurrent is { } c && !Has("max-concurrent") ? c : reader.Number(Key("max-concurrent"), 1, 10_000),
            reader.Number(Key("max-waiting"), 0, 1_000_000),
            reader.Time(Key("idle-timeout"), positive: true),
            reader.Time(Key("refill-after")),
            options.Timeout is { } t && !Has("timeout") ? t : reader.Time(Key("timeout")),
            reader.Time(Key("cancel-grace"), positive: true),
            (int)reader.Bytes(Key("max-message"), 1024, RoleRequest.MaxLength),
            (int)reader.Bytes(Key("window"), 64 << 10, 16 << 20));

        bool Has(string key) => reader.Has($"{Named}.{role}.{key}");

        string Key(string key) => Has(key) ? $"{Named}.{role}.{key}" : $"{Defaults}.{key}";
    }

    /// <summary>Refuses sections of roles that the program does not add, and unknown keys.</summary>
    internal static void Check(SettingsReader reader, IEnumerable<string> roles)
    {
        var known = roles.ToArray();
        if (reader.Sections(Named, like: Defaults).FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new ConfigurationException($"actorbrowser.{Named}.{unknown} is no role of this program: it adds {(known.Length == 0 ? "none" : string.Join(", ", known.Order(StringComparer.Ordinal)))} by AddRole.");
    }
}
