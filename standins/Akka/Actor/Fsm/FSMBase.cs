using System;
using System.Collections.Generic;

namespace Akka.Actor;

/// <summary>The messages and values of state machines.</summary>
public abstract class FSMBase : ActorBase
{
    /// <summary>Sent to a new listener.</summary>
    public sealed class CurrentState<TS>(IActorRef fsmRef, TS state)
    {
        public IActorRef FsmRef { get; } = fsmRef;

        public TS State { get; } = state;

        public override bool Equals(object obj) =>
            obj is CurrentState<TS> other && Equals(FsmRef, other.FsmRef) && EqualityComparer<TS>.Default.Equals(State, other.State);

        public override int GetHashCode() => HashCode.Combine(FsmRef, State);

        public override string ToString() => $"CurrentState <{State}>";
    }

    /// <summary>Sent to listeners.</summary>
    public sealed class Transition<TS>(IActorRef fsmRef, TS from, TS to)
    {
        public IActorRef FsmRef { get; } = fsmRef;

        public TS From { get; } = from;

        public TS To { get; } = to;

        public override bool Equals(object obj) =>
            obj is Transition<TS> other && Equals(FsmRef, other.FsmRef)
            && EqualityComparer<TS>.Default.Equals(From, other.From) && EqualityComparer<TS>.Default.Equals(To, other.To);

        public override int GetHashCode() => HashCode.Combine(FsmRef, From, To);

        public override string ToString() => $"Transition({From}, {To})";
    }

    public sealed class SubscribeTransitionCallBack(IActorRef actorRef)
    {
        public IActorRef ActorRef { get; } = actorRef;
    }

    public sealed class UnsubscribeTransitionCallBack(IActorRef actorRef)
    {
        public IActorRef ActorRef { get; } = actorRef;
    }

    /// <summary>Why a machine stops.</summary>
    public abstract class Reason
    {
    }

    public sealed class Normal : Reason
    {
        private Normal()
        {
        }

        public static Normal Instance { get; } = new();
    }

    public sealed class Shutdown : Reason
    {
        private Shutdown()
        {
        }

        public static Shutdown Instance { get; } = new();
    }

    public sealed class Failure(object cause) : Reason
    {
        public object Cause { get; } = cause;

        public override string ToString() => $"Failure({Cause})";
    }

    /// <summary>The event of a state that has lasted too long.</summary>
    public sealed class StateTimeout
    {
        private StateTimeout()
        {
        }

        public static StateTimeout Instance { get; } = new();
    }

    public sealed class LogEntry<TS, TD>(TS stateName, TD stateData, object fsmEvent)
    {
        public TS StateName { get; } = stateName;

        public TD StateData { get; } = stateData;

        public object FsmEvent { get; } = fsmEvent;

        public override string ToString() => $"StateName: <{StateName}>, StateData: <{StateData}>, FsmEvent: <{FsmEvent}>";
    }

    /// <summary>What has happened, and the data at the time.</summary>
    public readonly struct Event<TD>(object fsmEvent, TD stateData) : INoSerializationVerificationNeeded
    {
        public object FsmEvent { get; } = fsmEvent;

        public TD StateData { get; } = stateData;

        public override string ToString() => $"Event: <{FsmEvent}>, StateData: <{StateData}>";
    }

    /// <summary>How a machine ended.</summary>
    public sealed class StopEvent<TS, TD>(Reason reason, TS terminatedState, TD stateData) : INoSerializationVerificationNeeded
    {
        public Reason Reason { get; } = reason;

        public TS TerminatedState { get; } = terminatedState;

        public TD StateData { get; } = stateData;

        public override string ToString() => $"Reason: <{Reason}>, TerminatedState: <{TerminatedState}>, StateData: <{StateData}>";
    }

    /// <summary>A state, its data, and what to do on entering it.</summary>
    public sealed class State<TS, TD>(TS stateName, TD stateData, TimeSpan? timeout = null, Reason stopReason = null, IReadOnlyList<object> replies = null, bool notifies = true)
        : IEquatable<State<TS, TD>>
    {
        public TS StateName { get; } = stateName;

        public TD StateData { get; } = stateData;

        public TimeSpan? Timeout { get; } = timeout;

        public Reason StopReason { get; } = stopReason;

        /// <summary>The latest first.</summary>
        public IReadOnlyList<object> Replies { get; } = replies ?? [];

        /// <summary>Whether it is a transition even from the same state.</summary>
        internal bool Notifies { get; } = notifies;

        public State<TS, TD> ForMax(TimeSpan timeout) => new(StateName, StateData, timeout, StopReason, Replies, Notifies);

        public State<TS, TD> Replying(object replyValue) => new(StateName, StateData, Timeout, StopReason, [replyValue, .. Replies], Notifies);

        public State<TS, TD> Using(TD nextStateData) => new(StateName, nextStateData, Timeout, StopReason, Replies, Notifies);

        public bool Equals(State<TS, TD> other) =>
            ReferenceEquals(this, other)
            || (other is not null
                && EqualityComparer<TS>.Default.Equals(StateName, other.StateName)
                && EqualityComparer<TD>.Default.Equals(StateData, other.StateData)
                && Timeout == other.Timeout && Equals(StopReason, other.StopReason) && Equals(Replies, other.Replies));

        public override bool Equals(object obj) => Equals(obj as State<TS, TD>);

        public override int GetHashCode() => HashCode.Combine(StateName, StateData, Timeout, StopReason);

        public override string ToString() => $"{StateName}, {StateData}";

        internal State<TS, TD> ForStay() => new(StateName, StateData, notifies: false);

        internal State<TS, TD> WithStopReason(Reason reason) => new(StateName, StateData, Timeout, reason, Replies, Notifies);
    }

    /// <summary>A state timeout, good for one generation of the state.</summary>
    internal sealed record TimeoutMarker(long Generation);

    /// <summary>A named timer, and the message that it sends.</summary>
    internal sealed class Timer(string name, object message, bool repeat, int generation, ActorBase owner, IActorContext context)
        : INoSerializationVerificationNeeded
    {
        private ICancelable _task;

        public string Name { get; } = name;

        public object Message { get; } = message;

        public bool Repeat { get; } = repeat;

        public int Generation { get; } = generation;

        public ActorBase Owner { get; } = owner;

        public void Schedule(IActorRef actor, TimeSpan timeout)
        {
            var scheduler = context.System.Scheduler;
            var sent = Message is IAutoReceivedMessage ? Message : this;
            _task = Repeat
                ? scheduler.ScheduleTellRepeatedlyCancelable(timeout, timeout, actor, sent, context.Self)
                : scheduler.ScheduleTellOnceCancelable(timeout, actor, sent, context.Self);
        }

        public void Cancel() => _task?.Cancel();
    }
}
