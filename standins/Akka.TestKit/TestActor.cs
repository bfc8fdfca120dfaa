using Akka.Actor;
using Akka.Util;

namespace Akka.TestKit;

/// <summary>What the test actor itself understands; every other message goes to the test's queue.</summary>
public static class TestActor
{
    public delegate bool Ignore(object message);

    public static AutoPilot NoAutoPilot => TestKit.NoAutoPilot.Instance;

    public static AutoPilot KeepRunning => TestKit.KeepRunning.Instance;

    public static NullMessageEnvelope NullMessage => NullMessageEnvelope.Instance;

    public class SetIgnore : INoSerializationVerificationNeeded
    {
        public SetIgnore(Ignore ignore) => Ignore = ignore;

        public Ignore Ignore { get; }
    }

    public class Watch : INoSerializationVerificationNeeded
    {
        public Watch(IActorRef actorToWatch) => Actor = actorToWatch;

        public IActorRef Actor { get; }
    }

    public class Unwatch : INoSerializationVerificationNeeded
    {
        public Unwatch(IActorRef actorToUnwatch) => Actor = actorToUnwatch;

        public IActorRef Actor { get; }
    }

    public class SetAutoPilot : INoSerializationVerificationNeeded
    {
        public SetAutoPilot(AutoPilot autoPilot) => AutoPilot = autoPilot;

        public AutoPilot AutoPilot { get; }
    }

    public class Spawn : INoSerializationVerificationNeeded
    {
        public readonly Props _props;
        public readonly Option<string> _name;
        public readonly Option<SupervisorStrategy> _supervisorStrategy;

        public Spawn(Props props, Option<string> name, Option<SupervisorStrategy> supervisorStrategy)
        {
            _props = props;
            _name = name;
            _supervisorStrategy = supervisorStrategy;
        }

        public IActorRef Apply(IActorRefFactory context) =>
            _name.HasValue ? context.ActorOf(_props, _name.Value) : context.ActorOf(_props);
    }

    internal sealed class WatchAck : INoSerializationVerificationNeeded
    {
        public static readonly WatchAck Instance = new();

        private WatchAck()
        {
        }
    }

    internal sealed class UnwatchAck : INoSerializationVerificationNeeded
    {
        public static readonly UnwatchAck Instance = new();

        private UnwatchAck()
        {
        }
    }
}
