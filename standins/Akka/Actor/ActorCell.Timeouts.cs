using System;

namespace Akka.Actor;

public partial class ActorCell
{
    private TimeSpan? _receiveTimeout;
    private ICancelable _receiveTimeoutTask;

    public TimeSpan? ReceiveTimeout => _receiveTimeout;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        _receiveTimeout = timeout is { } t && t > TimeSpan.Zero && t != global::System.Threading.Timeout.InfiniteTimeSpan ? timeout : null;
        if (_receiveTimeout is null)
            CancelReceiveTimeout();
    }

    private void CancelReceiveTimeoutFor(object message)
    {
        if (_receiveTimeoutTask is not null && message is not INotInfluenceReceiveTimeout)
            CancelReceiveTimeout();
    }

    private void RestartReceiveTimeoutAfter(object message)
    {
        if (_receiveTimeout is not { } timeout || _terminating || _terminated)
            return;
        if (message is INotInfluenceReceiveTimeout && _receiveTimeoutTask is not null)
            return;
        CancelReceiveTimeout();
        _receiveTimeoutTask = System.Scheduler.ScheduleTellOnceCancelable(timeout, Self, Akka.Actor.ReceiveTimeout.Instance, Self);
    }

    private void CancelReceiveTimeout()
    {
        _receiveTimeoutTask?.Cancel();
        _receiveTimeoutTask = null;
    }
}
