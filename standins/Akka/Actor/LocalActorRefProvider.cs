using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Routing;
using Akka.Util;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>The provider of a system that is alone.</summary>
public sealed class LocalActorRefProvider : IActorRefProvider
{
    private readonly RootActorPath _rootPath;
    private readonly ActorPath _tempNode;
    private readonly IInternalActorRef _deadLetters;
    private readonly Dictionary<string, IInternalActorRef> _extraNames = [];
    private readonly TaskCompletionSource<Status> _termination = TaskEx.NonBlockingTaskCompletionSource<Status>();
    private readonly SupervisorStrategyConfigurator _userGuardianStrategy;
    private ActorSystemImpl _system;
    private RootGuardianActorRef _rootGuardian;
    private VirtualPathContainer _tempContainer;
    private MailboxType _defaultMailbox;
    private long _tempNumber;

    public LocalActorRefProvider(string systemName, Settings settings, EventStream eventStream)
        : this(systemName, settings, eventStream, null, null)
    {
    }

    public LocalActorRefProvider(string systemName, Settings settings, EventStream eventStream, Deployer deployer, Func<ActorPath, IInternalActorRef> deadLettersFactory)
    {
        Settings = settings;
        EventStream = eventStream;
        Deployer = deployer ?? new Deployer(settings);
        _rootPath = new RootActorPath(new Address("akka", systemName));
        _tempNode = _rootPath / "temp";
        Log = Logging.GetLogger(eventStream, $"LocalActorRefProvider({_rootPath.Address})");
        _deadLetters = deadLettersFactory?.Invoke(_rootPath / "deadLetters") ?? new DeadLetterActorRef(this, _rootPath / "deadLetters", eventStream);
        IgnoreRef = new IgnoreActorRef(this);
        _userGuardianStrategy = SupervisorStrategyConfigurator.CreateConfigurator(settings.SupervisorStrategyClass);
    }

    public Settings Settings { get; }

    public EventStream EventStream { get; }

    public Deployer Deployer { get; }

    public ILoggingAdapter Log { get; }

    public IActorRef DeadLetters => _deadLetters;

    public IActorRef IgnoreRef { get; }

    public ActorPath RootPath => _rootPath;

    public IInternalActorRef RootGuardian => _rootGuardian;

    public LocalActorRef Guardian { get; private set; }

    public LocalActorRef SystemGuardian { get; private set; }

    public IInternalActorRef TempContainer => _tempContainer;

    public Task TerminationTask => _termination.Task;

    public Address DefaultAddress => _rootPath.Address;

    public Serialization.Information SerializationInformation => new(_rootPath.Address, _system ?? throw new InvalidOperationException("Too early access of SerializationInformation"));

    public void Init(ActorSystemImpl system)
    {
        _system = system;
        _defaultMailbox = system.Mailboxes.Lookup(Mailboxes.DefaultMailboxId);
        var rootStrategy = new OneForOneStrategy(exception =>
        {
            Log.Error(exception, "Guardian failed. Shutting down system");
            return Directive.Stop;
        });
        _rootGuardian = new RootGuardianActorRef(
            system, Props.Create<GuardianActor>(rootStrategy), system.Dispatchers.InternalDispatcher, _defaultMailbox, new RootGuardianSupervisor(_rootPath, this, _termination, Log), _rootPath, _deadLetters, _extraNames);
        _tempContainer = new VirtualPathContainer(this, _tempNode, _rootGuardian, Log);
        _rootGuardian.SetTempContainer(_tempContainer);
        Guardian = MakeGuardian("user", UserGuardianProps(), UserGuardianDispatcher());
        SystemGuardian = MakeGuardian(
            "system", Props.Create(() => new SystemGuardianActor(Guardian), SupervisorStrategy.DefaultStrategy), system.Dispatchers.InternalDispatcher);
        _rootGuardian.Start();

        // The system guardian stops after the user guardian, the root after both.
        SystemGuardian.SendSystemMessage(new Watch(Guardian, SystemGuardian));
        _rootGuardian.SendSystemMessage(new Watch(SystemGuardian, _rootGuardian));
        EventStream.StartDefaultLoggers(system);
    }

    public void RegisterExtraName(string name, IInternalActorRef actor) => _extraNames.Add(name, actor);

    public IActorRef RootGuardianAt(Address address) => address == _rootPath.Address ? _rootGuardian : _deadLetters;

    public Address GetExternalAddressFor(Address address) => address == _rootPath.Address ? address : null;

