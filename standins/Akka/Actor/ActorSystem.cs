using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor
{
    public abstract class ActorSystem : IActorRefFactory, IDisposable
    {
        public abstract IActorRefProvider ActorRefProvider { get; }

        public abstract Settings Settings { get; }

        public abstract string Name { get; }

        public abstract EventStream EventStream { get; }

        public abstract IActorRef DeadLetters { get; }

        public abstract Dispatchers Dispatchers { get; }

        public abstract Mailboxes Mailboxes { get; }

        public abstract IScheduler Scheduler { get; }

        public abstract ILoggingAdapter Log { get; }

        public TimeSpan StartTime { get; } = Akka.Util.MonotonicClock.Elapsed;

        public TimeSpan Uptime => Akka.Util.MonotonicClock.Elapsed - StartTime;

        public abstract Task WhenTerminated { get; }

        public static ActorSystem Create(string name) => Create(name, ActorSystemSetup.Empty);

        public static ActorSystem Create(string name, Config config) => Create(name, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)));

        public static ActorSystem Create(string name, BootstrapSetup setup) => Create(name, ActorSystemSetup.Create(setup));

        public static ActorSystem Create(string name, ActorSystemSetup setup)
        {
            var config = setup.Get<BootstrapSetup>() is { HasValue: true, Value.Config: { HasValue: true } given } ? given.Value : ConfigurationFactory.Load();
            var system = new ActorSystemImpl(name, config, setup);
            system.Start();
            return system;
        }

        public abstract IActorRef ActorOf(Props props, string name = null);

        public abstract ActorSelection ActorSelection(ActorPath actorPath);

        public abstract ActorSelection ActorSelection(string actorPath);

        public abstract void RegisterOnTermination(Action code);

        public abstract Task Terminate();

        public abstract void Stop(IActorRef actor);

        public abstract object RegisterExtension(IExtensionId extension);

        public abstract object GetExtension(IExtensionId extensionId);

        public abstract T GetExtension<T>() where T : class, IExtension;

        public abstract bool HasExtension(Type type);

        public abstract bool HasExtension<T>() where T : class, IExtension;

        public abstract bool TryGetExtension(Type extensionType, out object extension);

        public abstract bool TryGetExtension<T>(out T extension) where T : class, IExtension;

        public void Dispose()
        {
            Terminate();
            GC.SuppressFinalize(this);
        }
    }

    public abstract class ExtendedActorSystem : ActorSystem
    {
        public abstract IActorRefProvider Provider { get; }

        public abstract IInternalActorRef Guardian { get; }

        public abstract IInternalActorRef SystemGuardian { get; }

        public abstract IInternalActorRef LookupRoot { get; }

        public abstract IActorRef SystemActorOf(Props props, string name = null);

        public abstract IActorRef SystemActorOf<TActor>(string name = null) where TActor : ActorBase, new();

        public abstract void Abort();

        public abstract string PrintTree();
    }
}

namespace Akka.Actor.Internal
{
    public class ActorSystemImpl : ExtendedActorSystem
    {
        private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
        private readonly ConcurrentQueue<Action> _onTermination = new();
        private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly LocalActorRefProvider _provider;
        private int _terminating;

