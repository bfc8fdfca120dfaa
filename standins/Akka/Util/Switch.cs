using System;
using System.Threading;

namespace Akka.Util;

/// <summary>An on-off switch whose actions run once per transition.</summary>
public class Switch(bool startAsOn = false)
{
    private readonly Lock _gate = new();
    private volatile bool _on = startAsOn;

    public bool IsOn => _on;

    public bool IsOff => !_on;

    public bool SwitchOff(Action action) => TranscendFrom(true, action);

    public bool SwitchOn(Action action) => TranscendFrom(false, action);

    public bool SwitchOff() => TranscendFrom(true, static () => { });

    public bool SwitchOn() => TranscendFrom(false, static () => { });

    public bool IfOn(Action action) => RunWhen(_on, action);

    public bool IfOff(Action action) => RunWhen(!_on, action);

    public bool WhileOn(Action action)
    {
        lock (_gate)
        {
            return RunWhen(_on, action);
        }
    }

    public bool WhileOff(Action action)
    {
        lock (_gate)
        {
            return RunWhen(!_on, action);
        }
    }

    public void Locked(Action action)
    {
        lock (_gate)
        {
            action();
        }
    }

    /// <summary>Flips the switch if it stands at <paramref name="from"/>; an action that throws flips it back.</summary>
    protected bool TranscendFrom(bool from, Action action)
    {
        lock (_gate)
        {
            if (_on != from)
            {
                return false;
            }

            _on = !from;
            try
            {
                action();
            }
            catch
            {
                _on = from;
                throw;
            }

            return true;
        }
    }

    private static bool RunWhen(bool condition, Action action)
    {
        if (condition)
        {
            action();
        }

        return condition;
    }
}
