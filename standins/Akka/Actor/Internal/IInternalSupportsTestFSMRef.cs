namespace Akka.Actor.Internal;

/// <summary>What a test may do with a machine.</summary>
public interface IInternalSupportsTestFSMRef<TState, TData>
{
    bool IsStateTimerActive { get; }

    void ApplyState(FSMBase.State<TState, TData> upcomingState);
}
