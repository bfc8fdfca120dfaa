using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.TestKit.Internal;
using Akka.Util;

namespace Akka.TestKit;

/// <summary>A test actor of its own beside the test's, and an actor ref wherever one is wanted.</summary>
public class TestProbe : TestKitBase, INoImplicitSender, IInternalActorRef
{
    public TestProbe(ActorSystem system, ITestKitAssertions assertions, string testProbeName = null)
        : base(assertions, system, testProbeName)
    {
    }

    public IActorRef Ref => TestActor;

    /// <summary>The sender of the last message received.</summary>
    public IActorRef Sender => LastSender;

    ActorPath IActorRef.Path => TestActor.Path;

    bool IActorRefScope.IsLocal => Inner.IsLocal;

    IInternalActorRef IInternalActorRef.Parent => Inner.Parent;

    IActorRefProvider IInternalActorRef.Provider => Inner.Provider;

#pragma warning disable CS0618 // The interface demands it.
    bool IInternalActorRef.IsTerminated => Inner.IsTerminated;
#pragma warning restore CS0618

    private IInternalActorRef Inner => (IInternalActorRef)TestActor;

    /// <summary>Tells, with the probe for the sender.</summary>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Tells, with the sender of the last message for the sender.</summary>
    public void Forward(IActorRef actor, object message) => actor.Tell(message, Sender);

    /// <summary>Passes the last message on with its sender.</summary>
    public void Forward(IActorRef actor) => actor.Tell(LastMessage, Sender);

    /// <summary>Answers the last message.</summary>
    public void Reply(object message) => Sender.Tell(message, TestActor);

    [Obsolete("Cannot create a TestProbe from a TestProbe", true)]
#pragma warning disable CS0809 // Only the probe's own is obsolete.
    public override TestProbe CreateTestProbe(string name = null) =>
#pragma warning restore CS0809
        throw new NotSupportedException("Cannot create a TestProbe from a TestProbe");

    public IActorRef ChildActorOf<T>(
        string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase =>
        Blocking.Run(ChildActorOfAsync<T>(name, supervisorStrategy, cancellationToken));

    public IActorRef ChildActorOf<T>(SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase =>
        Blocking.Run(ChildActorOfAsync<T>(supervisorStrategy, cancellationToken));

    public IActorRef ChildActorOf<T>(string name, CancellationToken cancellationToken = default)
        where T : ActorBase =>
        Blocking.Run(ChildActorOfAsync<T>(name, cancellationToken));

    public IActorRef ChildActorOf<T>(CancellationToken cancellationToken = default)
        where T : ActorBase =>
        Blocking.Run(ChildActorOfAsync<T>(cancellationToken));

    public Task<IActorRef> ChildActorOfAsync<T>(
        string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase =>
        ChildActorOfAsync(Props.Create<T>(), name, supervisorStrategy, cancellationToken);

    public Task<IActorRef> ChildActorOfAsync<T>(
        SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase =>
        ChildActorOfAsync(Props.Create<T>(), supervisorStrategy, cancellationToken);

    public Task<IActorRef> ChildActorOfAsync<T>(string name, CancellationToken cancellationToken = default)
        where T : ActorBase =>
        ChildActorOfAsync(Props.Create<T>(), name, cancellationToken);

    public Task<IActorRef> ChildActorOfAsync<T>(CancellationToken cancellationToken = default)
        where T : ActorBase =>
        ChildActorOfAsync(Props.Create<T>(), cancellationToken);

    public void SendSystemMessage(ISystemMessage message) => Inner.SendSystemMessage(message);

    public void SendSystemMessage(ISystemMessage message, IActorRef sender) => Inner.SendSystemMessage(message);

    public int CompareTo(object obj) => TestActor.CompareTo(obj);

    public override bool Equals(object obj) => TestActor.Equals(obj);

    public override int GetHashCode() => TestActor.GetHashCode();

    public override string ToString() => $"TestProbe({TestActor})";

    int IComparable<IActorRef>.CompareTo(IActorRef other) => TestActor.CompareTo(other);

    bool IEquatable<IActorRef>.Equals(IActorRef other) => TestActor.Equals(other);

    void ICanTell.Tell(object message, IActorRef sender) => TestActor.Tell(message, sender);

    ISurrogate ISurrogated.ToSurrogate(ActorSystem system) => TestActor.ToSurrogate(system);

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> name) => Inner.GetChild(name);

    void IInternalActorRef.Resume(Exception causedByFailure) => Inner.Resume(causedByFailure);

    void IInternalActorRef.Start() => Inner.Start();

    void IInternalActorRef.Stop() => Inner.Stop();

    void IInternalActorRef.Restart(Exception cause) => Inner.Restart(cause);

    void IInternalActorRef.Suspend() => Inner.Suspend();
}
