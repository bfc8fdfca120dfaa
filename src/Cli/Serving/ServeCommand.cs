using System.CommandLine;

namespace ActorBrowser.Cli;

/// <summary><c>serve</c>: runs commands for <c>exec</c> and others, also when they have ended.</summary>
internal static class ServeCommand
{
    internal const int Unavailable = ExitCodes.Unavailable;

    internal static Command Create()
    {
        var keep = Options.Flag("let the commands outlive a killed server: the next serve --keep takes them over", "--keep");
        var keepFor = Options.Seconds("with --keep: how long commands that have ended are kept when no server runs (default: a day)", "--keep-for");
        var dashboard = ServeDashboard.CreateOption();
        var command = new Command("serve",
            """
            Runs commands that outlive the program which started them: exec --detach starts one, ps lists them, logs and attach
            show one, kill ends one. While it runs, exec without a terminal goes through it, which saves most of its time; such a
            command has this server's resource limits and priority. It listens on a socket that only this user can reach. When it
            ends, its commands end; with --keep, they do not when it is killed (SIGKILL) or its terminal is closed (SIGHUP).

            Exit codes: 128 + n when signal n arrived; 69 a server runs already; 75 the process that keeps the commands was lost.
            """)
        {
            keep, keepFor, dashboard,
        };
        command.SetAction((parsed, cancellation) =>
            !OperatingSystem.IsLinux() ? throw new UsageException("serve needs Linux.")
            : parsed.GetValue(keep) && parsed.GetResult(dashboard) is not null ? throw new UsageException("--dashboard and --keep cannot be combined: with --keep the processes are the keeper's; actorbrowser top shows them.")
            : parsed.GetValue(keep) ? Task.FromResult(KeptServer.Run(parsed.GetValue(keepFor) is { } seconds ? TimeSpan.FromSeconds(seconds) : Keeper.MostTime, cancellation))
            : parsed.GetValue(keepFor) is not null ? throw new UsageException("--keep-for needs --keep.")
            : RunAsync(parsed.GetResult(dashboard) is null ? null : parsed.GetValue(dashboard), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int? dashboard, CancellationToken cancellation)
    {
        using var listener = ServeListener.TryListen();
        if (listener is null)
        {
            await Complaint.WriteAsync(KeeperClaim.DescribeOther(cancellation)).ConfigureAwait(false);
            return Unavailable;
        }
        await listener.ServeAsync(null, dashboard, static _ => Complaint.WriteAsync($"serving at {ServeFolder.Socket}"), cancellation).ConfigureAwait(false);
        return ExitCodes.Success;
    }
}
