namespace ActorBrowser.Bench;

/// <summary>The highest memory of a process and its descendants (PSS), read ten times a second.</summary>
internal sealed class TreeMemory : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Task _reading;
    private double _peak;

    internal TreeMemory(int root) => _reading = Task.Factory.StartNew(() => Read(root), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>In MiB.</summary>
    internal double Peak
    {
        get
        {
            _over.Cancel();
            _reading.Wait();
            return _peak;
        }
    }

    public void Dispose() => _over.Dispose();

    private void Read(int root)
    {
        do
        {
            var sum = 0.0;
            foreach (var process in (int[])[root, .. ProcFile.DescendantsOf(root)])
            {
                try
                {
                    sum += ProcFile.ProportionalMebibytes(process);
                }
                catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
                {
                    // It has ended.
                }
            }
            _peak = Math.Max(_peak, sum);
        }
        while (!_over.Token.WaitHandle.WaitOne(100));
    }
}
