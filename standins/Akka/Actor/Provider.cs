using System.Threading.Tasks;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

public interface IActorRefProvider
{
    IInternalActorRef RootGuardian { get; }

    LocalActorRef Guardian { get; }

    LocalActorRef SystemGuardian { get; }

    IActorRef DeadLetters { get; }

    ActorPath RootPath { get; }

    Settings Settings { get; }

    Task TerminationTask { get; }

    Address DefaultAddress { get; }

    IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path);
}

/// <summary>Actors of this process only.</summary>
public sealed class LocalActorRefProvider : IActorRefProvider
{
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LocalActorRef _root;

    internal LocalActorRefProvider(ActorSystemImpl system)
    {
        SystemImpl = system;
        RootPath = new RootActorPath(new Address("akka", system.Name));
        DeadLetters = new DeadLetterActorRef(this, RootPath / "deadLetters", system.EventStream);
    }

    internal ActorSystemImpl SystemImpl { get; }

    public IInternalActorRef RootGuardian => _root;

    public LocalActorRef Guardian { get; private set; }

    public LocalActorRef SystemGuardian { get; private set; }

    public IActorRef DeadLetters { get; }

    public ActorPath RootPath { get; }

    public Settings Settings => SystemImpl.Settings;

    public Address DefaultAddress => RootPath.Address;

    public Task TerminationTask => _terminated.Task;

    public IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path)
    {
        var dispatcher = system.Dispatchers.Lookup(props.Dispatcher);
        return new LocalActorRef(system, props, dispatcher, system.Mailboxes.GetMailboxType(props, dispatcher.Configurator.Config), supervisor, path);
    }

    internal void Init()
    {
        var top = new TopRef(this);
        _root = (LocalActorRef)ActorOf(SystemImpl, Props.Create<GuardianActor>().WithDispatcher(Dispatch.Dispatchers.InternalDispatcherId), top, RootPath);
        _root.Cell.GuardianStrategy = new OneForOneStrategy(static _ => Directive.Stop);
        _root.Start();
        var strategy = Settings.UserGuardianStrategy();
        Guardian = (LocalActorRef)_root.Cell.MakeChild(Props.Create<GuardianActor>().WithDispatcher(Dispatch.Dispatchers.InternalDispatcherId), "user", isSystemService: false);
        Guardian.Cell.GuardianStrategy = strategy;
        SystemGuardian = (LocalActorRef)_root.Cell.MakeChild(Props.Create<GuardianActor>().WithDispatcher(Dispatch.Dispatchers.InternalDispatcherId), "system", isSystemService: true);
        SystemGuardian.Cell.GuardianStrategy = SupervisorStrategy.DefaultStrategy;
    }

    internal async Task TerminateAsync()
    {
        var user = Guardian.WatchAsync();
        Guardian.Stop();
        await user.ConfigureAwait(false);
        SystemImpl.EventStream.StopDefaultLoggers(SystemImpl);
        var system = SystemGuardian.WatchAsync();
        SystemGuardian.Stop();
        await system.ConfigureAwait(false);
        _root.Stop();
        await _terminated.Task.ConfigureAwait(false);
    }

    private sealed class TopRef(LocalActorRefProvider provider) : MinimalActorRef
    {
        public override ActorPath Path { get; } = provider.RootPath / "bubble-walker";

        public override IActorRefProvider Provider => provider;

        public override void SendSystemMessage(ISystemMessage message)
        {
            switch (message)
            {
                case DeathWatchNotification:
                    provider._terminated.TrySetResult();
                    break;
                case Failed failed:
                    provider.SystemImpl.EventStream.Publish(new Error(failed.Cause, Path.ToString(), GetType(), "guardian failed, shutting down system"));
                    ((IInternalActorRef)failed.Child).Stop();
                    break;
                default:
                    break;
            }
        }
    }
}

/// <summary>The root of a tree; a child's escalated failure stops everything below.</summary>
public class GuardianActor : ActorBase
{
    protected override bool Receive(object message)
    {
        Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
        return true;
    }

    protected override void PreStart()
    {
    }
}

/// <summary>Where messages go whose receiver is gone.</summary>
public class DeadLetterActorRef : MinimalActorRef
{
    private readonly EventStream _eventStream;

    internal DeadLetterActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream)
    {
        Provider = provider;
        Path = path;
        _eventStream = eventStream;
    }

    public override ActorPath Path { get; }

    public override IActorRefProvider Provider { get; }

    public override bool IsTerminated => true;

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Watch watch:
                watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false, addressTerminated: false));
                break;
            case Failed failed:
                _ = failed;
                break;
            default:
                break;
        }
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is DeadLetter { Message: IDeadLetterSuppression suppressed } wrapped)
            _eventStream.Publish(new SuppressedDeadLetter(suppressed, wrapped.Sender, wrapped.Recipient));
        else if (message is IDeadLetterSuppression direct)
            _eventStream.Publish(new SuppressedDeadLetter(direct, sender ?? this, this));
        else if (message is DeadLetter letter)
            _eventStream.Publish(letter.Sender is null ? new DeadLetter(letter.Message, this, letter.Recipient) : letter);
        else if (message is Identify identify)
            sender?.Tell(new ActorIdentity(identify.MessageId, null), NoSenderRef);
        else
            _eventStream.Publish(new DeadLetter(message, sender ?? this, this));
    }

    private static IActorRef NoSenderRef => ActorRefs.NoSender;
}
