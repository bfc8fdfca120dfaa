using System;
using System.Collections.Generic;
using Akka.Actor.Internal;
using Akka.Event;
using Akka.Pattern;
using Akka.Routing;

namespace Akka.Actor;

/// <summary>Says that a machine logs its events, when <c>akka.actor.debug.fsm</c> is on.</summary>
public interface ILoggingFSM
{
}

/// <summary>An actor that is a state machine.</summary>
public abstract partial class FSM<TState, TData> : FSMBase, IListeners, IInternalSupportsTestFSMRef<TState, TData>
{
#pragma warning disable SA1401, IDE1006 // Protected fields of the real API.
    protected bool DebugEvent;
#pragma warning restore SA1401, IDE1006

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<TState, StateFunction> _stateFunctions = [];
    private readonly Dictionary<TState, TimeSpan?> _stateTimeouts = [];
    private readonly Dictionary<string, Timer> _timers = [];
    private readonly List<TransitionHandler> _transitionHandlers = [];
    private Action<StopEvent<TState, TData>> _terminationHandler = static _ => { };
    private StateFunction _unhandled;
    private State<TState, TData> _currentState;
    private State<TState, TData> _nextState;
    private ICancelable _stateTimer;
    private long _generation;
    private int _timerGeneration;

    protected FSM()
    {
        DebugEvent = this is ILoggingFSM && Context.System.Settings.FsmDebugEvent;
        _unhandled = UnhandledByDefault;
    }

    /// <summary>Handles an event; null if it does not.</summary>
    public delegate State<TState, TData> StateFunction(Event<TData> fsmEvent);

    public delegate void TransitionHandler(TState initialState, TState nextState);

    public ListenerSupport Listeners { get; } = new();

    public TState StateName => (_currentState ?? throw new IllegalStateException("You must call StartWith before calling StateName.")).StateName;

    public TData StateData => (_currentState ?? throw new IllegalStateException("You must call StartWith before calling StateData.")).StateData;

    public TData NextStateData => (_nextState ?? throw new InvalidOperationException("NextStateData is only available during OnTransition")).StateData;

    bool IInternalSupportsTestFSMRef<TState, TData>.IsStateTimerActive => _stateTimer is not null;

    /// <summary>Adds a handler for a state; the first that handles an event counts.</summary>
    public void When(TState stateName, StateFunction func, TimeSpan? timeout = null)
    {
        if (_stateFunctions.TryGetValue(stateName, out var first))
        {
            _stateFunctions[stateName] = OrElse(first, func);
            _stateTimeouts[stateName] ??= timeout;
        }
        else
        {
            _stateFunctions.Add(stateName, func);
            _stateTimeouts.Add(stateName, timeout);
        }
    }

    public void StartWith(TState stateName, TData stateData, TimeSpan? timeout = null) => _currentState = new(stateName, stateData, timeout);

    public State<TState, TData> GoTo(TState nextStateName) => new(nextStateName, _currentState.StateData);

    [Obsolete("This method is obsoleted. Use GoTo(nextStateName).Using(newStateData) [1.2.0]")]
    public State<TState, TData> GoTo(TState nextStateName, TData stateData) => new(nextStateName, stateData);

    public State<TState, TData> Stay() => _currentState.ForStay();

    public State<TState, TData> Stop() => Stop(Normal.Instance);

    public State<TState, TData> Stop(Reason reason) => Stop(reason, _currentState.StateData);

    public State<TState, TData> Stop(Reason reason, TData stateData) => Stay().Using(stateData).WithStopReason(reason);

    public TransformHelper Transform(StateFunction func) => new(func);

    public void SetTimer(string name, object msg, TimeSpan timeout, bool repeat = false)
    {
        if (DebugEvent)
        {
            _log.Debug($"setting {(repeat ? "repeating" : "")} timer {name}/{timeout}: {msg}");
        }

        if (_timers.TryGetValue(name, out var old))
        {
            old.Cancel();
        }

        var timer = new Timer(name, msg, repeat, ++_timerGeneration, this, Context);
        timer.Schedule(Self, timeout);
        _timers[name] = timer;
    }

    public void CancelTimer(string name)
    {
        if (DebugEvent)
        {
            _log.Debug($"Cancelling timer {name}");
        }

        if (_timers.Remove(name, out var timer))
        {
            timer.Cancel();
        }
    }

    public bool IsTimerActive(string name) => _timers.ContainsKey(name);

    public void SetStateTimeout(TState state, TimeSpan? timeout) => _stateTimeouts[state] = timeout;

    public void OnTransition(TransitionHandler transitionHandler) => _transitionHandlers.Add(transitionHandler);

    public void OnTermination(Action<StopEvent<TState, TData>> terminationHandler) => _terminationHandler = terminationHandler;

    public void WhenUnhandled(StateFunction stateFunction) => _unhandled = OrElse(stateFunction, UnhandledByDefault);

    /// <summary>Enters the first state.</summary>
    public void Initialize() => MakeTransition(_currentState ?? throw new IllegalStateException("You must call StartWith before calling Initialize."));

    private static StateFunction OrElse(StateFunction first, StateFunction second) => fsmEvent => first(fsmEvent) ?? second(fsmEvent);

    private State<TState, TData> UnhandledByDefault(Event<TData> fsmEvent)
    {
        _log.Warning("unhandled event {0} in state {1}", fsmEvent.FsmEvent, StateName);
        return Stay();
    }

    /// <summary>Changes what a handler returns.</summary>
    public sealed class TransformHelper(StateFunction func)
    {
        public StateFunction Func { get; } = func;

        public StateFunction Using(Func<State<TState, TData>, State<TState, TData>> andThen) => fsmEvent => andThen(Func(fsmEvent));
    }
}
