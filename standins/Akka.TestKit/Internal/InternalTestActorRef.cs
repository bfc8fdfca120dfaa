using System.Threading.Tasks;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Event;
using Akka.Pattern;
using Akka.Util;
using Akka.Util.Internal;

namespace Akka.TestKit.Internal;

/// <summary>A local actor ref whose cell lets the test at the actor itself.</summary>
public partial class InternalTestActorRef : LocalActorRef
{
    private static readonly AtomicCounterLong NameNumber = new(0);

    private InternalTestActorRef(
        ActorSystemImpl system,
        Props props,
        MessageDispatcher dispatcher,
        MailboxType mailboxType,
        IInternalActorRef supervisor,
        ActorPath path)
        : base(system, props, dispatcher, mailboxType, supervisor, path)
    {
    }

    /// <exception cref="IllegalActorStateException">The actor has stopped.</exception>
    public object UnderlyingActor
    {
        get
        {
            if (IsTerminated)
            {
                throw new IllegalActorStateException("Underlying actor is terminated");
            }

            // On a dispatcher of its own the actor may not have been made yet: it answers once it is.
            return GetTestActorCell().Actor
                ?? Blocking.Run(this.Ask(InternalGetActor.Instance, TestKitExtension.For(GetTestActorCell().System).DefaultTimeout));
        }
    }

    public static string CreateUniqueName() => "$$" + NameNumber.GetAndIncrement().Base64Encode();

    /// <summary>Makes and starts the actor, by default under the user guardian and on its senders' threads.</summary>
    /// <exception cref="IllegalStateException">The supervisor has not been started.</exception>
    public static InternalTestActorRef Create(ActorSystem system, Props props, IActorRef supervisor = null, string name = null)
    {
        var implementation = (ActorSystemImpl)system;
        name ??= CreateUniqueName();
        supervisor ??= implementation.Guardian;
        if (props.Deploy.Dispatcher == Deploy.NoDispatcherGiven)
        {
            props = props.WithDispatcher(CallingThreadDispatcher.Id);
        }

        ReserveName(system, supervisor, name);
        var dispatcher = system.Dispatchers.Lookup(props.Deploy.Dispatcher);
        var created = new InternalTestActorRef(
            implementation,
            props,
            dispatcher,
            system.Mailboxes.GetMailboxType(props, dispatcher.Configurator.Config),
            (IInternalActorRef)supervisor,
            supervisor.Path / name);
        created.Underlying.Start();
        return created;
    }

    public void Receive(object message, IActorRef sender = null)
    {
        var cell = GetTestActorCell();
        var envelope = EnvelopeOf(message, sender);
        cell.UseThreadContext(() => cell.ReceiveMessageForTest(envelope));
    }

    public Task ReceiveAsync(object message, IActorRef sender = null)
    {
        var cell = GetTestActorCell();
        var envelope = EnvelopeOf(message, sender);
        return cell.UseThreadContextAsync(() => cell.ReceiveMessageForTestAsync(envelope));
    }

    public void Watch(IActorRef subject) => GetTestActorCell().Watch(subject);

    public void Unwatch(IActorRef subject) => GetTestActorCell().Unwatch(subject);

    public override string ToString() => $"TestActor[{Path}]";

    protected TestActorCell GetTestActorCell() => (TestActorCell)Cell;

    protected override ActorCell NewActorCell(
        ActorSystemImpl system, IInternalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef supervisor) =>
        new TestActorCell(system, self, props, dispatcher, supervisor);

    private static void ReserveName(ActorSystem system, IActorRef supervisor, string name)
    {
        switch (supervisor)
        {
            case LocalActorRef local:
                local.Cell.ReserveChild(name);
                break;
            case RepointableActorRef { Underlying: ActorCell cell }:
                cell.ReserveChild(name);
                break;
            case RepointableActorRef { Underlying: UnstartedCell }:
                throw new IllegalStateException(
                    "Cannot attach a TestActor to an unstarted top-level actor, ensure that it is started by sending a message and observing the reply");
            case RepointableActorRef other:
                system.Log.Error(
                    "Trying to attach child {0} to unknown type of supervisor cell {1}, this is not going to end well",
                    name,
                    other.Underlying.GetType());
                break;
            default:
                break;
        }
    }

    private Envelope EnvelopeOf(object message, IActorRef sender) =>
        new(message, sender.IsNobody() ? GetTestActorCell().System.DeadLetters : sender);
}
