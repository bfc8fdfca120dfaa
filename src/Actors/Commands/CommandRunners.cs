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
/// The registry's runners: one for each command, which ends with the command, or one shared by all commands with the same world name,
/// profile and folder. If the same kind of runner is requested twice, the next one is started in advance.
/// </summary>
internal sealed class CommandRunners(ActorBrowserSettings settings, IChildLauncher launcher, ILoggingAdapter log, IActorRef permissions, IActorRef resolver)
{
    /// <summary>The shipped profile with a named egress.</summary>
    internal const string Networked = "command-networked";

    private const int MostKept = 8;
    private const int MostGranted = 32;

    private readonly Dictionary<Key, Runner> _shared = [];
    private readonly Dictionary<Key, Runner> _spare = [];
    private readonly Dictionary<RunnerQueue, Runner> _own = [];
    private readonly HashSet<Key> _asked = [];
    // Keeps one policy for each key, so that its launch plan is made once.
    private readonly Dictionary<Key, SandboxPolicy> _granted = [];
    private int _last;
    private int _started;

    /// <summary>Names the profile of a command that names hosts but no profile, unless the configured one has a named egress.</summary>
    internal Spawn WithProfile(Spawn spawn) => spawn is { Profile: null, Egress.Count: > 0 } && settings.Sandbox.Find(settings.Commands.Profile) is not { HasNamedEgress: true }
        ? spawn with { Profile = Networked } : spawn;

    /// <summary>Null, or why no runner can run this command.</summary>
    internal (SpawnFailure Kind, string Message)? Refusal(Spawn spawn)
    {
        var name = spawn.Profile ?? settings.Commands.Profile;
        return settings.Sandbox.Find(name) is not { } policy ? (SpawnFailure.InvalidRequest, $"The sandbox profile '{name}' does not exist; the profiles are {string.Join(", ", settings.Sandbox.Profiles.Select(static one => one.Name))}.")
            : !policy.MayExecute && !policy.IsUnconfined ? (SpawnFailure.InvalidRequest, $"The sandbox profile '{name}' cannot run commands: it forbids executing programs.")
            : spawn.Egress is { Count: > 0 } && !policy.HasNamedEgress ? (SpawnFailure.InvalidRequest, $"The sandbox profile '{name}' has no named egress, so no rule for hosts applies to it; command-networked has one.")
            : spawn.Egress is { } rules && EgressRules.Problem([.. policy.EgressRules, .. rules]) is { } problem ? (SpawnFailure.InvalidRequest, problem)
            : spawn.Folder is not null && HasWorld(policy) && CommandWorkspace.FolderOf(spawn) is null ? (SpawnFailure.BadFolder, "The folder's name is not valid text, so it cannot be mounted in the command's world.")
            : RefusalOfScratch(spawn, policy) is { } refusal ? refusal
            : !Asks(spawn, policy) ? null
            : settings.Commands.ShareWorlds || spawn.World is not null ? (SpawnFailure.InvalidRequest, "A command that asks needs a world of its own: a grant is for one command, and in a shared world no process belongs to one for certain.")
            : !HasWorld(policy) || !settings.Sandbox.Machine.CanNotify ? (SpawnFailure.Unavailable, "A command cannot ask here: that needs a world, and seccomp's user notification (see doctor).")
            : null;
    }

    private (SpawnFailure Kind, string Message)? RefusalOfScratch(Spawn spawn, SandboxPolicy policy) => spawn.Scratch is null ? null
        : settings.Commands.ShareWorlds || spawn.World is not null ? (SpawnFailure.InvalidRequest, "A command with a scratch needs a world of its own.")
        : !HasWorld(policy) ? (SpawnFailure.Unavailable, "A scratch is not available here: it needs a world (see doctor).")
        : !policy.Files.Any(static rule => rule.Path == PolicyPaths.Workspace && rule.Rights.HasFlag(FileRights.Write)) ? (SpawnFailure.InvalidRequest, $"The profile '{policy.Name}' may not change the command's folder: a scratch would stay empty.")
        : null;

    private static bool Asks(Spawn spawn, SandboxPolicy policy) => (spawn.OnRefusal ?? (policy.AsksOnRefusal ? RefusalMode.Ask : RefusalMode.Deny)) == RefusalMode.Ask;

    private static SandboxPolicy WithAsking(Spawn spawn, SandboxPolicy policy) => !Asks(spawn, policy) ? (policy.AsksOnRefusal ? policy with { AsksOnRefusal = false } : policy)
        : policy with { AsksOnRefusal = true, NeverAsked = StateFolder.Find() };

    private bool HasWorld(SandboxPolicy policy) => settings.Sandbox.IsEnabled && settings.Sandbox.Machine.GivesWorld(policy);

