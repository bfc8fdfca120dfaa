using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Messages the browser handles itself. It passes on <see cref="FetchProtocol"/>, <see cref="CommandProtocol"/>, <see
/// cref="TabProtocol.OpenTab"/>, <see cref="CrawlProtocol.StartCrawl"/>, <see cref="ImageProtocol.Decode"/> and <see cref="CrashProtocol.GetCrashes"/>.
/// </summary>
public static class BrowserProtocol
{
    /// <summary>Start a child of a role. Answered by <see cref="ChildSpawned"/> once it is ready, or by <see cref="ChildSpawnFailed"/>.</summary>
    /// <param name="Role">A built-in role, or one the embedder defines.</param>
    /// <remarks>An invalid field is answered by <c>Status.Failure</c> with <see cref="InvalidMessageException"/>.</remarks>
    public sealed record SpawnChild(string Role) : INoSerializationVerificationNeeded, IValidated
    {
        /// <summary>The configuration passed to the role.</summary>
        public ReadOnlyMemory<byte> RoleArgs { get; init; }

        /// <summary>The child's sandbox policy; null for its role's profile.</summary>
        public SandboxPolicy? Policy { get; init; }

        /// <summary>
        /// The actor told of every event of the child, including <see cref="ChildExited"/>; null for none. To subscribe later, send
        /// <see cref="ChildProcessProtocol.Subscribe"/>; <c>Watch</c> reports only the end.
        /// </summary>
        public IActorRef? Subscriber { get; init; }

        object? IValidated.Refusal()
        {
            var problem = string.IsNullOrEmpty(Role) ? "Role is empty"
                : Role.Length > 64 ? $"Role has {Role.Length} characters; at most 64 are allowed"
                : Role.Any(static c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') ? $"Role is '{Role}'; use lower-case letters, digits and hyphens"
                : RoleArgs.Length > MaxRoleArgs ? $"RoleArgs has {RoleArgs.Length} bytes; at most {MaxRoleArgs} are allowed"
                : null;
            return problem is null ? null : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(SpawnChild), problem));
        }

        private const int MaxRoleArgs = 512 << 10;
    }

    /// <summary>A child is ready.</summary>
    /// <param name="Child">The child's actor.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid.</param>
    /// <param name="SpawnTime">From the launch to Ready.</param>
    public sealed record ChildSpawned(IActorRef Child, string Role, int ProcessId, TimeSpan SpawnTime) : INoSerializationVerificationNeeded;

    /// <summary>A child never became ready.</summary>
    /// <param name="Exited">How it ended.</param>
    public sealed record ChildSpawnFailed(ChildExited Exited) : INoSerializationVerificationNeeded;

    /// <summary>Answered by <see cref="Children"/>.</summary>
    public sealed class GetChildren : INoSerializationVerificationNeeded
    {
        /// <summary>The one GetChildren.</summary>
        public static readonly GetChildren Instance = new();

        private GetChildren()
        {
        }
    }

    /// <summary>Answered by <see cref="Pools"/>.</summary>
    public sealed record GetPools : INoSerializationVerificationNeeded;

    /// <summary>The browser's pools: renderers, image decoders, and one for each typed role.</summary>
    /// <param name="All">In no particular order.</param>
    public sealed record Pools(IReadOnlyList<PoolStatus> All) : INoSerializationVerificationNeeded;

    /// <summary>The browser's main actors.</summary>
    /// <param name="Network">The network child's supervisor.</param>
    /// <param name="Fetch">The coordinator.</param>
    /// <param name="Commands">The registry of commands.</param>
    /// <param name="Spawned">Children started by <see cref="SpawnChild"/> that are alive.</param>
    public sealed record Children(IActorRef Network, IActorRef Fetch, IActorRef Commands, IReadOnlyList<IActorRef> Spawned) : INoSerializationVerificationNeeded;
}

