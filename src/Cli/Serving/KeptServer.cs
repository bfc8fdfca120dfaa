namespace ActorBrowser.Cli;

/// <summary>
/// <c>serve --keep</c>: the process that a user starts and stops. It has no command and no client: those are the keeper's, which it
/// starts, or finds when its predecessor was killed.
/// </summary>
internal static class KeptServer
{
    internal static int Run(TimeSpan keepFor, CancellationToken cancellation)
    {
        ServeFolder.Prepare();
        try
        {
            using var claim = KeeperClaim.TryTake(keepFor, cancellation) ?? KeeperClaim.Start(keepFor);
            Complaint.Write($"serving at {ServeFolder.Socket}; process {claim.Process} keeps the commands" + (claim.Commands > 0 ? $", {claim.Commands} of them from before" : ""));
            claim.Hold(cancellation);
            Complaint.Write($"process {claim.Process}, which kept the commands, is gone, and its commands with it");
            return ExitCodes.ChildLost;
        }
        catch (ServerRunsException e)
        {
            Complaint.Write(e.Message);
            return ServeCommand.Unavailable;
        }
    }
}
