namespace ActorBrowser.Bench;

/// <summary>The processor time that this process uses while idle.</summary>
internal static class Idleness
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>The limit for the time above that of an empty actor system.</summary>
    internal static Target Target { get; } = Target.AtMost(1, "ms");

    /// <summary>Milliseconds per second: the median of three windows, so that recompilation in one of them does not count.</summary>
    internal static async Task<double> MillisecondsAsync(TimeSpan window)
    {
        var samples = new Samples("processor time", "ms");
        for (var i = 0; i < 3; i++)
        {
            var used = Environment.CpuUsage.TotalTime;
            await Task.Delay(window);
            samples.Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds / window.TotalSeconds);
        }
        return samples.Median;
    }

    /// <summary>The yardstick: the same with an empty actor system.</summary>
    internal static async Task<double> OfEmptySystemAsync(TimeSpan window)
    {
        var system = Browser.CreateSystem();
        await Task.Delay(Settling);
        var used = await MillisecondsAsync(window);
        await system.Terminate();
        return used;
    }
}