/// <summary>The privileged part: owns the coordinator of fetches, tabs, pools, commands, and every child.</summary>
public sealed class BrowserActor : UntypedActor
{
    private readonly ActorBrowserSettings _settings;
    private readonly ProcessRoster _launcher;
    private readonly HashSet<IActorRef> _draining = [];
    private readonly List<IActorRef> _stoppers = [];
    private readonly Dictionary<IActorRef, IActorRef> _spawning = [];
    private readonly List<IActorRef> _spawned = [];
    private bool _stopping;
    private int _number;
    private IActorRef _network;
    private IActorRef _fetch;
    private IActorRef _commands;
    private readonly IActorRef _images;
    private readonly IActorRef _tabs;
    private readonly IActorRef _crawls;
    private readonly IActorRef _crashes;
    private readonly IActorRef _roles;
    private readonly HashSet<IActorRef> _services;
    private readonly IActorRef[] _pools;

    internal BrowserActor(ActorBrowserSettings settings, IChildLauncher launcher, IReadOnlyList<RoleSetup> roles)
    {
        _settings = settings;
        _launcher = ProcessRoster.Of(launcher);
        // Ignore SIGXFSZ: a write past the file size limit then fails with EFBIG instead of killing this process.
        Interop.FileSizeSignal.Survive();
        Context.GetLogger().Info("ActorBrowser {0}", BuildInfo.Version);
        if (_launcher.StartsProcesses)
            settings.Child.Programs.Describe(Context.GetLogger());
        var late = LateMessages.Start(Context);
        _network = StartNetwork();
        _fetch = StartFetch();
        UnansweredMessages.AnswerFor(Self);
        _commands = StartCommands();
        var decoders = StartService(WorkerPool.Props(ImageDecoderContract.Name, settings, settings.Images.Decoders, _launcher), "decoders");
        var renderers = StartService(WorkerPool.Props(RendererContract.Name, settings, settings.Tabs.Renderers, _launcher), "renderers");
        _images = StartService(ImageService.Props(settings.Images, decoders), "images");
        _tabs = StartService(TabManager.Props(settings, Self, renderers, _images), "tabs");
        _crawls = StartService(CrawlManager.Props(settings, Self, renderers), "crawls");
        _crashes = StartService(CrashJournal.Props(settings.Crashes), "crashes");
        _roles = StartService(RolesActor.Props(roles), "roles");
        _services = [_network, _fetch, _commands, decoders, renderers, _images, _tabs, _crawls, _crashes, _roles, late];
        _pools = [renderers, decoders];
    }

    internal static Props Props(ActorBrowserSettings settings) => Props(settings, ProcessChildLauncher.Instance);

    internal static Props Props(ActorBrowserSettings settings, IChildLauncher launcher, IReadOnlyList<RoleSetup>? roles = null) =>
        Akka.Actor.Props.CreateBy(new Producer(settings, ProcessRoster.Of(launcher), roles ?? []));

    // Akka creates an actor by its public constructors alone.
    private sealed class Producer(ActorBrowserSettings settings, IChildLauncher roster, IReadOnlyList<RoleSetup> roles) : IIndirectActorProducer
    {
        public Type ActorType => typeof(BrowserActor);

        public ActorBase Produce() => new BrowserActor(settings, roster, roles);

