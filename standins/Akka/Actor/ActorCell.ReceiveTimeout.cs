using System;

namespace Akka.Actor;

public partial class ActorCell
{
    private ICancelable _pendingReceiveTimeout;

    public TimeSpan? ReceiveTimeout { get; private set; }

    /// <summary>Takes effect after the message being handled.</summary>
    public void SetReceiveTimeout(TimeSpan? timeout = null) => ReceiveTimeout = timeout;

    public void CheckReceiveTimeout(bool reschedule = true)
    {
        if (ReceiveTimeout is not { } timeout)
        {
            CancelReceiveTimeout();
        }
        else if (reschedule || _pendingReceiveTimeout is null)
        {
            CancelReceiveTimeout();
            _pendingReceiveTimeout = SystemImpl.Scheduler.ScheduleTellOnceCancelable(timeout, Self, Akka.Actor.ReceiveTimeout.Instance, Self);
        }
    }

    private void CancelReceiveTimeout()
    {
        _pendingReceiveTimeout?.Cancel();
        _pendingReceiveTimeout = null;
    }
}
