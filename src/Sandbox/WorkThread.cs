using System.Runtime.CompilerServices;

namespace ActorBrowser.Sandbox;

/// <summary>A dedicated thread for one kind of blocking work. The first work starts it; it runs as long as the process.</summary>
internal sealed class WorkThread
{
    // A monitor, because a blocking collection spins, on a processor that a starting child could use.
    private readonly Queue<Action> _work = new();
    private readonly string _name;
    private readonly int _stackBytes;
    private bool _started;

    /// <summary>Creates the object, without a thread yet.</summary>
    /// <param name="name">The name shown in lists of the process's threads.</param>
    /// <param name="stackBytes">The stack size; 0 for the system's default.</param>
    public WorkThread(string name, int stackBytes = 0) => (_name, _stackBytes) = (name, stackBytes);

    /// <summary>
    /// The one thread that spawns. A child asks the kernel to be killed when its parent dies, and Linux takes the parent to be the
    /// thread that spawned it: a pool thread that retired would take its children with it.
    /// </summary>
    internal static WorkThread Spawner { get; } = new("ActorBrowser spawner");

    /// <summary>Moves children into control groups and removes those groups: the kernel takes many milliseconds for each, during which a child can start.</summary>
    internal static WorkThread ControlGroups { get; } = new("ActorBrowser control groups");

    /// <summary>Runs work on this thread and completes with its result; continuations run elsewhere.</summary>
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

    /// <summary>Queues work for this thread. It must not throw.</summary>
    /// <param name="work">What to run.</param>
    public void Add(Action work)
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
        }, _stackBytes)
        { IsBackground = true, Name = _name }.UnsafeStart();
    }

    // A separate method, so that the waiting thread's stack holds no reference to the last child.
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
