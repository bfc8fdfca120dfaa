using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser.Bench;

/// <summary>The latency of one child while something else happens.</summary>
internal static class PingTimes
{
    /// <summary>Pings the child, one ping after another, until a task is over, well or not.</summary>
    /// <returns>The round trips in µs, shortest first; at least one.</returns>
    internal static async Task<double[]> UntilAsync(IActorRef child, Task until)
    {
        var client = ChildClient.For(child);
        var times = new List<double>();
        while (!until.IsCompleted || times.Count == 0)
        {
            var started = Stopwatch.GetTimestamp();
            await client.PingAsync();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
        return [.. times.Order()];
    }
}
