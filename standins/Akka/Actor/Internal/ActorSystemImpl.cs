using System;
using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Util;

namespace Akka.Actor.Internal;

/// <summary>The system.</summary>
public partial class ActorSystemImpl : ExtendedActorSystem
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
    private readonly TerminationCallbacks _terminationCallbacks;
    private IActorRef _deadLetterListener;

    public ActorSystemImpl(string name)
        : this(name, ConfigurationFactory.Default(), ActorSystemSetup.Empty, Option<Props>.None)
    {
    }

    public ActorSystemImpl(string name, Config config, ActorSystemSetup setup, Option<Props>? guardianProps = null)
    {
        if (!Regex.IsMatch(name, "^[a-zA-Z0-9][a-zA-Z0-9-]*$"))
        {
            throw new ArgumentException($"Invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-')", nameof(name));
        }

        if (config is null)
        {
            throw new ArgumentNullException(nameof(config), $"Cannot create {typeof(ActorSystemImpl)}: Configuration must not be null.");
        }

        Name = name;
        GuardianProps = guardianProps ?? Option<Props>.None;
        Settings = new Settings(this, config, setup);
        EventStream = new EventStream(Settings.DebugEventStream);
        EventStream.StartStdoutLogger(Settings);
        Log = new BusLogging(EventStream, $"ActorSystem({name})", GetType(), Settings.LogFormatter);
        Scheduler = (IScheduler)Activator.CreateInstance(Type.GetType(Settings.SchedulerClass, true), Settings.Config, Log);
        try
        {
            Provider = (IActorRefProvider)Activator.CreateInstance(Type.GetType(Settings.ProviderClass, true), name, Settings, EventStream);
        }
        catch
        {
            StopScheduler();
            throw;
        }

        _terminationCallbacks = new TerminationCallbacks(Provider.TerminationTask);
        Serialization = new Serialization.Serialization(this);
        Mailboxes = new Mailboxes(this);
        Dispatchers = new Dispatchers(this, new DefaultDispatcherPrerequisites(EventStream, Scheduler, Settings, Mailboxes), Log);
        ActorPipelineResolver = new ActorProducerPipelineResolver(() => Log);
    }

    public override string Name { get; }

    public override Settings Settings { get; }

    public override IActorRefProvider Provider { get; }

    public override Serialization.Serialization Serialization { get; }

    public override EventStream EventStream { get; }

    public override Dispatchers Dispatchers { get; }

    public override Mailboxes Mailboxes { get; }

    public override IScheduler Scheduler { get; }

    public override ILoggingAdapter Log { get; }

    public override ActorProducerPipelineResolver ActorPipelineResolver { get; }

    public override IActorRef DeadLetters => Provider.DeadLetters;

    public override IActorRef IgnoreRef => Provider.IgnoreRef;

    public override IInternalActorRef Guardian => Provider.Guardian;

    public override IInternalActorRef SystemGuardian => Provider.SystemGuardian;

    public override IInternalActorRef LookupRoot => Provider.RootGuardian;

    public override Task WhenTerminated => _terminationCallbacks.TerminationTask;

    public Option<Props> GuardianProps { get; }

    public void Start()
    {
        try
        {
            RegisterOnTermination(StopScheduler);
            Provider.Init(this);
            LoadExtensions();
            if (Settings.LogDeadLetters > 0)
            {
                _deadLetterListener = SystemActorOf<DeadLetterListener>("deadLetterListener");
            }

            EventStream.StartUnsubscriber(this);
            if (Settings.LogConfigOnStart)
            {
                Log.Info(Settings.ToString());
            }
        }
        catch
        {
            // Half a system has no guardian to stop; then there is only its clock.
            if (Provider.Guardian is null)
            {
                StopScheduler();
            }
            else
            {
                Terminate();
            }

            throw;
        }
    }

    public override IActorRef ActorOf(Props props, string name = null) => GuardianProps.IsEmpty
        ? Provider.Guardian.Cell.AttachChild(props, false, name)
        : throw new InvalidOperationException($"cannot create top-level actor {(string.IsNullOrEmpty(name) ? "" : $"[{name} ]")}from the outside on ActorSystem with custom user guardian");

    public override IActorRef SystemActorOf(Props props, string name = null) => Provider.SystemGuardian.Cell.AttachChild(props, true, name);

    public override IActorRef SystemActorOf<TActor>(string name = null) => SystemActorOf(Props.Create<TActor>(), name);

    public override ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this);

    public override ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this, Provider.RootGuardian);

    public override void RegisterOnTermination(Action code) => _terminationCallbacks.Add(code);

    public override Task Terminate() => Settings.CoordinatedShutdownRunByActorSystemTerminate
        ? CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance)
        : FinalTerminate();

    public override void Abort() => FinalTerminate();

    public override void Stop(IActorRef actor)
    {
        var parent = actor.Path.Parent;
        if (parent == Provider.Guardian.Path)
        {
            Provider.Guardian.Tell(new StopChild(actor));
        }
        else if (parent == Provider.SystemGuardian.Path)
        {
            Provider.SystemGuardian.Tell(new StopChild(actor));
        }
        else
        {
            ((IInternalActorRef)actor).Stop();
        }
    }

    public override string ToString() => LookupRoot.Path.Root.Address.ToString();

    internal override Task FinalTerminate()
    {
        Log.Debug("System shutdown initiated");
        if (!Settings.LogDeadLettersDuringShutdown && _deadLetterListener is not null)
        {
            Stop(_deadLetterListener);
        }

        Provider.Guardian.Stop();
        return WhenTerminated;
    }

    private void StopScheduler() => (Scheduler as IDisposable)?.Dispose();
}
