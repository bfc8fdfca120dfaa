using System;
using System.Collections.Concurrent;
using System.Threading;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>
/// The pending asks of one timeout. They expire in the order they were made, so a list is enough, and one timer for
/// its head; an answered ask just leaves the list.
/// </summary>
internal sealed class AskDeadlines
{
    private static readonly ConcurrentDictionary<TimeSpan, AskDeadlines> ByTimeout = new();

    private readonly Lock _gate = new();
    private readonly TimeSpan _timeout;
    private readonly Timer _timer;
    private IAskRef _first;
    private IAskRef _last;
    private bool _armed;
    private bool _retired;

    private AskDeadlines(TimeSpan timeout)
    {
        _timeout = timeout;
        _timer = QuietTimer.Create(static state => ((AskDeadlines)state).Expire(), this);
    }

    public static AskDeadlines Add(IAskRef ask, TimeSpan timeout)
    {
        while (true)
        {
            var deadlines = ByTimeout.GetOrAdd(timeout, static timeout => new(timeout));
            if (deadlines.TryAdd(ask))
            {
                return deadlines;
            }
        }
    }

    public void Remove(IAskRef ask)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_first, ask))
            {
                _first = ask.Next;
            }
            else if (ask.Previous is { } previous)
            {
                previous.Next = ask.Next;
            }
            else
            {
                return;
            }

            if (ask.Next is { } next)
            {
                next.Previous = ask.Previous;
            }
            else
            {
                _last = ask.Previous;
            }

            ask.Next = ask.Previous = null;
        }
    }

    private bool TryAdd(IAskRef ask)
    {
        lock (_gate)
        {
            if (_retired)
            {
                return false;
            }

            ask.Deadline = Environment.TickCount64 + (long)Math.Ceiling(_timeout.TotalMilliseconds);
            ask.Previous = _last;
            if (_last is null)
            {
                _first = ask;
            }
            else
            {
                _last.Next = ask;
            }

            _last = ask;
            if (!_armed)
            {
                Arm(ask.Deadline);
            }

            return true;
        }
    }

    private void Arm(long deadline)
    {
        _armed = true;
        _timer.Change(Math.Clamp(deadline - Environment.TickCount64, 0, uint.MaxValue - 1), Timeout.Infinite);
    }

    private void Expire()
    {
        while (TakeExpired() is { } ask)
        {
            ask.Expire(_timeout);
        }
    }

    private IAskRef TakeExpired()
    {
        lock (_gate)
        {
            if (_first is not { } ask)
            {
                // Nobody has asked with this timeout for as long as it is: timeouts that are used once do not pile up.
                _retired = true;
                ByTimeout.TryRemove(_timeout, out _);
                _timer.Dispose();
                return null;
            }

            if (ask.Deadline > Environment.TickCount64)
            {
                Arm(ask.Deadline);
                return null;
            }

            Remove(ask);
            return ask;
        }
    }
}
