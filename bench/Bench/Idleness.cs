namespace ActorBrowser.Bench;

/// <summary>What this process uses of a processor while nothing is asked of it.</summary>
internal static class Idleness
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>Of what is above an actor system with nothing in it.</summary>
    internal static Target Target { get; } = Target.AtMost(1, "ms");

    /// <summary>Milliseconds a second: the median of three windows from now, one of which may see the runtime compile something anew.</summary>
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

    /// <summary>The yardstick: the same with an actor system with nothing in it.</summary>
    internal static async Task<double> OfEmptySystemAsync(TimeSpan window)
    {
        var system = Browser.CreateSystem();
        await Task.Delay(Settling);
        var used = await MillisecondsAsync(window);
        await system.Terminate();
        return used;
    }
}