        public ActorSystemImpl(string name, Config config, ActorSystemSetup setup)
        {
            if (string.IsNullOrEmpty(name) || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                throw new ArgumentException($"Invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-')", nameof(name));
            Name = name;
            Settings = new Settings(this, config, setup);
            EventStream = new EventStream(Settings.DebugEventStream);
            EventStream.StartStdoutLogger(Settings);
            Log = Logging.GetLogger(this, "ActorSystem");
            Scheduler = CreateScheduler();
            Mailboxes = new Mailboxes();
            Dispatchers = new Dispatchers(this, new DefaultDispatcherPrerequisites(EventStream, Scheduler, Settings, Mailboxes));
            _provider = new LocalActorRefProvider(this);
            TempPath = _provider.RootPath / "temp";
        }

        public override IActorRefProvider ActorRefProvider => _provider;

        public override IActorRefProvider Provider => _provider;

        public override Settings Settings { get; }

        public override string Name { get; }

        public override EventStream EventStream { get; }

        public override IActorRef DeadLetters => _provider.DeadLetters;

        public override Dispatchers Dispatchers { get; }

        public override Mailboxes Mailboxes { get; }

        public override IScheduler Scheduler { get; }

        public override ILoggingAdapter Log { get; }

        public override IInternalActorRef Guardian => _provider.Guardian;

        public override IInternalActorRef SystemGuardian => _provider.SystemGuardian;

        public override IInternalActorRef LookupRoot => _provider.RootGuardian;

        public override Task WhenTerminated => _terminated.Task;

        internal ActorPath TempPath { get; }

        public void Start()
        {
            _provider.Init();
            StartLoggers();
            if (Settings.LogDeadLetters > 0)
                SystemActorOf(Props.Create<DeadLetterListener>(), "deadLetterListener");
            SystemActorOf(Props.Create<UnhandledMessageForwarder>(), "UnhandledMessageForwarder");
            foreach (var name in Settings.Config.GetStringList("akka.extensions", []))
            {
                var type = Type.GetType(name) ?? throw new ConfigurationException($"The extension {name} cannot be found.");
                if (typeof(IExtensionId).IsAssignableFrom(type))
                    RegisterExtension((IExtensionId)Activator.CreateInstance(type));
            }
        }

        public override IActorRef ActorOf(Props props, string name = null) => _provider.Guardian.Cell.ActorOf(props, name);

        public override IActorRef SystemActorOf(Props props, string name = null) => _provider.SystemGuardian.Cell.MakeChild(props, name, isSystemService: true);

        public override IActorRef SystemActorOf<TActor>(string name = null) => SystemActorOf(Props.Create<TActor>(), name);

        public override ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this);

        public override ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this, _provider.RootGuardian);

        public override void Stop(IActorRef actor)
        {
            if (actor is LocalActorRef { Parent: LocalActorRef parent })
                parent.Cell.Stop(actor);
            else
                ((IInternalActorRef)actor).Stop();
        }

        public override void RegisterOnTermination(Action code) => _onTermination.Enqueue(code);

        public override Task Terminate()
        {
            if (Interlocked.Exchange(ref _terminating, 1) == 0)
                _ = TerminateAsync();
            return WhenTerminated;
        }

        public override void Abort() => Terminate();

        public override object RegisterExtension(IExtensionId extension)
        {
            ArgumentNullException.ThrowIfNull(extension);
            return _extensions.GetOrAdd(extension.ExtensionType, _ => new Lazy<object>(() => extension.CreateExtension(this))).Value;
        }

        public override object GetExtension(IExtensionId extensionId) => _extensions.TryGetValue(extensionId.ExtensionType, out var extension) ? extension.Value : null;

        public override T GetExtension<T>() => _extensions.TryGetValue(typeof(T), out var extension) ? (T)extension.Value : null;

        public override bool HasExtension(Type type) => _extensions.ContainsKey(type);

        public override bool HasExtension<T>() => HasExtension(typeof(T));

        public override bool TryGetExtension(Type extensionType, out object extension)
        {
            var found = _extensions.TryGetValue(extensionType, out var lazy);
            extension = lazy?.Value;
            return found;
        }

        public override bool TryGetExtension<T>(out T extension)
        {
            extension = GetExtension<T>();
            return extension is not null;
        }

        public override string PrintTree()
        {
            var text = new System.Text.StringBuilder();
            Print(_provider.RootGuardian, 0);
            return text.ToString();

            void Print(IActorRef actor, int depth)
            {
                text.Append(' ', depth * 2).Append(actor.Path.Name).Append('\n');
                if (actor is ActorRefWithCell { Children: var children })
                {
                    foreach (var child in children)
                        Print(child, depth + 1);
                }
            }
        }

