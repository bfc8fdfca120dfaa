using ActorBrowser.Interop;

namespace ActorBrowser.Cluster;

/// <summary><c>actorbrowser.cluster.policy.command</c>: what a command of another node may ask for.</summary>
/// <param name="Profiles">The profiles that it may name.</param>
/// <param name="Folders">The folders that it may start in, and everything below them.</param>
/// <param name="Environment">The variables of this node that it may inherit by name, besides those that all commands do.</param>
/// <param name="Inherited">The variables that all commands inherit.</param>
/// <param name="World">Whether it may name a world.</param>
/// <param name="Read">Whether it may name further paths to read.</param>
/// <param name="Egress">Whether it may name hosts.</param>
/// <param name="Scratch">Whether it may name a scratch.</param>
/// <param name="SpillFile">Whether it may name a file of the node for its output.</param>
/// <param name="Secrets">Whether it may have secrets.</param>
/// <param name="Longest">The longest run; zero for no limit.</param>
internal sealed record CommandPolicy(
    IReadOnlyList<string> Profiles, IReadOnlyList<string> Folders, IReadOnlyList<string> Environment, IReadOnlyList<string> Inherited, bool World, bool Read, bool Egress, bool Scratch, bool SpillFile, bool Secrets, TimeSpan Longest)
{
    private const int MostShown = 200;
    private const string Section = "cluster.policy.command.";

    internal static CommandPolicy From(SettingsReader reader) => new(
        reader.Texts(Section + "profiles"), reader.Texts(Section + "folders"), reader.Texts(Section + "environment"),
        reader.Texts("commands.environment"), reader.Switch(Section + "world"), reader.Switch(Section + "read"), reader.Switch(Section + "egress"), reader.Switch(Section + "scratch"),
        reader.Switch(Section + "spill-file"), reader.Switch(Section + "secrets"), reader.Time(Section + "longest"));

    /// <summary>Null, or why a command is refused: one sentence with the field and the key.</summary>
    internal string? Problem(CommandOrder order) =>
        order.Profile is { } profile && !Profiles.Contains(profile) ? Sentence($"does not allow the profile '{Shown(profile)}' (Spawn.Profile)", "profiles")
        : order.Folder is { } folder && !IsAllowed(folder) ? Sentence($"does not allow the folder '{Shown(folder.ToString())}' (Spawn.Folder)", "folders")
        : order.Environment?.Inherited?.FirstOrDefault(name => !Environment.Contains(name) && !Inherited.Contains(name)) is { } variable
            ? Sentence($"does not let a command inherit the variable '{Shown(variable)}' (Spawn.Environment)", "environment")
        : order.World is not null && !World ? Sentence("allows no worlds (Spawn.World)", "world")
        : order.Read is not null && !Read ? Sentence("allows no further paths to read (Spawn.Read)", "read")
        : order.Egress is not null && !Egress ? Sentence("allows no hosts (Spawn.Egress)", "egress")
        : order.Scratch is not null && !Scratch ? Sentence("allows no scratch (Spawn.Scratch)", "scratch")
        : order.SpillFile is not null && !SpillFile ? Sentence("allows no file for the output (Spawn.SpillFile)", "spill-file")
        : order.Secrets is { Count: > 0 } && !Secrets ? Sentence("allows no secrets (Spawn.Secrets)", "secrets")
        : Longest > TimeSpan.Zero && order.TotalTimeout > Longest ? Sentence($"allows {Longest} at most, not {order.TotalTimeout} (Spawn.TotalTimeout)", "longest")
        : Longest > TimeSpan.Zero && order.Grace > Longest ? Sentence($"allows {Longest} at most, not {order.Grace} (Spawn.Grace)", "longest")
        : null;

    /// <summary>The order with the longest run that the policy allows, if it names none.</summary>
    internal CommandOrder Limit(CommandOrder order) => Longest > TimeSpan.Zero && order.TotalTimeout is null ? order with { TotalTimeout = Longest } : order;

    // Where it leads: a command may have made links in a folder that is allowed.
    private bool IsAllowed(CommandText folder)
    {
        var asked = folder.ToString();
        if (!Path.IsPathFullyQualified(asked) || !Directory.Exists(asked))
            return false;
        if (OperatingSystem.IsWindows())
            return WindowsPath.Problem(asked) is null && Folders.Any(allowed => WindowsPath.IsIn(asked, allowed));
        var path = PersonalFolders.RealPath(asked).TrimEnd('/');
        return Folders.Select(static allowed => PersonalFolders.RealPath(allowed).TrimEnd('/'))
            .Any(allowed => path == allowed || path.StartsWith(allowed + "/", StringComparison.Ordinal));
    }

    // A text of the asker may be longer than an answer may be.
    private static string Shown(string text) => VisibleText.Shorten(VisibleText.Line(VisibleText.Shorten(text, MostShown)), MostShown);

    private static string Sentence(string what, string key) => ClusterPolicy.Sentence(what, "command." + key);
}

/// <summary><c>actorbrowser.cluster.orphans</c>: what happens to a running command when the node that asked for it is lost.</summary>
internal enum OrphanRule
{
    /// <summary>It is ended.</summary>
    Kill,

    /// <summary>It runs on.</summary>
    Keep,
}
