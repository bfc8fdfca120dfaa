using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Dispatch;

namespace Akka.TestKit.Internal;

public partial class InternalTestActorRef
{
    /// <summary>Asks the cell for the actor.</summary>
    public class InternalGetActor : IAutoReceivedMessage, IPossiblyHarmful
    {
        public static readonly InternalGetActor Instance = new();

        private InternalGetActor()
        {
        }
    }

    protected class TestActorCell : ActorCell
    {
        private readonly Dictionary<object, TaskCompletionSource<Done>> _running = new(ReferenceEqualityComparer.Instance);
        private TestActorTaskScheduler _scheduler;

        public TestActorCell(
            ActorSystemImpl system, IInternalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef parent)
            : base(system, self, props, dispatcher, parent)
        {
        }

        public new object Actor => base.Actor;

        public override ActorTaskScheduler TaskScheduler =>
            Volatile.Read(ref _scheduler)
            ?? Interlocked.CompareExchange(ref _scheduler, new TestActorTaskScheduler(this, OnTaskCompleted), null)
            ?? _scheduler;

        /// <summary>Done when the handler's task is; a synchronous handler never completes it, as in the real TestKit.</summary>
        public Task ReceiveMessageForTestAsync(Envelope envelope)
        {
            var done = new TaskCompletionSource<Done>();
            _running[envelope.Message] = done;
            ReceiveMessageForTest(envelope);
            return done.Task;
        }

        public Task UseThreadContextAsync(Func<Task> actionAsync)
        {
            var before = InternalCurrentActorCellKeeper.Current;
            InternalCurrentActorCellKeeper.Current = this;
            try
            {
                return actionAsync();
            }
            finally
            {
                InternalCurrentActorCellKeeper.Current = before;
            }
        }

        protected internal override void AutoReceiveMessage(Envelope envelope)
        {
            if (envelope.Message is InternalGetActor)
            {
                Sender.Tell(Actor, Self);
            }
            else
            {
                base.AutoReceiveMessage(envelope);
            }
        }

        private void OnTaskCompleted(object message, Exception exception)
        {
            if (!_running.Remove(message, out var done))
            {
                return;
            }

            if (exception is null)
            {
                done.TrySetResult(Done.Instance);
            }
            else
            {
                done.TrySetException(exception);
            }
        }
    }

    /// <summary>Tells the cell when an asynchronous handler is done, and makes the cell its continuations' sender.</summary>
    internal sealed class TestActorTaskScheduler : ActorTaskScheduler, IAsyncResultInterceptor
    {
        private readonly ActorCell _cell;
        private readonly Action<object, Exception> _completed;

        internal TestActorTaskScheduler(ActorCell cell, Action<object, Exception> completed)
            : base(cell)
        {
            _cell = cell;
            _completed = completed;
        }

        public void OnTaskCompleted(object message, Exception exception) => _completed(message, exception);

        protected override void OnBeforeTaskStarted() => ActorCellKeepingSynchronizationContext.AsyncCache = _cell;

        protected override void OnAfterTaskCompleted() => ActorCellKeepingSynchronizationContext.AsyncCache = null;
    }
}
