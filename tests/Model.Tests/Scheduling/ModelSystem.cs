using System.Reflection;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorBrowser.ModelTests.Scheduling;

/// <summary>
/// A real actor system whose mailboxes and timers are all turns of a schedule. It serves many runs, one after another, on the thread
/// that created it.
/// </summary>
internal sealed class ModelSystem
{
    private const string Configuration = """
        akka {
          loggers = []
          loglevel = ERROR
          stdout-loglevel = OFF
          log-dead-letters = off
          actor {
            default-dispatcher.type = "ActorBrowser.ModelTests.Scheduling.SteppedDispatcherConfigurator, Model.Tests"
            internal-dispatcher.type = "ActorBrowser.ModelTests.Scheduling.SteppedDispatcherConfigurator, Model.Tests"
            default-mailbox.mailbox-type = "ActorBrowser.ModelTests.Scheduling.SteppedMailbox, Model.Tests"
          }
        }
        """;

    private readonly Stepper _stepper = new();
    private readonly Sink _sink;

    internal ModelSystem()
    {
        System = ActorSystem.Create("model", BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString(Configuration))
            .And(new StepperSetup(_stepper)).And(new ClockSetup(Time)));
        while (_stepper.Schedule.TryTake(out var turn))
            turn.Run();
        _sink = new Sink(((ExtendedActorSystem)System).Provider);
        System.EventStream.Subscribe(_sink, typeof(Error));
        System.EventStream.Subscribe(_sink, typeof(ChildProcessProtocol.ChildExited));
    }

    internal ActorSystem System { get; }

    internal MovedTime Time { get; } = new();

    /// <summary>A message that came from a thread other than the explorer's; null for none.</summary>
    internal string? Escaped => _stepper.Escaped;

    /// <summary>Begins a run.</summary>
    /// <param name="schedule">The schedule that makes the choices.</param>
    /// <param name="onPublished">Is told of errors and exits of children.</param>
    internal void Begin(Schedule schedule, Action<object> onPublished)
    {
        Time.Reset();
        _stepper.Schedule = schedule;
        _sink.OnPublished = onPublished;
    }

    /// <summary>The actor behind a reference; null if it has stopped.</summary>
    internal static ActorBase? Behind(IActorRef actor) =>
        actor is ActorRefWithCell { Underlying: ActorCell cell } ? (ActorBase?)ActorOfCell.GetValue(cell) : null;

    /// <summary>An actor's child with a name; Nobody if there is none.</summary>
    internal static IActorRef ChildOf(IActorRef actor, string name) => actor is ActorRefWithCell cell ? cell.GetSingleChild(name) : ActorRefs.Nobody;

    internal static IEnumerable<IActorRef> ChildrenOf(IActorRef actor) => actor is ActorRefWithCell cell ? cell.Children : [];

    private static readonly PropertyInfo ActorOfCell =
        typeof(ActorCell).GetProperty("Actor", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!;

    private sealed class Sink(IActorRefProvider provider) : MinimalActorRef
    {
        internal Action<object> OnPublished { get; set; } = static _ => { };

        public override ActorPath Path { get; } = provider.TempPath();

        public override IActorRefProvider Provider => provider;

        protected override void TellInternal(object message, IActorRef sender) => OnPublished(message);
    }
}
