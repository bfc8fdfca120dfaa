using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// The registry's runners: one for each command, which ends with the command, or one shared by all commands with the same world name,
/// profile and folder. If the same kind of runner is requested twice, the next one is started in advance.
/// </summary>
internal sealed partial class CommandRunners(ActorBrowserSettings settings, IChildLauncher launcher, ILoggingAdapter log, IActorRef permissions, IActorRef resolver)
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
    internal Spawn WithProfile(Spawn spawn) => spawn is { Profile: null } and ({ Egress.Count: > 0 } or { Secrets.Count: > 0 }) && settings.Sandbox.Find(settings.Commands.Profile) is not { HasNamedEgress: true }
        ? spawn with { Profile = Networked } : spawn;

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
        var workspace = policy.NeedsWorkspace && folder is not null && !spawn.HasNoWorkspace ? Workspace(folder, hasWorld) : null;
        var identity = workspace is not null && OperatingSystem.IsLinux() ? PathProbe.TryIdentify(workspace) : null;
        var isShared = SharesWorld(spawn);
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
        SessionSecrets? secrets = null;
        if (spawn.Secrets is { Count: > 0 } references && BeginSecrets(references, ref policy, out secrets) is { } noSecrets)
        {
            problem = noSecrets;
            workspace?.Dispose();
            scratch?.Dispose();
            return null;
        }
        Runner? known = null;
        if (isShared ? _shared.TryGetValue(key, out known) : scratch is null && secrets is null && TryTakeSpare(key, context, out known))
        {
            workspace?.Dispose();
            known.LastUse = _last;
        }
        else if (Start(Granted(key, policy, spawn, folder, workspace is not null, hasWorld), hasWorld, isShared, workspace, context, out problem, scratch, secrets) is { } started)
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
            if (scratch is null && secrets is null && !_asked.Add(key) && !_spare.ContainsKey(key))
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

    private static string? BeginSecrets(IReadOnlyList<CommandSecret> references, ref SandboxPolicy policy, out SessionSecrets? secrets)
    {
        secrets = null;
        try
        {
            secrets = SessionSecrets.Create(references);
            policy = policy with { Bundle = secrets.Bundle };
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"The command's certificates cannot be made: {e.Message}";
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
        if (!hasWorld || spawn.Read is { Count: > 0 } || policy.Scratch is not null || policy.Bundle is not null)
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
            // A secret's host may be reached: who gives a secret for it means that. Last, since a rule of the caller's may say more, such as 'private'.
            policy = policy.AllowEgress([.. spawn.Egress ?? [], .. (spawn.Secrets ?? []).Select(static secret => secret.Rule)]);
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

    private Runner? Start(SandboxPolicy policy, bool hasWorld, bool isShared, SafeDescriptor? workspace, IActorContext context, out string? problem, IDisposable? scratch = null, SessionSecrets? secrets = null)
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
        var egress = policy.HasNamedEgress && hasWorld ? EgressOf(policy, secrets) : null;
        var queue = new RunnerQueue
        {
            Egress = egress?.Audience,
            Variables = egress is null ? [] : [.. EgressVariables.All, .. secrets?.Variables ?? []],
            WhyNoEgress = WhyNoEgress(policy, hasWorld, OperatingSystem.IsWindows()),
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

    private EgressSetup EgressOf(SandboxPolicy policy, SessionSecrets? secrets) =>
        new(settings, launcher, policy.Name, EgressRules.Of(policy.EgressRules), policy.AsksOnRefusal ? RefusalMode.Ask : RefusalMode.Deny, new EgressAudience(), resolver, permissions, secrets);

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
