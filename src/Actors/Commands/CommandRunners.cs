using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// The registry's runners: one for each command, which ends with it; a shared one for commands of one world's name, profile and folder. Of what
/// is asked for again, the next runner is started before it is needed.
/// </summary>
internal sealed class CommandRunners(ActorBrowserSettings settings, IChildLauncher launcher, ILoggingAdapter log)
{
    private const int MostKept = 8;
    private const int MostGranted = 32;

    private readonly Dictionary<Key, Runner> _shared = [];
    private readonly Dictionary<Key, Runner> _spare = [];
    private readonly Dictionary<RunnerQueue, Runner> _own = [];
    private readonly HashSet<Key> _asked = [];
    // The same policy for the same question, so that its launch plan is made once.
    private readonly Dictionary<Key, SandboxPolicy> _granted = [];
    private int _last;
    private int _started;

    /// <summary>Null, or why no runner runs this.</summary>
    internal (SpawnFailure Kind, string Message)? Refusal(Spawn spawn)
    {
        var name = spawn.Profile ?? settings.Commands.Profile;
        return settings.Sandbox.Find(name) is not { } policy ? (SpawnFailure.InvalidRequest, $"There is no sandbox profile '{name}'.")
            : !policy.MayExecute && !policy.IsUnconfined ? (SpawnFailure.InvalidRequest, $"The sandbox profile '{name}' is not one for commands: it executes nothing.")
            : spawn.Folder is not null && HasWorld(policy) && CommandWorkspace.FolderOf(spawn) is null ? (SpawnFailure.BadFolder, "The folder's name is no text: a world of a command's own has none of that name.")
            : null;
    }

    private bool HasWorld(SandboxPolicy policy) => settings.Sandbox.IsEnabled && settings.Sandbox.Machine.GivesWorld(policy);

    /// <summary>The runner for a command; started by the first that needs it.</summary>
    /// <returns>Null if none can be had: <paramref name="problem"/> says why.</returns>
    internal RunnerQueue? For(Spawn spawn, IActorContext context, Func<RunnerQueue, bool> isInUse, out string? problem)
    {
        problem = null;
        _last++;
        var policy = settings.Sandbox.Find(spawn.Profile ?? settings.Commands.Profile)!;
        var hasWorld = HasWorld(policy);
        var folder = CommandWorkspace.FolderOf(spawn);
        var workspace = policy.NeedsWorkspace && folder is not null ? Workspace(folder, hasWorld) : null;
        var identity = workspace is not null && OperatingSystem.IsLinux() ? PathProbe.TryIdentify(workspace) : null;
        var isShared = settings.Commands.ShareWorlds || spawn.World is not null;
        var key = new Key(policy.Name, hasWorld || workspace is not null ? folder : null, identity, string.Join('\n', spawn.Read ?? []), spawn.World);
        if (isShared ? _shared.TryGetValue(key, out var known) : TryTakeSpare(key, context, out known))
        {
            workspace?.Dispose();
            known.LastUse = _last;
        }
        else if (Start(Granted(key, policy, spawn, folder, workspace is not null, hasWorld), hasWorld, isShared, workspace, context, out problem) is { } started)
        {
            known = started;
        }
        else
        {
            return null;
        }
        if (isShared)
        {
            if (_shared.TryAdd(key, known) && _shared.Count > MostKept)
                StopOldestIdle(context, queue => queue == known.Queue || isInUse(queue));
        }
        else
        {
            _own.Add(known.Queue, known);
            // What is asked for a second time will be a third.
            if (!_asked.Add(key) && !_spare.ContainsKey(key))
                Spare(key, policy, spawn, folder, hasWorld, context);
        }
        return known.Queue;
    }

    // In a world that was made before a protected name was there, that name is not held.
    private bool TryTakeSpare(Key key, IActorContext context, [NotNullWhen(true)] out Runner? spare)
    {
        if (!_spare.Remove(key, out spare))
            return false;
        if (spare.Queue.Appeared().Count == 0)
            return true;
        context.Stop(spare.Actor);
        return false;
    }

    /// <summary>A command has ended: its runner does, too, if it is its own.</summary>
    internal void OnEnded(RunnerQueue queue, IActorContext context)
    {
        if (_own.Remove(queue, out var runner))
            context.Stop(runner.Actor);
    }

    /// <summary>A runner's actor has stopped unasked, and its process was killed with it.</summary>
    /// <returns>Its queue, whose commands are lost; null for one that was stopped here.</returns>
    internal RunnerQueue? TakeStopped(IActorRef actor)
    {
        var own = _own.Values.FirstOrDefault(runner => runner.Actor.Equals(actor));
        if (own is not null)
            _own.Remove(own.Queue);
        return own?.Queue ?? TakeFrom(_shared, actor) ?? TakeFrom(_spare, actor);
    }

