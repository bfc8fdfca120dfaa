using System.CommandLine;
using System.Globalization;

namespace ActorBrowser.Cli;

/// <summary><c>ping ROLE</c>: the latency of actor → child process → actor.</summary>
internal static class PingCommand
{
    internal static Command Create()
    {
        var role = new Argument<string>("ROLE") { Description = $"which child: {string.Join(" or ", Roles.Names)}" };
        role.AcceptOnlyFromAmong([.. Roles.Names]);
        var count = new Option<int>("--count", "-n") { Description = "how many round trips, 1 to 10000000", HelpName = "N", DefaultValueFactory = _ => 10 };
        var command = new Command("ping", "Starts a child of a role, sends it pings one after another and sums up the round-trip times.")
        {
            role, count,
        };
        count.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is (< 1 or > 10_000_000))
                result.AddError("-n takes 1 to 10000000.");
        });
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(role)!, parsed.GetValue(count), cancellation));
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
            await Console.Error.WriteLineAsync($"actorbrowser: {e.Message}").ConfigureAwait(false);
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
            // As ping(8) does: an interrupted run still sums up what it has seen.
            await Console.Out.WriteLineAsync($"{summary.Count} of {count} round trips: {summary}").ConfigureAwait(false);
            throw;
        }
        await Console.Out.WriteLineAsync($"{summary.Count} round trips: {summary}").ConfigureAwait(false);
        return ExitCodes.Success;
    }
}
