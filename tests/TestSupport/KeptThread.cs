using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorBrowser.TestSupport;

/// <summary>
/// Starts processes from a thread that never ends: the kernel kills a child when the thread that started it ends, and a thread
/// of the pool may end at any time.
/// </summary>
public static class KeptThread
{
    private static readonly BlockingCollection<Action> Work = Begin();

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    private static BlockingCollection<Action> Begin()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
                action();
        })
        { IsBackground = true, Name = "starts processes" }.Start();
        return work;
    }
}
