using Akka.Actor;

namespace Akka.TestKit.TestActors;

/// <summary>Handles everything and does nothing.</summary>
public class BlackHoleActor : ActorBase
{
    public static Props Props => Props.Create<BlackHoleActor>();

    protected override bool Receive(object message) => true;
}

/// <summary>Tells the test actor what it gets and, if wanted, sends it back as well.</summary>
public class EchoActor : ReceiveActor
{
    public EchoActor(TestKitBase testkit, bool echoBackToSenderAsWell = true) =>
        ReceiveAny(message =>
        {
            var sender = Sender;
            if (echoBackToSenderAsWell && testkit.TestActor != sender)
            {
                sender.Forward(message);
            }

            testkit.TestActor.Tell(message, sender);
        });

    public static Props Props(TestKitBase testkit, bool echoBackToSenderAsWell = true) =>
        Actor.Props.Create(() => new EchoActor(testkit, echoBackToSenderAsWell));
}

/// <summary>Sends back what it gets.</summary>
public class SimpleEchoActor : ReceiveActor
{
    public SimpleEchoActor() => ReceiveAny(message => Sender.Tell(message));

    public static Props Props() => Actor.Props.Create(() => new SimpleEchoActor());
}

/// <summary>Passes everything on, with its sender.</summary>
public class ForwardActor : ReceiveActor
{
    public ForwardActor(IActorRef target) => ReceiveAny(target.Forward);

    public static Props Props(IActorRef target) => Actor.Props.Create(() => new ForwardActor(target));
}

/// <summary>Handles nothing.</summary>
public class UnhandledMessageActor : ReceiveActor
{
}
