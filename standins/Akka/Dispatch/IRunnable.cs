using System;
using System.Threading;

namespace Akka.Dispatch;

/// <summary>Work for a dispatcher; queued on the thread pool as it is.</summary>
public interface IRunnable : IThreadPoolWorkItem
{
    void Run();
}

/// <summary>A delegate as work.</summary>
public sealed class ActionRunnable(Action action) : IRunnable
{
    public void Run() => action();

    public void Execute() => action();
}

/// <summary>A delegate and its state as work.</summary>
public sealed class ActionWithStateRunnable(Action<object> actionWithState, object state) : IRunnable
{
    public void Run() => actionWithState(state);

    public void Execute() => actionWithState(state);
}
