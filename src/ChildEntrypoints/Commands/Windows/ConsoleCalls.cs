namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// Calls to the host of a command's console, one after another on a thread of their own. The command can suspend the host, and a call
/// then never returns: it takes this thread with it, and nobody else waits for it without a limit.
/// </summary>
internal sealed class ConsoleCalls
{
    /// <summary>The most calls that wait.</summary>
    internal const int Most = 16;

    private readonly Lock _lock = new();
    private readonly Queue<Action> _waiting = new();
    private TaskCompletionSource? _running;

    /// <summary>Queues a call. An exception in it ends this process: it is a defect.</summary>
    /// <returns>False if too many wait; the call is not made.</returns>
    internal bool TryPost(Action call)
    {
        lock (_lock)
        {
            if (_waiting.Count >= Most)
                return false;
            _waiting.Enqueue(call);
            if (_running is null)
            {
                _running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                new Thread(Run) { IsBackground = true, Name = "console" }.Start();
            }
            return true;
        }
    }

    /// <summary>Waits for all calls that were queued.</summary>
    /// <param name="patience">The longest wait.</param>
    /// <returns>False if some have not returned.</returns>
    internal async Task<bool> EndWithinAsync(TimeSpan patience)
    {
        Task? running;
        lock (_lock)
            running = _running?.Task;
        return running is null || await Task.WhenAny(running, Task.Delay(patience)).ConfigureAwait(false) == running;
    }

    private void Run()
    {
        while (true)
        {
            Action? call;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out call))
                {
                    _running!.SetResult();
                    _running = null;
                    return;
                }
            }
            call();
        }
    }
}
