using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

public interface IAsyncResultInterceptor
{
    void OnTaskCompleted(object message, Exception exception);
}

/// <summary>Brings the continuations of an actor's asynchronous handlers back to its turn.</summary>
public class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;
    private IActorRef _currentSender;
    private bool _running;

    internal ActorTaskScheduler(ActorCell cell) => _cell = cell;

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
        var mailbox = cell.Mailbox;
        mailbox.BeginAwait();
        var scheduler = cell.TaskScheduler;
        var message = cell.CurrentMessage;
        var sender = cell.Sender;
        scheduler.CurrentMessage = message;
        scheduler._currentSender = sender;
        scheduler.OnBeforeTaskStarted();
        Task.Factory.StartNew(asyncAction, CancellationToken.None, TaskCreationOptions.None, scheduler).Unwrap().ContinueWith(
            task =>
            {
                var failure = task.IsFaulted ? task.Exception.InnerExceptions.Count == 1 ? task.Exception.InnerException : task.Exception
                    : task.IsCanceled ? new TaskCanceledException(task) : null;
                cell.ResumeAfterTask(failure, message, sender);
                scheduler.OnAfterTaskCompleted();
                if (scheduler is IAsyncResultInterceptor interceptor)
                    interceptor.OnTaskCompleted(message, failure);
            },
            CancellationToken.None, TaskContinuationOptions.None, scheduler);
    }

    protected override IEnumerable<Task> GetScheduledTasks() => null;

    protected override void QueueTask(Task task)
    {
        if (ReferenceEquals(ActorCell.Current, _cell) && (task.CreationOptions & TaskCreationOptions.LongRunning) == 0 && !_running)
        {
            // The first part of a handler runs at once, inside the turn that received its message.
            _running = true;
            try
            {
                TryExecuteTask(task);
            }
            finally
            {
                _running = false;
            }
            return;
        }
        _cell.SendSystemMessage(new ActorTaskSchedulerMessage(() => TryExecuteTask(task), CurrentMessage, _currentSender));
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(ActorCell.Current, _cell) && TryExecuteTask(task);

    protected virtual void OnBeforeTaskStarted()
    {
    }

    protected virtual void OnAfterTaskCompleted()
    {
    }
}