        public void Release(ActorBase actor)
        {
        }
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        // Restarting the tab manager would restart all tabs, and that of the roles all roles; they have no state that a failed message could corrupt.
        exception => Sender.Equals(_tabs) || Sender.Equals(_roles) ? Directive.Resume : _services.Contains(Sender) ? Directive.Restart : Directive.Stop);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        try
        {
            if (Entry.Admits(message, Sender))
                OnAdmitted(message);
            else
                (message as CommandProtocol.Spawn)?.InputDescriptor?.Dispose();
        }
        catch (Exception e)
        {
            // This actor only passes messages on. A restart would restart every child, so one bad message would end all work.
            Context.GetLogger().Error(e, "A {0} could not be handled", message.GetType().Name);
            Sender.Tell(new Akka.Actor.Status.Failure(e));
        }
    }

    private void OnAdmitted(object message)
    {
        switch (message)
        {
            case FetchProtocol.ICommand:
                _fetch.Forward(message);
                break;
            case CommandProtocol.IRegistryCommand:
                _commands.Forward(message);
                break;
            case BrowserProtocol.SpawnChild when _stopping:
                Sender.Tell(new Akka.Actor.Status.Failure(new BrowserStoppedException(BrowserStoppedException.Sentence)));
                break;
            case BrowserProtocol.SpawnChild spawn:
                var child = Context.ActorOf(
                    ChildProcessActor.Props(spawn.Role, _settings, spawn.RoleArgs.ToArray(), _launcher, spawn.Policy), $"{spawn.Role}-{++_number}");
                if (spawn.Subscriber is { } subscriber)
                    child.Tell(new ChildProcessProtocol.Subscribe(subscriber));
                _spawning.Add(child, Sender);
                _spawned.Add(child);
                Context.Watch(child);
                break;
            case ChildReady ready:
                if (_spawning.Remove(ready.Child, out var requester))
                    requester.Tell(new BrowserProtocol.ChildSpawned(ready.Child, ready.Role, ready.ProcessId, ready.SpawnTime));
                break;
            case ChildExited exited:
                _spawned.Remove(exited.Child);
                if (_spawning.Remove(exited.Child, out var waiting))
                    waiting.Tell(new BrowserProtocol.ChildSpawnFailed(exited));
                break;
            case FetchCoordinator.SupervisorWanted when !_stopping:
                Sender.Tell(new FetchCoordinator.UseSupervisor(_network));
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_network) || terminated.ActorRef.Equals(_fetch) || terminated.ActorRef.Equals(_commands):
                OnServiceGone(terminated.ActorRef);
                break;
            case Terminated terminated:
                _spawned.Remove(terminated.ActorRef);
                if (_spawning.Remove(terminated.ActorRef, out var bereft))
                    bereft.Tell(new Akka.Actor.Status.Failure(new ChildLostException("The child's actor failed before it was ready.")));
                break;
            case BrowserShutdown.Drain drain:
                OnDrain(drain);
                break;
            case BrowserShutdown.AskIfStopping:
                Sender.Tell(new BrowserShutdown.Stopping(_stopping));
                break;
            case BrowserShutdown.Drained:
                _draining.Remove(Sender);
                TellIfDrained();
                break;
            case ImageProtocol.Decode:
                _images.Forward(message);
                break;
            case TabProtocol.OpenTab:
                _tabs.Forward(message);
                break;
            case CrawlProtocol.StartCrawl:
                _crawls.Forward(message);
                break;
            case CrashProtocol.GetCrashes:
                _crashes.Forward(message);
                break;
            case BrowserProtocol.GetPools:
                Context.ActorOf(PoolCollector.Props(Sender, _pools, _roles));
                break;
            case RoleProtocol.GetRole:
                _roles.Forward(message);
                break;
            case BrowserProtocol.GetChildren:
                Sender.Tell(new BrowserProtocol.Children(_network, _fetch, _commands, [.. _spawned]));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Services that have work to finish are told to drain; the others just stop.
    private void OnDrain(BrowserShutdown.Drain drain)
    {
        _stopping = true;
        _stoppers.Add(Sender);
        foreach (var service in new[] { _commands, _roles })
        {
            if (_draining.Add(service))
                service.Tell(drain);
        }
    }

    private void TellIfDrained()
    {
        if (_draining.Count > 0)
            return;
        foreach (var stopper in _stoppers)
            stopper.Tell(BrowserShutdown.Drained.Instance);
        _stoppers.Clear();
    }

    private IActorRef StartNetwork() => Context.Watch(StartService(ChildSupervisor.Props(NetworkContract.Name, _settings, _settings.NetworkArgs, _launcher), "network"));

    private IActorRef StartFetch() => Context.Watch(StartService(FetchCoordinator.Props(_settings, _network), "fetch"));

    private IActorRef StartCommands() => Context.Watch(StartService(CommandRegistry.Props(_settings, _launcher), "commands"));

    // Messages that reach the service after it stops are answered.
    private IActorRef StartService(Props props, string name)
    {
        var service = Context.ActorOf(props, name);
        UnansweredMessages.AnswerFor(service, Self);
        return service;
    }

    // A service stopped, for example by a PoisonPill. It is created again, and the coordinator asks for the new supervisor.
    private void OnServiceGone(IActorRef service)
    {
        _services.Remove(service);
        if (_stopping)
            return;
        if (service.Equals(_network))
            _services.Add(_network = StartNetwork());
        else if (service.Equals(_commands))
            _services.Add(_commands = StartCommands());
        else
            _services.Add(_fetch = StartFetch());
    }
}
