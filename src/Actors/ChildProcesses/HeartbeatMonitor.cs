using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// One ready child's signs of life, from its first beat to <see cref="Dispose"/>. Beats come from <see cref="HeartbeatTimer"/>,
/// answers from the channel's thread; the actor is told when there is something wrong.
/// </summary>
internal sealed class HeartbeatMonitor : IDisposable
{
    /// <summary>Of heartbeat pings, which no actor asked for.</summary>
    internal const ulong PingId = 0;

    private readonly Lock _lock = new();
    private readonly IActorRef _child;
    private readonly LaunchedChild _launched;
    private readonly ChildSettings _settings;
    private readonly HeartbeatTimer _beats;
    private readonly TimeProvider _time;
    private readonly int _enough;
    private long _answered;
    private int _unanswered;
    private bool _stopped;

    internal HeartbeatMonitor(IActorRef child, LaunchedChild launched, ChildSettings settings, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _answered = _time.GetTimestamp();
        // As many beats as fit into the timeout: a parent that was stopped itself (Ctrl-Z, a debugger, a paused machine) finds that
        // much time has passed, but has not asked.
        _enough = (int)Math.Min(settings.HeartbeatTimeout.Ticks / settings.HeartbeatInterval.Ticks, int.MaxValue);
        _child = child;
        _launched = launched;
        _settings = settings;
        _beats = HeartbeatTimer.Every(settings.HeartbeatInterval);
        _beats.Add(this);
    }

    internal void Answered()
    {
        Volatile.Write(ref _answered, _time.GetTimestamp());
        Volatile.Write(ref _unanswered, 0);
    }

    /// <summary>Looks for trouble, and asks for one more sign of life.</summary>
    internal void Beat()
    {
        try
        {
            if (_launched.Process.LimitReached() is { } limit)
                Tell(new Trouble(KillCause.Limit, LimitSentence.Of(limit)));
            else if (Volatile.Read(ref _unanswered) >= _enough && _time.GetElapsedTime(Volatile.Read(ref _answered)) is var silent && silent > _settings.HeartbeatTimeout)
                Tell(new Trouble(KillCause.Hang, $"It answered no heartbeat for {silent.TotalSeconds:0.#} s."));
            else
            {
                Interlocked.Increment(ref _unanswered);
                Ask();
            }
        }
        catch (Exception e)
        {
            // The pass is everybody's; the failure is this child's, and its actor's supervisor decides.
            Tell(new Failed(e));
        }
    }

    /// <summary>After this the child is asked no more.</summary>
    public void Dispose()
    {
        lock (_lock)
            _stopped = true;
        _beats.Remove(this);
    }

    private void Ask()
    {
        lock (_lock)
        {
            // The sender that fills the queue reports it.
            if (!_stopped && _launched.Channel.Write(PingId, new Transport.Ping(0)) == WriteOutcome.Queued)
                _launched.Channel.Flush();
        }
    }

    private void Tell(object what) => _child.Tell(what, ActorRefs.NoSender);

    /// <summary>The child is to be killed.</summary>
    internal sealed record Trouble(KillCause Cause, string Message) : ChildFrames.IFrame;

    /// <summary>It could not be told how the child is.</summary>
    internal sealed record Failed(Exception Cause) : ChildFrames.IFrame;
}