    public ActorPath TempPath() => _tempNode / Interlocked.Increment(ref _tempNumber).Base64Encode();

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path)
    {
        if (path.Parent != _tempNode)
        {
            throw new InvalidOperationException("Cannot RegisterTempActor() with anything not obtained from tempPath()");
        }

        _tempContainer.AddChild(path.Name, actorRef);
    }

    public void UnregisterTempActor(ActorPath path)
    {
        if (path.Parent != _tempNode)
        {
            throw new InvalidOperationException("Cannot UnregisterTempActor() with anything not obtained from tempPath()");
        }

        _tempContainer.RemoveChild(path.Name);
    }

    public FutureActorRef<T> CreateFutureRef<T>(TaskCompletionSource<T> tcs) => new(tcs, null, this);

    public IActorRef ResolveActorRef(string path)
    {
        if (ActorPath.TryParse(path, out var parsed) && parsed.Address == _rootPath.Address)
        {
            return ResolveActorRef(_rootGuardian, parsed.ElementsWithUid);
        }

        Log.Debug("Resolve of unknown path [{0}] failed. Invalid format.", path);
        return _deadLetters;
    }

    public IActorRef ResolveActorRef(ActorPath actorPath)
    {
        if (actorPath.Root == _rootPath)
        {
            return ResolveActorRef(_rootGuardian, actorPath.Elements);
        }

        Log.Debug("Resolve of foreign ActorPath [{0}] failed", actorPath);
        return _deadLetters;
    }

    public IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService, Deploy deploy, bool lookupDeploy, bool async)
    {
        if (props.Deploy.RouterConfig is not NoRouter)
        {
            throw new ConfigurationException($"Configuration problem while creating [{path}]: the Akka stand-in has no routers");
        }

        if ((lookupDeploy ? Deployer.Lookup(path) : deploy) is { } given)
        {
            props = given.Mailbox == Deploy.NoMailboxGiven ? props : props.WithMailbox(given.Mailbox);
            props = given.Dispatcher == Deploy.NoDispatcherGiven ? props : props.WithDispatcher(given.Dispatcher);
            props = given.StashCapacity == Deploy.NoStashSize ? props : props.WithStashCapacity(given.StashCapacity);
        }

        if (!system.Dispatchers.HasDispatcher(props.Dispatcher))
        {
            throw new ConfigurationException($"Dispatcher [{props.Dispatcher}] not configured for path {path}");
        }

        try
        {
            var dispatcher = system.Dispatchers.Lookup(props.Dispatcher);
            var mailboxType = system.Mailboxes.GetMailboxType(props, dispatcher.Configurator.Config);
            return async
                ? new RepointableActorRef(system, props, dispatcher, mailboxType, supervisor, path).Initialize(true)
                : new LocalActorRef(system, props, dispatcher, mailboxType, supervisor, path);
        }
        catch (Exception exception)
        {
            throw new ConfigurationException($"Configuration problem while creating [{path}] with dispatcher [{props.Dispatcher}] and mailbox [{props.Mailbox}]", exception);
        }
    }

    internal IInternalActorRef ResolveActorRef(IInternalActorRef actorRef, IReadOnlyList<string> pathElements)
    {
        if (pathElements.Count == 0)
        {
            Log.Debug("Resolve of empty path sequence fails (per definition)");
            return _deadLetters;
        }

        var child = actorRef.GetChild(pathElements);
        if (child.IsNobody())
        {
            Log.Debug("Resolve of path sequence [/{0}] failed", ActorPath.FormatPathElements(pathElements));
            return new EmptyLocalActorRef(this, actorRef.Path / pathElements, EventStream);
        }

        return (IInternalActorRef)child;
    }

    private Props UserGuardianProps() => _system.GuardianProps.GetOrElse(Props.Create<GuardianActor>(_userGuardianStrategy.Create()));

    private MessageDispatcher UserGuardianDispatcher()
    {
        if (_system.GuardianProps is not { HasValue: true, Value: var props })
        {
            return _system.Dispatchers.InternalDispatcher;
        }

        return _system.Dispatchers.Lookup(props.Deploy.Dispatcher == Deploy.DispatcherSameAsParent ? Dispatchers.DefaultDispatcherId : props.Dispatcher);
    }

    private LocalActorRef MakeGuardian(string name, Props props, MessageDispatcher dispatcher)
    {
        var root = _rootGuardian.Cell;
        root.ReserveChild(name);
        var guardian = new LocalActorRef(_system, props, dispatcher, _defaultMailbox, _rootGuardian, RootPath / name);
        root.InitChild(guardian);
        guardian.Start();
        return guardian;
    }
}
