using System.Runtime.CompilerServices;

namespace ActorBrowser.Sandbox;

/// <summary>A thread of its own for one kind of work that blocks, started by the first of it and there as long as the process.</summary>
internal sealed class WorkThread
{
    // A monitor, not a blocking collection: that one spins, on a processor the child could start on.
    private readonly Queue<Action> _work = new();
    private readonly string _name;
    private bool _started;

    private WorkThread(string name) => _name = name;

    /// <summary>
    /// The one thread that spawns. A child asks the kernel to be killed when its parent dies, and Linux takes that to
    /// mean the thread that spawned it: a pool thread that retires would take its children with it.
    /// </summary>
    internal static WorkThread Spawner { get; } = new("ActorBrowser spawner");

    /// <summary>Puts children into control groups and removes those: the kernel takes many milliseconds for each, which a child uses to start.</summary>
    internal static WorkThread ControlGroups { get; } = new("ActorBrowser control groups");

    /// <summary>Runs on this thread and completes with its result; continuations run elsewhere.</summary>
    internal Task<T> RunAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(() =>
        {
            try
            {
                completion.SetResult(work());
            }
            catch (Exception e)
            {
                completion.SetException(e);
            }
        });
        return completion.Task;
    }

    private void Add(Action work)
    {
        lock (_work)
        {
            _work.Enqueue(work);
            Monitor.Pulse(_work);
            if (_started)
                return;
            _started = true;
        }
        new Thread(() =>
        {
            while (true)
                RunNext();
        })
        { IsBackground = true, Name = _name }.UnsafeStart();
    }

    // A frame of its own: while it waits for the next one, nothing on this thread's stack may hold on to the last child.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunNext()
    {
        Action? next;
        lock (_work)
        {
            while (!_work.TryDequeue(out next))
                Monitor.Wait(_work);
        }
        next();
    }
}
