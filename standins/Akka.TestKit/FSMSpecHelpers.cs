using System;
using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Comparers for the notifications of a state machine.</summary>
public static class FSMSpecHelpers
{
    public static Func<object, object, bool> CurrentStateExpector<TS>() => static (expected, actual) =>
    {
        var one = (FSMBase.CurrentState<TS>)expected;
        var other = (FSMBase.CurrentState<TS>)actual;
        return one.FsmRef.Equals(other.FsmRef) && one.State.Equals(other.State);
    };

    public static Func<object, object, bool> TransitionStateExpector<TS>() => static (expected, actual) =>
    {
        var one = (FSMBase.Transition<TS>)expected;
        var other = (FSMBase.Transition<TS>)actual;
        return one.FsmRef.Equals(other.FsmRef) && one.From.Equals(other.From) && one.To.Equals(other.To);
    };
}
