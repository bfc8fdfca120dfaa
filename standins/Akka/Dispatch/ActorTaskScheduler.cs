using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

/// <summary>Told when an asynchronous handler has ended.</summary>
internal interface IAsyncResultInterceptor
{
    void OnTaskCompleted(object message, Exception exception);
}

/// <summary>
/// Runs the continuations of an asynchronous handler in its actor's turns. The mailbox is suspended until the
/// handler has ended, so no other message comes between.
/// </summary>
public class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;

    internal ActorTaskScheduler(ActorCell actorCell) => _cell = actorCell;

    /// <summary>The message whose handler is running.</summary>
    public object CurrentMessage { get; private set; }

    public override int MaximumConcurrencyLevel => 1;

    public static void RunTask(Action action) => RunTask(() =>
    {
        action();
        return Task.CompletedTask;
    });

    public static void RunTask(Func<Task> asyncAction)
    {
        var cell = ActorCell.Current ?? throw new InvalidOperationException("RunTask must be called from an actor context.");
        cell.TaskScheduler.Start(asyncAction);
    }

    internal void ExecuteTask(Task task) => TryExecuteTask(task);

    protected virtual void OnBeforeTaskStarted()
    {
    }

    protected virtual void OnAfterTaskCompleted()
    {
    }

    protected override IEnumerable<Task> GetScheduledTasks() => null;

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override void QueueTask(Task task)
    {
        if (!task.CreationOptions.HasFlag(TaskCreationOptions.LongRunning) && ActorCell.Current == _cell)
        {
            TryExecuteTask(task);
        }
        else
        {
            _cell.SendSystemMessage(new ActorTaskSchedulerMessage(this, task, CurrentMessage));
        }
    }

    private static Exception FailureOf(Task task) => task.Status switch
    {
        TaskStatus.Canceled => new TaskCanceledException(),
        TaskStatus.Faulted when task.Exception.InnerExceptions.Count == 1 => task.Exception.InnerExceptions[0],
        TaskStatus.Faulted => task.Exception,
        _ => null,
    };

    private void Start(Func<Task> asyncAction)
    {
        var dispatcher = _cell.Dispatcher;
        dispatcher.Suspend(_cell);
        CurrentMessage = _cell.CurrentMessage;
        OnBeforeTaskStarted();
        Task.Factory.StartNew(asyncAction, CancellationToken.None, TaskCreationOptions.None, this)
            .Unwrap()
            .ContinueWith(ended => Ended(FailureOf(ended)), CancellationToken.None, TaskContinuationOptions.None, this);
    }

    private void Ended(Exception failure)
    {
        if (failure is null)
        {
            _cell.Dispatcher.Resume(_cell);
            _cell.CheckReceiveTimeout(_cell.CurrentMessage is not INotInfluenceReceiveTimeout);
        }
        else
        {
            _cell.SendSystemMessage(new ActorTaskSchedulerMessage(failure, CurrentMessage));
        }

        (this as IAsyncResultInterceptor)?.OnTaskCompleted(CurrentMessage, failure);
        CurrentMessage = null;
        OnAfterTaskCompleted();
    }
}
