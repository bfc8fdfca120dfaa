using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
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
        "/", "/home", "/root", "/var", "/tmp", "/var/tmp", "/dev/shm", Path.TrimEndingDirectorySeparator(Path.GetTempPath()), Home,
    };

    // Neither these nor what is below them.
    private static readonly string[] SystemFolders =
        ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/var/cache", "/var/lib", "/var/log", "/var/spool"];

    private static string Home => Path.TrimEndingDirectorySeparator(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    private readonly Dictionary<Key, Runner> _runners = [];
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
    internal RunnerLine For(Spawn spawn, IActorContext context, Func<RunnerLine, bool> isInUse)
    {
        var policy = settings.Sandbox.Find(spawn.Profile ?? settings.Commands.Profile)!;
        var folder = policy.NeedsWorkspace ? FolderOf(spawn) : null;
        var key = KeyOf(policy, folder);
        _last++;
        // One that is known was looked at when its runner was started.
        if (!_runners.TryGetValue(key, out var known) && folder is not null && !IsWorkspace(folder))
        {
            folder = null;
            key = KeyOf(policy, folder);
            _runners.TryGetValue(key, out known);
        }
        if (known is not null)
        {
            known.LastUse = _last;
            return known.Line;
        }
        if (_runners.Count >= MostKept)
            StopOldestIdle(context, isInUse);
        var confined = folder is null ? policy.WithoutWorkspace() : policy.ForWorkspace(folder);
        var temporary = CommandTemporary.Make(policy);
        if (temporary is not null)
            confined = confined.ForTemporary(temporary);
        var line = new RunnerLine { Temporary = temporary };
        var actor = context.ActorOf(CommandRunner.Props(line, confined, settings, launcher), $"runner-{_last}");
        line.Runner = actor;
        _runners.Add(key, new Runner(line, actor) { LastUse = _last });
        return line;
    }

    private void StopOldestIdle(IActorContext context, Func<RunnerLine, bool> isInUse)
    {
        foreach (var (key, runner) in _runners.OrderBy(static pair => pair.Value.LastUse))
        {
            if (isInUse(runner.Line))
                continue;
            context.Stop(runner.Actor);
            _runners.Remove(key);
            return;
        }
    }

    // The permission to write is the folder's own, not its path's: one that was made anew at the same path needs another runner. As long as
    // there is a runner, its number is not given to another folder.
    private static Key KeyOf(SandboxPolicy policy, string? folder) =>
        new(policy.Name, folder, folder is not null && OperatingSystem.IsLinux() ? PathProbe.TryIdentify(Encoding.UTF8.GetBytes(folder)) : null);

    private static string? FolderOf(Spawn spawn)
    {
        try
        {
            var folder = spawn.Folder is { } given ? Path.GetFullPath(Encoding.UTF8.GetString(given.Bytes.Span)) : Environment.CurrentDirectory;
            return folder.Contains('\uFFFD', StringComparison.Ordinal) ? null : Path.TrimEndingDirectorySeparator(folder);
        }
        catch (IOException)
        {
            // This process's own folder has been removed: there is no folder to write in.
            return null;
        }
    }

    private bool IsWorkspace(string folder)
    {
        if (!Directory.Exists(folder))
            return false;
        // A link, made by a command, say, may lead anywhere by the time the folder is used.
        if (IsWithoutLinks(folder) && !NoWorkspaces.Contains(folder) && !Array.Exists(SystemFolders, system => IsIn(folder, system)) && !IsIn(folder, Home + "/."))
            return true;
        log.Warning("A command works in {0}, which is never given to a command to write: it may read there", folder);
        return false;
    }

    private static bool IsIn(string folder, string of) => folder.StartsWith(of, StringComparison.Ordinal) && (of[^1] == '.' || folder.Length == of.Length || folder[of.Length] == '/');

    private static bool IsWithoutLinks(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return new DirectoryInfo(folder).LinkTarget is null;
        using var open = PathProbe.OpenFolder(Encoding.UTF8.GetBytes(folder), out var errno);
        return errno == 0 && new FileInfo($"/proc/self/fd/{open!.Value}").LinkTarget == folder;
    }

    private readonly record struct Key(string Profile, string? Folder, (ulong Device, ulong Inode)? File);

    private sealed class Runner(RunnerLine line, IActorRef actor)
    {
        internal RunnerLine Line { get; } = line;

        internal IActorRef Actor { get; } = actor;

        internal int LastUse { get; set; }
    }
}
