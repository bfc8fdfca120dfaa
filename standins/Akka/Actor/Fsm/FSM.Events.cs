using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Actor.Internal;
using Akka.Event;
using Akka.Routing;

namespace Akka.Actor;

public abstract partial class FSM<TState, TData>
{
    void IInternalSupportsTestFSMRef<TState, TData>.ApplyState(State<TState, TData> upcomingState) => ApplyState(upcomingState);

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case TimeoutMarker timeout:
                if (timeout.Generation == _generation)
                {
                    Process(StateTimeout.Instance, "state timeout");
                }

                break;
            case Timer timer:
                if (ReferenceEquals(timer.Owner, this) && _timers.TryGetValue(timer.Name, out var current) && current.Generation == timer.Generation)
                {
                    CancelStateTimer();
                    if (!timer.Repeat)
                    {
                        _timers.Remove(timer.Name);
                    }

                    Process(timer.Message, timer);
                }

                break;
            case SubscribeTransitionCallBack subscribe:
                AddListener(subscribe.ActorRef);
                break;
            case Listen listen:
                AddListener(listen.Listener);
                break;
            case UnsubscribeTransitionCallBack unsubscribe:
                RemoveListener(unsubscribe.ActorRef);
                break;
            case Deafen deafen:
                RemoveListener(deafen.Listener);
                break;
            default:
                CancelStateTimer();
                Process(message, Sender);
                break;
        }

        return true;
    }

    protected override void PostStop()
    {
        // Setting this instance's state to terminated does nothing during restart, since new instance will initialize fresh using StartWith.
        Terminate(Stay().WithStopReason(Shutdown.Instance));
        base.PostStop();
    }

    protected virtual void LogTermination(Reason reason)
    {
        switch (reason)
        {
            case Failure { Cause: Exception exception }:
                _log.Error(exception, "terminating due to Failure");
                break;
            case Failure failure:
                _log.Error(failure.Cause?.ToString() ?? "null");
                break;
        }
    }

    private static string NameOf(object source) => source switch
    {
        string text => text,
        Timer timer => $"timer '{timer.Name}'",
        IActorRef actor => actor.ToString(),
        _ => "unknown",
    };

    private void AddListener(IActorRef listener)
    {
        Context.Watch(listener);
        Listeners.Add(listener);
        listener.Tell(new CurrentState<TState>(Self, _currentState.StateName));
    }

    private void RemoveListener(IActorRef listener)
    {
        Context.Unwatch(listener);
        Listeners.Remove(listener);
    }

    private void CancelStateTimer()
    {
        _stateTimer?.Cancel(false);
        _stateTimer = null;
        _generation++;
    }

    private void Process(object message, object source)
    {
        var fsmEvent = new Event<TData>(message, _currentState.StateData);
        if (DebugEvent)
        {
            _log.Debug("processing {0} from {1} in state {2}", fsmEvent, NameOf(source), StateName);
        }

        var old = _currentState;
        var next = _stateFunctions[old.StateName](fsmEvent) ?? _unhandled(fsmEvent);
        ApplyState(next);
        if (DebugEvent && !Equals(old, next))
        {
            _log.Debug("transition {0} -> {1}", old, next);
        }
    }

    private void ApplyState(State<TState, TData> next)
    {
        if (next.StopReason is null)
        {
            MakeTransition(next);
        }
        else
        {
            SendReplies(next);
            Terminate(next);
            Context.Stop(Self);
        }
    }

    private void MakeTransition(State<TState, TData> next)
    {
        if (!_stateFunctions.ContainsKey(next.StateName))
        {
            Terminate(Stay().WithStopReason(new Failure($"Next state {next.StateName} does not exist")));
            return;
        }

        SendReplies(next);
        if (next.Notifies || !EqualityComparer<TState>.Default.Equals(_currentState.StateName, next.StateName))
        {
            _nextState = next;
            foreach (var handler in _transitionHandlers)
            {
                handler(_currentState.StateName, next.StateName);
            }

            Listeners.Gossip(new Transition<TState>(Self, _currentState.StateName, next.StateName));
            _nextState = null;
        }

        _currentState = next;
        if ((next.Timeout ?? _stateTimeouts[next.StateName]) is { } timeout && timeout < TimeSpan.MaxValue)
        {
            _stateTimer = Context.System.Scheduler.ScheduleTellOnceCancelable(timeout, Context.Self, new TimeoutMarker(_generation), Context.Self);
        }
    }

    private void SendReplies(State<TState, TData> state)
    {
        foreach (var reply in state.Replies.Reverse())
        {
            Sender.Tell(reply);
        }
    }

    private void Terminate(State<TState, TData> upcoming)
    {
        if (_currentState.StopReason is not null)
        {
            return;
        }

        LogTermination(upcoming.StopReason);
        foreach (var timer in _timers.Values)
        {
            timer.Cancel();
        }

        _timers.Clear();
        _stateTimer?.Cancel();
        _currentState = upcoming;
        _terminationHandler(new StopEvent<TState, TData>(upcoming.StopReason, upcoming.StateName, upcoming.StateData));
    }
}
