using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

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
    private readonly IActorRef _permissions;
    private readonly IActorRef _resolver;
    private readonly IActorRef _gate;
    private readonly IActorRef _watch;
    private readonly HashSet<IActorRef> _services;
    private readonly IActorRef[] _pools;

    internal BrowserActor(ActorBrowserSettings settings, IChildLauncher launcher, IReadOnlyList<RoleSetup> roles, Props? permissionPolicy)
    {
        _settings = settings;
        _launcher = ProcessRoster.Of(launcher);
        // Ignore SIGXFSZ: a write past the file size limit then fails with EFBIG instead of killing this process.
        Interop.FileSizeSignal.Survive();
        Context.GetLogger().Info("ActorBrowser {0}", BuildInfo.Version);
        if (_launcher.StartsProcesses)
            settings.Child.Programs.Describe(Context.GetLogger());
        var late = LateMessages.Start(Context);
        _resolver = StartService(NameResolver.Props(settings, _launcher), "resolver");
        _gate = StartService(NetworkGate.Props(settings, _resolver), "gate");
        _network = StartNetwork();
        _fetch = StartFetch();
        UnansweredMessages.AnswerFor(Self);
        _permissions = StartService(PermissionBroker.Props(settings.Permissions, new PermissionGrants(), permissionPolicy), "permissions");
        _commands = StartCommands();
        var decoders = StartService(WorkerPool.Props(ImageDecoderContract.Name, settings, settings.Images.Decoders, _launcher), "decoders");
        var renderers = StartService(WorkerPool.Props(RendererContract.Name, settings, settings.Tabs.Renderers, _launcher), "renderers");
        _images = StartService(ImageService.Props(settings.Images, decoders), "images");
        _tabs = StartService(TabManager.Props(settings, Self, renderers, _images), "tabs");
        _crawls = StartService(CrawlManager.Props(settings, Self, renderers), "crawls");
        _crashes = StartService(CrashJournal.Props(settings.Crashes), "crashes");
        _roles = StartService(RolesActor.Props(roles), "roles");
        _watch = StartService(ProcessWatch.Props(_launcher, [.. roles.Where(static role => role.Memory.Plugin is not null).Select(static role => role.Name)]), "watch");
        _services = [_network, _fetch, _commands, decoders, renderers, _images, _tabs, _crawls, _crashes, _roles, _permissions, _resolver, _gate, _watch, late];
        _pools = [renderers, decoders];
    }

    internal static Props Props(ActorBrowserSettings settings) => Props(settings, ProcessChildLauncher.Instance);

    internal static Props Props(ActorBrowserSettings settings, IChildLauncher launcher, IReadOnlyList<RoleSetup>? roles = null, Props? permissionPolicy = null) =>
        Akka.Actor.Props.CreateBy(new Producer(settings, ProcessRoster.Of(launcher), roles ?? [], permissionPolicy));

    // Akka creates an actor by its public constructors alone.
    private sealed class Producer(ActorBrowserSettings settings, IChildLauncher roster, IReadOnlyList<RoleSetup> roles, Props? permissionPolicy) : IIndirectActorProducer
    {
        public Type ActorType => typeof(BrowserActor);

        public ActorBase Produce() => new BrowserActor(settings, roster, roles, permissionPolicy);

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
            case PermissionProtocol.ICommand or AskPermission or AbandonPermission or ForgetSession or NoteDecision:
                _permissions.Forward(message);
                break;
            case WatchProtocol.ICommand:
                _watch.Forward(message);
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

    private IActorRef StartFetch() => Context.Watch(StartService(FetchCoordinator.Props(_settings, _network, _gate), "fetch"));

    private IActorRef StartCommands() => Context.Watch(StartService(CommandRegistry.Props(_settings, _launcher, _permissions, _resolver), "commands"));

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
