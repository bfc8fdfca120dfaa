using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>A reference that stands for one answer.</summary>
internal interface IAskRef
{
    IAskRef Next { get; set; }

    IAskRef Previous { get; set; }

    /// <summary>On the monotonic clock, in milliseconds.</summary>
    long Deadline { get; set; }

    void Expire(TimeSpan timeout);
}

/// <summary>
/// The sender of an Ask: its first message is the answer. It has a path, and a place among the temporary actors,
/// only once somebody asks for the path; most never do.
/// </summary>
public class FutureActorRef<T> : MinimalActorRef, IAskRef
{
    private const int Unregistered = 0;
    private const int Registered = 1;
    private const int Removed = 2;

    private readonly TaskCompletionSource<T> _result;
    private readonly IActorRefProvider _provider;
    private ActorPath _path;
    private int _registration;
    private AskDeadlines _deadlines;
    private CancellationTokenRegistration _cancellation;

    public FutureActorRef(TaskCompletionSource<T> result, ActorPath path, IActorRefProvider provider)
    {
        _result = result;
        _path = path;
        _provider = provider;
        _registration = path is null ? Unregistered : Removed;
    }

    public override ActorPath Path => Volatile.Read(ref _path) ?? MakePath();

    public override IActorRefProvider Provider => _provider;

    IAskRef IAskRef.Next { get; set; }

    IAskRef IAskRef.Previous { get; set; }

    long IAskRef.Deadline { get; set; }

    public virtual void DeliverAsk(object message, ICanTell destination) => destination.Tell(message, this);

    void IAskRef.Expire(TimeSpan timeout)
    {
        _result.TrySetException(new AskTimeoutException($"Timeout after {timeout.TotalSeconds:F2} seconds"));
        Finish();
    }

    internal void Start(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout > TimeSpan.Zero)
        {
            _deadlines = AskDeadlines.Add(this, timeout);
        }

        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(static state => ((FutureActorRef<T>)state).Cancel(), this);
        }
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        var accepted = message switch
        {
            ISystemMessage => _result.TrySetException(new InvalidOperationException($"system message of type '{message.GetType().Name}' is invalid for {nameof(FutureActorRef<T>)}")),
            T answer => _result.TrySetResult(answer),
            null => _result.TrySetResult(default),
            Status.Failure failure => Fail(failure.Cause),
#pragma warning disable CS0618 // Obsolete for users only.
            Failure failure => Fail(failure.Exception),
#pragma warning restore CS0618
            _ => Mismatch(message),
        };
        Finish();
        if (!accepted && !_result.Task.IsCanceled)
        {
            _provider.DeadLetters.Tell(message ?? default(T), this);
        }
    }

    private bool Fail(Exception cause) => _result.TrySetException(cause ?? new TaskCanceledException("Task cancelled by actor via Failure message."));

    // The asker gets an exception, and the answer that nobody can use is a dead letter all the same.
    private bool Mismatch(object message)
    {
        _result.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]"));
        return false;
    }

    private void Cancel()
    {
        _result.TrySetCanceled();
        Finish();
    }

    private void Finish()
    {
        _deadlines?.Remove(this);
        _cancellation.Dispose();
        Unregister();
    }

    private ActorPath MakePath()
    {
        var path = _provider.TempPath();
        if (Interlocked.CompareExchange(ref _path, path, null) is { } other)
        {
            return other;
        }

        if (!_result.Task.IsCompleted)
        {
            _provider.RegisterTempActor(this, path);
            Volatile.Write(ref _registration, Registered);
            if (_result.Task.IsCompleted)
            {
                Unregister();
            }
        }

        return path;
    }

    private void Unregister()
    {
        if (Interlocked.CompareExchange(ref _registration, Removed, Registered) == Registered)
        {
            _provider.UnregisterTempActor(_path);
        }
    }
}