    /// <summary>Returns the runner for a command, and starts it if there is none.</summary>
    /// <returns>Null if there can be none; <paramref name="problem"/> says why.</returns>
    internal RunnerQueue? For(Spawn spawn, IActorContext context, Func<RunnerQueue, bool> isInUse, out string? problem)
    {
        problem = null;
        _last++;
        var policy = WithAsking(spawn, settings.Sandbox.Find(spawn.Profile ?? settings.Commands.Profile)!);
        var hasWorld = HasWorld(policy);
        var folder = CommandWorkspace.FolderOf(spawn);
        var workspace = policy.NeedsWorkspace && folder is not null ? Workspace(folder, hasWorld) : null;
        var identity = workspace is not null && OperatingSystem.IsLinux() ? PathProbe.TryIdentify(workspace) : null;
        var isShared = settings.Commands.ShareWorlds || spawn.World is not null;
        var key = new Key(policy.Name, hasWorld || workspace is not null ? folder : null, identity, string.Join('\n', spawn.Read ?? []), spawn.World, policy.AsksOnRefusal, policy.HasNamedEgress ? string.Join('\n', spawn.Egress ?? []) : "");
        IDisposable? scratch = null;
        if (spawn.Scratch is { } name)
        {
            problem = BeginScratch(name, folder, identity, ref policy, out scratch);
            if (problem is not null)
            {
                workspace?.Dispose();
                return null;
            }
        }
        Runner? known = null;
        if (isShared ? _shared.TryGetValue(key, out known) : scratch is null && TryTakeSpare(key, context, out known))
        {
            workspace?.Dispose();
            known.LastUse = _last;
        }
        else if (Start(Granted(key, policy, spawn, folder, workspace is not null, hasWorld), hasWorld, isShared, workspace, context, out problem, scratch) is { } started)
        {
            known = started;
        }
        else
        {
            scratch?.Dispose();
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
            // A key requested twice is likely to be requested again.
            if (scratch is null && !_asked.Add(key) && !_spare.ContainsKey(key))
                Spare(key, policy, spawn, folder, hasWorld, context);
        }
        return known.Queue;
    }

    private static string? BeginScratch(string name, string? folder, (ulong, ulong)? identity, ref SandboxPolicy policy, out IDisposable? held)
    {
        held = null;
        if (folder is null || identity is null)
            return "The command's folder cannot be its workspace, so there is nothing to make a scratch of.";
        try
        {
            policy = policy with { Scratch = ScratchFolder.Begin(name, folder, identity.Value, policy.Protected, out held) };
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    // A spare world does not hold a protected name that was created after it.
    private bool TryTakeSpare(Key key, IActorContext context, [NotNullWhen(true)] out Runner? spare)
    {
        if (!_spare.Remove(key, out spare))
            return false;
        if (spare.Queue.Appeared().Count == 0)
            return true;
        context.Stop(spare.Actor);
        return false;
    }

    /// <summary>Called when a command has ended: stops its runner if that served only this command.</summary>
    internal void OnEnded(RunnerQueue queue, IActorContext context)
    {
        if (_own.Remove(queue, out var runner))
            context.Stop(runner.Actor);
    }

    /// <summary>A runner's actor stopped without being asked, and its process was killed with it.</summary>
    /// <returns>Its queue, whose commands are lost; null if this class stopped the runner.</returns>
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
            log.Warning("A command works in {0}, which no command gets as its workspace because {1}: {2}", folder, refusal, hasWorld ? "it sees an empty folder" : "it cannot write there");
        return open;
    }

    private SandboxPolicy Granted(in Key key, SandboxPolicy policy, Spawn spawn, string? folder, bool hasWorkspace, bool hasWorld)
    {
        // Read paths are checked each time, and a folder for temporary files belongs to one runner.
        if (!hasWorld || spawn.Read is { Count: > 0 } || policy.Scratch is not null)
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
                log.Warning("{0} is not granted to a command in {1}: a link in that folder, which a command may have created, leads there", path, folder);
            else
                policy = policy.AllowRead(path);
        }
        if (policy.HasNamedEgress)
        {
            policy = policy.AllowEgress(spawn.Egress ?? []);
            policy = policy with { EgressPorts = [.. EgressRules.Of(policy.EgressRules).Ports] };
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

    private Runner? Start(SandboxPolicy policy, bool hasWorld, bool isShared, SafeDescriptor? workspace, IActorContext context, out string? problem, IDisposable? scratch = null)
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
        var egress = policy.HasNamedEgress && hasWorld ? EgressOf(policy) : null;
        var queue = new RunnerQueue
        {
            Egress = egress?.Audience,
            WhyNoEgress = policy.HasNamedEgress && !hasWorld ? $"The profile {policy.Name} reaches hosts through the browser only, which needs a world and a network of its own; this machine has none (actorbrowser doctor), so the command had no network." : null,
            Temporary = temporary,
            TemporarySeen = hasWorld ? "/tmp" : temporary,
            HasWorld = hasWorld,
            ServesOne = !isShared,
            Workspace = workspace,
            Scratch = scratch,
            Names = ProtectedNames.Of(policy, workspace),
        };
        var actor = context.Watch(context.ActorOf(CommandRunner.Props(queue, policy, settings, launcher, egress), string.Create(CultureInfo.InvariantCulture, $"runner-{++_started}")));
        queue.Runner = actor;
        return new Runner(queue, actor) { LastUse = _last };
    }

    private EgressSetup EgressOf(SandboxPolicy policy) =>
        new(settings, launcher, policy.Name, EgressRules.Of(policy.EgressRules), policy.AsksOnRefusal ? RefusalMode.Ask : RefusalMode.Deny, new EgressAudience(), resolver, permissions);

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

    // The grant is for the folder itself, not its path: a folder created later at the same path is another one.
    private readonly record struct Key(string Profile, string? Folder, (ulong Device, ulong Inode)? File, string Read, string? World, bool Asks, string Egress);

    private sealed class Runner(RunnerQueue queue, IActorRef actor)
    {
        internal RunnerQueue Queue { get; } = queue;

        internal IActorRef Actor { get; } = actor;

        internal int LastUse { get; set; }
    }
}
