using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// The heartbeats of one ready child, until <see cref="Dispose"/>. <see cref="HeartbeatTimer"/> drives it and the channel's thread
/// reports answers; the child's actor is told only of trouble.
/// </summary>
internal sealed class HeartbeatMonitor : IDisposable
{
    /// <summary>The id of heartbeat pings, which no actor asked for.</summary>
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
        // Counts the beats that fit into the timeout, not only the time: if this process was stopped (Ctrl-Z, a debugger, a paused
        // machine), much time has passed although it sent no pings.
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

    /// <summary>Checks the child, and sends the next ping.</summary>
    internal void Beat()
    {
        try
        {
            if (_launched.Process.LimitReached() is { } limit)
                Tell(new Trouble(ExitVerdict.AtLimit(limit)));
            else if (Volatile.Read(ref _unanswered) >= _enough && _time.GetElapsedTime(Volatile.Read(ref _answered)) is var silent && silent > _settings.HeartbeatTimeout)
                Tell(new Trouble(new ExitVerdict(ExitReason.Killed, KillCause.Hang, $"It answered no heartbeat for {silent.TotalSeconds:0.#} s.")));
            else
            {
                Interlocked.Increment(ref _unanswered);
                Ask();
            }
        }
        catch (Exception e)
        {
            // All children share this timer pass; the failure is this child's, and its actor's supervisor decides.
            Tell(new Failed(e));
        }
    }

    /// <summary>Stops the pings.</summary>
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

    /// <summary>The child must be killed.</summary>
    internal sealed record Trouble(ExitVerdict Verdict) : ChildFrames.IFrame;

    /// <summary>The child could not be checked.</summary>
    internal sealed record Failed(Exception Cause) : ChildFrames.IFrame;
}
