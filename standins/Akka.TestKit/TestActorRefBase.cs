using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.TestKit.Internal;
using Akka.Util;

namespace Akka.TestKit;

/// <summary>An actor that runs on its senders' threads, with its instance at hand.</summary>
public abstract class TestActorRefBase<TActor> : ICanTell, IEquatable<IActorRef>, IInternalActorRef
    where TActor : ActorBase
{
    private readonly InternalTestActorRef _inner;

    protected TestActorRefBase(ActorSystem system, Props actorProps, IActorRef supervisor = null, string name = null) =>
        _inner = InternalTestActorRef.Create(system, actorProps, supervisor, name);

    public IActorRef Ref => _inner;

    /// <summary>The actor itself. After a restart it is another.</summary>
    public TActor UnderlyingActor => (TActor)_inner.UnderlyingActor;

    public ActorPath Path => _inner.Path;

    ActorPath IActorRef.Path => _inner.Path;

    bool IActorRefScope.IsLocal => Inner.IsLocal;

    IInternalActorRef IInternalActorRef.Parent => Inner.Parent;

    IActorRefProvider IInternalActorRef.Provider => Inner.Provider;

#pragma warning disable CS0618 // The interface demands it.
    bool IInternalActorRef.IsTerminated => Inner.IsTerminated;
#pragma warning restore CS0618

    protected InternalTestActorRef InternalRef => _inner;

    private IInternalActorRef Inner => _inner;

    public static bool operator ==(TestActorRefBase<TActor> testActorRef, IActorRef actorRef) => AreEqual(testActorRef, actorRef);

    public static bool operator !=(TestActorRefBase<TActor> testActorRef, IActorRef actorRef) => !AreEqual(testActorRef, actorRef);

    public static bool operator ==(IActorRef actorRef, TestActorRefBase<TActor> testActorRef) => AreEqual(testActorRef, actorRef);

    public static bool operator !=(IActorRef actorRef, TestActorRefBase<TActor> testActorRef) => !AreEqual(testActorRef, actorRef);

    public static IActorRef ToActorRef(TestActorRefBase<TActor> actorRef) => actorRef._inner;

    /// <summary>Runs the actor's handler here and now, past its mailbox; what it throws is thrown here.</summary>
    public void Receive(object message, IActorRef sender = null) => _inner.Receive(message, sender);

    /// <summary>As <see cref="Receive"/> for an asynchronous handler; done when the handler is.</summary>
    public Task ReceiveAsync(object message, IActorRef sender = null) => _inner.ReceiveAsync(message, sender);

    public void Tell(object message) => _inner.Tell(message);

    public void Tell(object message, IActorRef sender) => _inner.Tell(message, sender);

    public void Forward(object message) => _inner.Forward(message);

    public void Watch(IActorRef subject) => _inner.Watch(subject);

    public void Unwatch(IActorRef subject) => _inner.Unwatch(subject);

    public void SendSystemMessage(ISystemMessage message) => Inner.SendSystemMessage(message);

    public void SendSystemMessage(ISystemMessage message, IActorRef sender) => Inner.SendSystemMessage(message);

    public int CompareTo(object obj) => ((IComparable)_inner).CompareTo(obj);

    public bool Equals(IActorRef other) => _inner.Equals(other);

    public override bool Equals(object obj) => _inner.Equals(obj);

    public override int GetHashCode() => _inner.GetHashCode();

    public override string ToString() => _inner.ToString();

    int IComparable<IActorRef>.CompareTo(IActorRef other) => _inner.CompareTo(other);

    bool IEquatable<IActorRef>.Equals(IActorRef other) => _inner.Equals(other);

    void ICanTell.Tell(object message, IActorRef sender) => _inner.Tell(message, sender);

    ISurrogate ISurrogated.ToSurrogate(ActorSystem system) => _inner.ToSurrogate(system);

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> name) => Inner.GetChild(name);

    void IInternalActorRef.Resume(Exception causedByFailure) => Inner.Resume(causedByFailure);

    void IInternalActorRef.Start() => Inner.Start();

    void IInternalActorRef.Stop() => Inner.Stop();

    void IInternalActorRef.Restart(Exception cause) => Inner.Restart(cause);

    void IInternalActorRef.Suspend() => Inner.Suspend();

    private protected static bool AreEqual(TestActorRefBase<TActor> testActorRef, IActorRef actorRef) =>
        testActorRef is null ? actorRef is null : testActorRef.Equals(actorRef);
}