        public override string ToString() => $"akka://{Name}";

        private IScheduler CreateScheduler()
        {
            var name = Settings.Config.GetString("akka.scheduler.implementation", null);
            var type = Type.GetType(name) ?? typeof(ActorSystemImpl).Assembly.GetType(name.Split(',')[0].Trim())
                ?? throw new ConfigurationException($"The scheduler {name} cannot be found.");
            return (IScheduler)Activator.CreateInstance(type, Settings.Config, Log);
        }

        private void StartLoggers()
        {
            var level = Logging.LogLevelFor(Settings.LogLevel);
            EventStream.RemoveLoggers();
            EventStream.SetLogLevel(level);
            var number = 0;
            foreach (var name in Settings.Loggers)
            {
                var type = Type.GetType(name) ?? typeof(ActorSystemImpl).Assembly.GetType(name.Split(',')[0].Trim())
                    ?? throw new ConfigurationException($@"Logger specified in config cannot be found: ""{name}""");
                var logger = SystemActorOf(Props.Create(type), $"log{++number}-{type.Name}");
                EventStream.AddLogger(logger);
                var answer = logger.Ask<LoggerInitialized>(new InitializeLogger(EventStream), Settings.LoggerStartTimeout);
                // A logger that starts late loses nothing but time: its events wait in its mailbox.
                if (!((IAsyncResult)answer).AsyncWaitHandle.WaitOne(Settings.LoggerStartTimeout))
                    Log.Warning("Logger {0} [{1}] did not respond within {2} to InitializeLogger", logger.Path.Name, type, Settings.LoggerStartTimeout);
                EventStream.Publish(new Debug($"EventStream({Name})", typeof(EventStream), $"Logger {logger.Path.Name} [{type.FullName}] started"));
            }
        }

        private async Task TerminateAsync()
        {
            if (GetExtension<CoordinatedShutdown>() is { } shutdown)
                await shutdown.RunBeforeTerminationAsync().ConfigureAwait(false);
            await _provider.TerminateAsync().ConfigureAwait(false);
            (Scheduler as IDisposable)?.Dispose();
            foreach (var extension in _extensions.Values)
            {
                if (extension is { IsValueCreated: true, Value: IDisposable disposable } && disposable is not CoordinatedShutdown)
                    disposable.Dispose();
            }
            while (_onTermination.TryDequeue(out var code))
            {
                try
                {
                    code();
                }
                catch (Exception e)
                {
                    Log.Error(e, "Failed to run termination callback");
                }
            }
            _terminated.TrySetResult();
        }
    }

    internal sealed class DeadLetterListener : ActorBase
    {
        private readonly ILoggingAdapter _log = Context.GetLogger();
        private int _count;

        protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

        protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

        protected override bool Receive(object message)
        {
            if (message is not DeadLetter letter)
                return false;
            if (_count++ < Context.System.Settings.LogDeadLetters)
            {
                _log.Info("Message [{0}] from {1} to {2} was not delivered. [{3}] dead letters encountered. This logging can be turned off or adjusted with configuration settings 'akka.log-dead-letters' and 'akka.log-dead-letters-during-shutdown'. Message content: {4}",
                    letter.Message.GetType().Name, letter.Sender, letter.Recipient, _count, letter.Message);
            }
            return true;
        }
    }

    internal sealed class UnhandledMessageForwarder : ActorBase
    {
        protected override void PreStart()
        {
            if (Context.System.Settings.DebugUnhandledMessage)
                Context.System.EventStream.Subscribe(Self, typeof(UnhandledMessage));
        }

        protected override bool Receive(object message)
        {
            if (message is not UnhandledMessage unhandled)
                return false;
            Context.System.EventStream.Publish(new Debug(unhandled.Recipient.Path.ToString(), unhandled.Recipient.GetType(),
                $"Unhandled message from {(unhandled.Sender is null ? "[No sender]" : unhandled.Sender.Path)} : {unhandled.Message}"));
            return true;
        }
    }
}
