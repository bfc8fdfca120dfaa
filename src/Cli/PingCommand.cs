using System.CommandLine;
using System.Globalization;

namespace ActorBrowser.Cli;

/// <summary><c>ping ROLE</c>: measures the latency of actor → child process → actor.</summary>
internal static class PingCommand
{
    private const int Most = 10_000_000;
    private const int Default = 10;

    internal static Command Create()
    {
        var role = new Argument<string>("ROLE") { Description = $"the child's role: {string.Join(" or ", Roles.Names)}" };
        role.AcceptOnlyFromAmong([.. Roles.Names]);
        var count = Options.Whole($"the number of round trips, 1 to {Most} (default {Default})", 1, Most, "--count", "-n");
        var command = new Command("ping", "Starts a child of a role, sends it pings one after another and summarises the round-trip times.")
        {
            role, count,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(role)!, parsed.GetValue(count) ?? Default, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string role, int count, CancellationToken cancellation)
    {
        const int MostPrinted = 20;
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        BrowserProtocol.ChildSpawned child;
        try
        {
            child = await browser.SpawnAsync(role, cancellation).ConfigureAwait(false);
        }
        catch (ChildLostException e)
        {
            await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
            return ExitCodes.ChildLost;
        }
        await Console.Out.WriteLineAsync($"{role} child, pid {child.ProcessId}, ready in {child.SpawnTime.TotalMilliseconds:F1} ms").ConfigureAwait(false);

        var summary = new LatencySummary();
        try
        {
            for (var i = 1; i <= count; i++)
            {
                var time = await CliBrowser.PingAsync(child, cancellation).ConfigureAwait(false);
                summary.Add(time);
                if (count <= MostPrinted)
                    await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"pong {i}: {time.TotalMicroseconds:F0} µs")).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && summary.Count > 0)
        {
            // As ping(8) does, an interrupted run still prints its summary.
            await Console.Out.WriteLineAsync($"{summary.Count} of {count} round trips: {summary}").ConfigureAwait(false);
            throw;
        }
        await Console.Out.WriteLineAsync($"{summary.Count} round trips: {summary}").ConfigureAwait(false);
        return ExitCodes.Success;
    }
}
