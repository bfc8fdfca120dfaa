using System;
using System.Threading;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Internal;
using Akka.Util.Internal;

namespace Akka.TestKit;

/// <summary>
/// A system under test and a test actor whose messages the test expects. While a test runs its plain Tells have the
/// test actor for their sender, also after an await, unless it is <see cref="INoImplicitSender"/>.
/// </summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static readonly AtomicCounter TestActorNumber = new(0);

    private readonly ITestKitAssertions _assertions;
    private State _state;

    protected TestKitBase(ITestKitAssertions assertions, ActorSystem system = null, string testActorName = null)
        : this(assertions, system, SetupOf(DefaultConfig), null, testActorName)
    {
    }

    protected TestKitBase(ITestKitAssertions assertions, ActorSystemSetup setup, string actorSystemName = null, string testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    protected TestKitBase(ITestKitAssertions assertions, Config config, string actorSystemName = null, string testActorName = null)
        : this(assertions, null, SetupOf(config), actorSystemName, testActorName)
    {
    }

    protected TestKitBase(ITestKitAssertions assertions, ActorSystem system, ActorSystemSetup config, string actorSystemName, string testActorName)
    {
        _assertions = assertions
            ?? throw new ArgumentNullException(nameof(assertions), "The supplied assertions must not be null.");
        InitializeTest(system, config, actorSystemName, testActorName);
    }

    public static Config DefaultConfig { get; } =
        ConfigurationFactory.FromResource<TestKitBase>("Akka.TestKit.Internal.Reference.conf");

    /// <summary>Logs whatever the system can tell about itself.</summary>
    public static Config FullDebugConfig { get; } = ConfigurationFactory.ParseString(
        """
        akka {
          loglevel = DEBUG
          stdout-loglevel = DEBUG
          log-dead-letters = true
          log-dead-letters-during-shutdown = true
          actor.debug {
            receive = true
            autoreceive = true
            lifecycle = true
            event-stream = true
            unhandled = true
            fsm = true
            router-misconfiguration = true
          }
        }
        """);

    /// <summary>The current UTC time, as a duration since the year 1.</summary>
    public static TimeSpan Now => TimeSpan.FromTicks(DateTime.UtcNow.Ticks);

    public ActorSystem Sys => _state.System;

    public TestKitSettings TestKitSettings => _state.Settings;

    public ILoggingAdapter Log => _state.Log;

    public IActorRef TestActor => _state.TestActor;

    public EventFilterFactory EventFilter => _state.EventFilter;

    /// <summary>The sender of the last message received.</summary>
    public IActorRef LastSender => _state.LastMessage.Sender;

    /// <summary>The last message received.</summary>
    public object LastMessage => _state.LastMessage.Message;

    public bool HasMessages => _state.Queue.Reader.Count > 0;

    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    public virtual TestProbe CreateTestProbe(string name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string name = null) => new(system, _assertions, name);

    public virtual TestLatch CreateTestLatch(int count = 1) => new(Dilated, count, TestKitSettings.DefaultTimeout);

    public TestBarrier CreateTestBarrier(int count) => new(this, count, TestKitSettings.DefaultTimeout);

    public IActorRef CreateTestActor(string name) => CreateTestActor(Sys, _state.Queue.Writer, name);

    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) =>
        Shutdown(Sys, duration, verifySystemShutdown);

    /// <summary>Terminates the system and waits, five seconds unless told otherwise.</summary>
    /// <exception cref="TimeoutException">It did not end in time, and <paramref name="verifySystemShutdown"/> was asked for.</exception>
    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        system ??= Sys;
        var patience = duration ?? Dilated(TimeSpan.FromSeconds(5)).Min(TimeSpan.FromSeconds(10));
        if (system.Terminate().Wait(patience))
        {
            return;
        }

        var extended = (ExtendedActorSystem)system;
        extended.Guardian.Stop();
        const string Message = "Failed to stop [{0}] within [{1}]. ActorSystem is being forcefully shut down.\n{2}";
        if (verifySystemShutdown)
        {
            throw new TimeoutException(string.Format(Message, system.Name, patience, extended.PrintTree()));
        }

        system.Log.Warning(Message, system.Name, patience, extended.PrintTree());
    }

    protected void InitializeTest(ActorSystem system, Config config, string actorSystemName, string testActorName) =>
        InitializeTest(system, SetupOf(config), actorSystemName, testActorName);

    protected virtual void InitializeTest(ActorSystem system, ActorSystemSetup config, string actorSystemName, string testActorName)
    {
        if (system is null)
        {
            system = ActorSystem.Create(actorSystemName ?? "test", WithTestKitDefaults(config));
        }
        else
        {
            system.Settings.InjectTopLevelFallback(DefaultConfig);
        }

        system.RegisterExtension(new TestKitExtension());
        system.RegisterExtension(new TestKitAssertionsExtension(_assertions));
        system.Dispatchers.RegisterConfigurator(
            CallingThreadDispatcher.Id,
            new CallingThreadDispatcherConfigurator(system.Settings.Config, system.Dispatchers.Prerequisites));

        _state = new State
        {
            System = system,
            Settings = TestKitExtension.For(system),
            Log = Logging.GetLogger(system, GetType()),
        };
        _state.EventFilter = new EventFilterFactory(this);

        var name = string.IsNullOrEmpty(testActorName) ? $"testActor{TestActorNumber.IncrementAndGet()}" : testActorName;
        _state.TestActor = CreateTestActor(system, _state.Queue.Writer, name);
        AwaitStart(_state.TestActor);
        BecomeImplicitSender();
    }

    private static ActorSystemSetup SetupOf(Config config) =>
        ActorSystemSetup.Empty.WithSetup(BootstrapSetup.Create().WithConfig(config));

    private static ActorSystemSetup WithTestKitDefaults(ActorSystemSetup given)
    {
        var bootstrap = BootstrapSetup.Create();
        var config = DefaultConfig;
        if (given.Get<BootstrapSetup>() is { HasValue: true } known)
        {
            config = known.Value.Config is { HasValue: true } own && !ReferenceEquals(own.Value, DefaultConfig)
                ? own.Value.WithFallback(DefaultConfig)
                : DefaultConfig;
            if (known.Value.ActorRefProvider is { HasValue: true } provider)
            {
                bootstrap = bootstrap.WithActorRefProvider(provider.Value);
            }
        }

        return given.WithSetup(bootstrap.WithConfig(config));
    }

    private static IActorRef CreateTestActor(ActorSystem system, ChannelWriter<MessageEnvelope> queue, string name) =>
        ((ExtendedActorSystem)system).SystemActorOf(
            Props.Create(() => new InternalTestActor(queue)).WithDispatcher("akka.test.test-actor.dispatcher"),
            name);

    /// <summary>The system guardian starts the actor on another thread within microseconds; a constructor can only spin.</summary>
    private static void AwaitStart(IActorRef testActor)
    {
        if (testActor is IRepointableRef starting
            && !SpinWait.SpinUntil(() => starting.IsStarted, TimeSpan.FromSeconds(5)))
        {
            throw new Exception("Timeout waiting for test actor to be ready");
        }
    }

    private void BecomeImplicitSender()
    {
        if (this is not INoImplicitSender)
        {
            InternalCurrentActorCellKeeper.Current = (ActorCell)((ActorRefWithCell)TestActor).Underlying;
        }
        else if (this is not TestProbe)
        {
            // A probe must leave its test's sender alone; a test without one must not inherit another test's.
            InternalCurrentActorCellKeeper.Current = null;
        }

        SynchronizationContext.SetSynchronizationContext(
            new ActorCellKeepingSynchronizationContext(InternalCurrentActorCellKeeper.Current));
    }

    private sealed class State
    {
        public ActorSystem System { get; init; }

        public TestKitSettings Settings { get; init; }

        public ILoggingAdapter Log { get; init; }

        public Channel<MessageEnvelope> Queue { get; } = Channel.CreateUnbounded<MessageEnvelope>();

        public EventFilterFactory EventFilter { get; set; }

        public IActorRef TestActor { get; set; }

        public MessageEnvelope LastMessage { get; set; } = NullMessageEnvelope.Instance;

        /// <summary>When the innermost Within ends.</summary>
        public TimeSpan? End { get; set; }

        /// <summary>The last expectation was that nothing comes, which may well last to the end of a Within.</summary>
        public bool LastWasNoMsg { get; set; }
    }
}
