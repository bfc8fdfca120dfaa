using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ActorBrowser.Sandbox;

/// <summary>
/// The one thread that spawns. A child asks the kernel to be killed when its parent dies, and Linux takes that to mean
/// the thread that spawned it: a pool thread that retires would take its children with it, this one lives as long as
/// the process.
/// </summary>
internal static class SpawnerThread
{
    private static readonly Lazy<BlockingCollection<Action>> Work = new(Start);

    /// <summary>Runs on the spawner's thread and completes with its result; continuations run elsewhere.</summary>
    internal static Task<T> RunAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Value.Add(() =>
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

    private static BlockingCollection<Action> Start()
    {
        var queue = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            while (true)
                RunNext(queue);
        })
        { IsBackground = true, Name = "ActorBrowser spawner" };
        thread.UnsafeStart();
        return queue;
    }

    // A frame of its own: while it waits for the next one, nothing on this thread's stack may hold on to the last child.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunNext(BlockingCollection<Action> queue) => queue.Take()();
}
