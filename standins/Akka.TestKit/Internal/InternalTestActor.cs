using System;
using System.Threading.Channels;
using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>Puts what it receives into the queue of its test.</summary>
internal sealed class InternalTestActor : UntypedActor
{
    private readonly ChannelWriter<MessageEnvelope> _queue;

    // As in the real TestKit the strategies are kept but the children are supervised by the default one.
    private readonly DelegatingSupervisorStrategy _childStrategies = new();
    private TestActor.Ignore _ignore;
    private AutoPilot _autoPilot;

    public InternalTestActor(ChannelWriter<MessageEnvelope> queue) => _queue = queue;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TestActor.SetIgnore set:
                _ignore = set.Ignore;
                break;
            case TestActor.SetAutoPilot set:
                _autoPilot = set.AutoPilot;
                break;
            case TestActor.Watch watch:
                Context.Watch(watch.Actor);
                Sender.Tell(TestActor.WatchAck.Instance);
                break;
            case TestActor.Unwatch unwatch:
                Context.Unwatch(unwatch.Actor);
                Sender.Tell(TestActor.UnwatchAck.Instance);
                break;
            case TestActor.Spawn spawn:
                Spawn(spawn);
                break;
            default:
                Deliver(message);
                break;
        }
    }

    private void Spawn(TestActor.Spawn spawn)
    {
        var child = spawn.Apply(Context);
        if (spawn._supervisorStrategy.HasValue)
        {
            _childStrategies.Update(child, spawn._supervisorStrategy.Value);
        }

        Enqueue(child, Self);
    }

    private void Deliver(object message)
    {
        var sender = Sender;
        if (_autoPilot?.Run(sender, message) is { } next and not KeepRunning)
        {
            _autoPilot = next;
        }

        if (_ignore is null || !_ignore(message))
        {
            Enqueue(message, sender);
        }
    }

    private void Enqueue(object message, IActorRef sender)
    {
        if (!_queue.TryWrite(new RealMessageEnvelope(message, sender)))
        {
            throw new InvalidOperationException("Failed to write to internal TestActor queue");
        }
    }
}
