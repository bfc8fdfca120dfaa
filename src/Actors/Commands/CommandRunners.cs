using System.Text;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// The registry's runners: one for each profile, and for each folder where the profile lets a command write its folder.
/// A command never shares a runner with one that may write elsewhere.
/// </summary>
internal sealed class CommandRunners(ActorBrowserSettings settings, IChildLauncher launcher, ILoggingAdapter log)
{
    private const int MostKept = 8;

    private static readonly HashSet<string> NoWorkspaces = new(StringComparer.Ordinal)
    {
        "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var",
    };

    private readonly Dictionary<string, Runner> _runners = new(StringComparer.Ordinal);
    private int _last;

    /// <summary>Null, or why no runner runs this.</summary>
    internal string? Refusal(Spawn spawn)
    {
        var name = spawn.Profile ?? settings.Commands.Profile;
        return settings.Sandbox.Find(name) is not { } policy ? $"There is no sandbox profile '{name}'."
            : !policy.MayExecute && !policy.IsUnconfined ? $"The sandbox profile '{name}' is not one for commands: it executes nothing."
            : null;
    }

    /// <summary>The runner for a command; started by the first that needs it.</summary>
    internal IActorRef For(Spawn spawn, IActorContext context, Func<IActorRef, bool> isInUse)
    {
        var policy = settings.Sandbox.Find(spawn.Profile ?? settings.Commands.Profile)!;
        var folder = policy.NeedsWorkspace ? WorkspaceOf(spawn) : null;
        var key = $"{policy.Name}\n{folder}";
        _last++;
        if (_runners.TryGetValue(key, out var known))
        {
            known.LastUse = _last;
            return known.Actor;
        }
        if (_runners.Count >= MostKept)
            StopOldestIdle(context, isInUse);
        var confined = folder is null ? policy.WithoutWorkspace() : policy.ForWorkspace(folder);
        var actor = context.ActorOf(CommandRunner.Props(confined, settings, launcher), $"runner-{_last}");
        _runners.Add(key, new Runner(actor) { LastUse = _last });
        return actor;
    }

    private void StopOldestIdle(IActorContext context, Func<IActorRef, bool> isInUse)
    {
        foreach (var (key, runner) in _runners.OrderBy(static pair => pair.Value.LastUse))
        {
            if (isInUse(runner.Actor))
                continue;
            context.Stop(runner.Actor);
            _runners.Remove(key);
            return;
        }
    }

    private string? WorkspaceOf(Spawn spawn)
    {
        var folder = Environment.CurrentDirectory;
        if (spawn.Folder is { } given)
        {
            var text = Encoding.UTF8.GetString(given.Bytes.Span);
            if (text.Contains('\uFFFD', StringComparison.Ordinal))
                return null;
            folder = Path.GetFullPath(text);
        }
        folder = Path.TrimEndingDirectorySeparator(folder);
        if (!Directory.Exists(folder))
            return null;
        if (!NoWorkspaces.Contains(new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder))
            return folder;
        log.Warning("A command works in {0}, which is never given to a command to write: it may read there", folder);
        return null;
    }

    private sealed class Runner(IActorRef actor)
    {
        internal IActorRef Actor { get; } = actor;

        internal int LastUse { get; set; }
    }
}