    private static RunnerQueue? TakeFrom(Dictionary<Key, Runner> runners, IActorRef actor)
    {
        foreach (var (key, runner) in runners)
        {
            if (!runner.Actor.Equals(actor))
                continue;
            runners.Remove(key);
            return runner.Queue;
        }
        return null;
    }

    private SafeDescriptor? Workspace(string folder, bool hasWorld)
    {
        var open = CommandWorkspace.Open(folder, out var refusal);
        if (refusal is not null)
            log.Warning("A command works in {0}, which is never given to a command, as {1}: {2}", folder, refusal, hasWorld ? "it sees an empty folder" : "it cannot write there");
        return open;
    }

    private SandboxPolicy Granted(in Key key, SandboxPolicy policy, Spawn spawn, string? folder, bool hasWorkspace, bool hasWorld)
    {
        // What is to be read besides is looked at each time, and a folder for temporary files belongs to one runner.
        if (!hasWorld || spawn.Read is { Count: > 0 })
            return Grant(policy, spawn, folder, hasWorkspace, key.File);
        if (_granted.TryGetValue(key, out var known))
            return known;
        if (_granted.Count == MostGranted)
            _granted.Clear();
        return _granted[key] = Grant(policy, spawn, folder, hasWorkspace, key.File);
    }

    private SandboxPolicy Grant(SandboxPolicy policy, Spawn spawn, string? folder, bool hasWorkspace, (ulong, ulong)? identity)
    {
        policy = hasWorkspace ? policy.ForWorkspace(folder!, identity) : policy.WithoutWorkspace();
        foreach (var path in spawn.Read ?? [])
        {
            if (folder is not null && LinkWalk.IsLedBy(path, folder))
                log.Warning("{0} is not granted to a command in {1}: a link in that folder leads there, which a command may have made", path, folder);
            else
                policy = policy.AllowRead(path);
        }
        return policy.StartIn(folder ?? "/");
    }

    private void Spare(Key key, SandboxPolicy policy, Spawn spawn, string? folder, bool hasWorld, IActorContext context)
    {
        SafeDescriptor? workspace = null;
        if (key.File is not null)
        {
            workspace = CommandWorkspace.Open(folder!, out _);
            if (workspace is null || PathProbe.TryIdentify(workspace) != key.File)
            {
                workspace?.Dispose();
                return;
            }
        }
        if (Start(Granted(key, policy, spawn, folder, workspace is not null, hasWorld), hasWorld, isShared: false, workspace, context, out _) is not { } spare)
            return;
        spare.Actor.Tell(CommandRunner.Wanted.Instance, ActorRefs.NoSender);
        _spare.Add(key, spare);
        if (_spare.Count <= MostKept)
            return;
        var (oldest, idle) = _spare.MinBy(static pair => pair.Value.LastUse);
        context.Stop(idle.Actor);
        _spare.Remove(oldest);
        _asked.Remove(oldest);
    }

    private Runner? Start(SandboxPolicy policy, bool hasWorld, bool isShared, SafeDescriptor? workspace, IActorContext context, out string? problem)
    {
        problem = null;
        var temporary = hasWorld ? null : CommandTemporary.Make(policy, out problem);
        if (problem is not null)
        {
            workspace?.Dispose();
            return null;
        }
        if (temporary is not null)
            policy = policy.ForTemporary(temporary);
        var queue = new RunnerQueue
        {
            Temporary = temporary,
            TemporarySeen = hasWorld ? "/tmp" : temporary,
            HasWorld = hasWorld,
            ServesOne = !isShared,
            Workspace = workspace,
            Names = ProtectedNames.Of(policy, workspace),
        };
        var actor = context.Watch(context.ActorOf(CommandRunner.Props(queue, policy, settings, launcher), string.Create(CultureInfo.InvariantCulture, $"runner-{++_started}")));
        queue.Runner = actor;
        return new Runner(queue, actor) { LastUse = _last };
    }

    private void StopOldestIdle(IActorContext context, Func<RunnerQueue, bool> isInUse)
    {
        foreach (var (key, runner) in _shared.OrderBy(static pair => pair.Value.LastUse))
        {
            if (isInUse(runner.Queue))
                continue;
            context.Stop(runner.Actor);
            _shared.Remove(key);
            return;
        }
    }

    // What is granted is the folder itself, not its path: one that was made anew at the same path is another.
    private readonly record struct Key(string Profile, string? Folder, (ulong Device, ulong Inode)? File, string Read, string? World);

    private sealed class Runner(RunnerQueue queue, IActorRef actor)
    {
        internal RunnerQueue Queue { get; } = queue;

        internal IActorRef Actor { get; } = actor;

        internal int LastUse { get; set; }
    }
}
