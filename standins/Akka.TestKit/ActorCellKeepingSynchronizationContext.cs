using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>Continues an awaiting test on the thread pool with the same implicit sender as before the await.</summary>
internal sealed class ActorCellKeepingSynchronizationContext : SynchronizationContext
{
    private readonly ActorCell _cell;

    public ActorCellKeepingSynchronizationContext(ActorCell cell) => _cell = cell;

    /// <summary>The cell of the test actor ref whose handler is running asynchronously; it is then the sender.</summary>
    internal static ActorCell AsyncCache { get; set; }

    public override void Post(SendOrPostCallback d, object state) =>
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => work.Context.Run(work.Callback, work.State),
            (Context: this, Callback: d, State: state),
            preferLocal: false);

    public override void Send(SendOrPostCallback d, object state)
    {
        var done = new TaskCompletionSource();
        Post(
            _ =>
            {
                try
                {
                    d(state);
                    done.SetResult();
                }
                catch (System.Exception e)
                {
                    done.SetException(e);
                }
            },
            null);
        Blocking.Run(done.Task);
    }

    private void Run(SendOrPostCallback callback, object state)
    {
        var cellBefore = InternalCurrentActorCellKeeper.Current;
        var contextBefore = Current;
        SetSynchronizationContext(this);
        InternalCurrentActorCellKeeper.Current = AsyncCache ?? _cell;
        try
        {
            callback(state);
        }
        finally
        {
            InternalCurrentActorCellKeeper.Current = cellBefore;
            SetSynchronizationContext(contextBefore);
        }
    }
}
