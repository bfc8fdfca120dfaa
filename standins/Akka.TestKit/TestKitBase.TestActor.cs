using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.TestKit.Internal;
using Akka.Util;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>From now on the test actor drops the messages for which this is true.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new TestActor.SetIgnore(message => shouldIgnoreMessage(message)));

    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new TestActor.SetIgnore(message => message is TMsg typed && shouldIgnoreMessage(typed)));

    public void IgnoreMessages<TMsg>() => IgnoreMessages<TMsg>(static _ => true);

    public void IgnoreNoMessages() => TestActor.Tell(new TestActor.SetIgnore(null));

    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new TestActor.SetAutoPilot(pilot));

    /// <summary>The test actor watches; it has begun to when this returns.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => Blocking.Run(WatchAsync(actorToWatch));

    public async Task<IActorRef> WatchAsync(IActorRef actorToWatch)
    {
        await TestActor.Ask(new TestActor.Watch(actorToWatch), RemainingOrDefault);
        return actorToWatch;
    }

    public IActorRef Unwatch(IActorRef actorToUnwatch) => Blocking.Run(UnwatchAsync(actorToUnwatch));

    public async Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch)
    {
        await TestActor.Ask(new TestActor.Unwatch(actorToUnwatch), RemainingOrDefault);
        return actorToUnwatch;
    }

    public IActorRef ChildActorOf(
        Props props, string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        Blocking.Run(ChildActorOfAsync(props, name, supervisorStrategy, cancellationToken));

    public IActorRef ChildActorOf(
        Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        Blocking.Run(ChildActorOfAsync(props, supervisorStrategy, cancellationToken));

    public IActorRef ChildActorOf(Props props, string name, CancellationToken cancellationToken = default) =>
        Blocking.Run(ChildActorOfAsync(props, name, cancellationToken));

    public IActorRef ChildActorOf(Props props, CancellationToken cancellationToken = default) =>
        Blocking.Run(ChildActorOfAsync(props, cancellationToken));

    /// <summary>Has the test actor make a child; the child's ref is the next message of the test's own queue.</summary>
    public Task<IActorRef> ChildActorOfAsync(
        Props props, string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        SpawnAsync(new TestActor.Spawn(props, name, supervisorStrategy), cancellationToken);

    public Task<IActorRef> ChildActorOfAsync(
        Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        SpawnAsync(new TestActor.Spawn(props, Option<string>.None, supervisorStrategy), cancellationToken);

    public Task<IActorRef> ChildActorOfAsync(Props props, string name, CancellationToken cancellationToken = default) =>
        SpawnAsync(new TestActor.Spawn(props, name, Option<SupervisorStrategy>.None), cancellationToken);

    public Task<IActorRef> ChildActorOfAsync(Props props, CancellationToken cancellationToken = default) =>
        SpawnAsync(new TestActor.Spawn(props, Option<string>.None, Option<SupervisorStrategy>.None), cancellationToken);

    private async Task<IActorRef> SpawnAsync(TestActor.Spawn spawn, CancellationToken cancellationToken)
    {
        TestActor.Tell(spawn);
        return await ExpectMsgAsync<IActorRef>(cancellationToken: cancellationToken);
    }
}
