using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Akka.Actor.Internal;

/// <summary>What runs when a system has stopped, the latest first.</summary>
internal sealed class TerminationCallbacks
{
    private readonly Lock _gate = new();
    private Stack<Action> _callbacks = new();

    public TerminationCallbacks(Task upStreamTerminated) => TerminationTask = Run(upStreamTerminated);

    public Task TerminationTask { get; }

    public void Add(Action code)
    {
        lock (_gate)
        {
            (_callbacks ?? throw new InvalidOperationException("ActorSystem already terminated.")).Push(code);
        }
    }

    private async Task Run(Task terminated)
    {
        await terminated.ConfigureAwait(false);
        Stack<Action> callbacks;
        lock (_gate)
        {
            callbacks = _callbacks;
            _callbacks = null;
        }

        var failures = new List<Exception>();
        foreach (var callback in callbacks)
        {
            try
            {
                callback();
            }
            catch (Exception exception)
            {
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }
}
