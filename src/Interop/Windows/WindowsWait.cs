using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.Interop;

/// <summary>Waits for processes without a thread for each: the runtime's waiter waits for up to 63 of them with one thread.</summary>
internal static class WindowsWait
{
    /// <summary>Completes when a process has exited.</summary>
    /// <param name="process">Its handle, which must stay open until then.</param>
    internal static async Task ForAsync(SafeWaitHandle process)
    {
        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A second handle of this object: disposing it leaves the process's open.
        using var handle = new ManualResetEvent(false);
        handle.SafeWaitHandle.Dispose();
        handle.SafeWaitHandle = new SafeWaitHandle(process.DangerousGetHandle(), ownsHandle: false);
        var wait = ThreadPool.UnsafeRegisterWaitForSingleObject(handle, static (state, _) => ((TaskCompletionSource)state!).SetResult(), signalled, Timeout.Infinite, executeOnlyOnce: true);
        await signalled.Task.ConfigureAwait(false);
        wait.Unregister(null);
    }
}
