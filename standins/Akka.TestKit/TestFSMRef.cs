using System;
using Akka.Actor;
using Akka.Actor.Internal;

namespace Akka.TestKit;

/// <summary>A test actor ref to a state machine: its state, data and timers can be read and set.</summary>
public class TestFSMRef<TActor, TState, TData> : TestActorRefBase<TActor>
    where TActor : FSM<TState, TData>
{
    public TestFSMRef(ActorSystem system, Props props, IActorRef supervisor = null, string name = null, bool activateLogging = false)
        : base(system, props, supervisor, name)
    {
        if (activateLogging)
        {
            Tell(InternalActivateFsmLogging.Instance, this);
        }
    }

    public TState StateName => UnderlyingActor.StateName;

    public TData StateData => UnderlyingActor.StateData;

    private IInternalSupportsTestFSMRef<TState, TData> Machine => UnderlyingActor;

    public void SetStateData(TData stateData, TimeSpan? timeout = null) => SetState(StateName, stateData, timeout);

    public void SetStateTimeout(TimeSpan timeout) => SetState(StateName, StateData, timeout);

    public void SetState(TState stateName, TimeSpan? timeout = null) => SetState(stateName, StateData, timeout);

    /// <summary>As if the machine's handler had gone to this state.</summary>
    public void SetState(TState stateName, TData stateData, TimeSpan? timeout = null, FSMBase.Reason stopReason = null)
    {
        var state = new FSMBase.State<TState, TData>(stateName, stateData, timeout, stopReason);
        InternalRef.Cell.UseThreadContext(() => Machine.ApplyState(state));
    }

    public void SetTimer(string name, object msg, TimeSpan timeout, bool repeat = false) =>
        InternalRef.Cell.UseThreadContext(() => UnderlyingActor.SetTimer(name, msg, timeout, repeat));

    public void CancelTimer(string name) => UnderlyingActor.CancelTimer(name);

    public bool IsTimerActive(string name) => UnderlyingActor.IsTimerActive(name);

    public bool IsStateTimerActive() => Machine.IsStateTimerActive;
}
