using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary><c>keeper</c>: the process that has the commands of <c>serve --keep</c>, which starts it. Not for users.</summary>
internal static class KeeperCommand
{
    internal const string Name = "keeper";

    internal const string KeepFor = "--keep-for";

    private const int Channel = 3;

    internal static Command Create()
    {
        var keepFor = Options.Seconds("how long ended commands are kept without a server", KeepFor);
        var command = new Command(Name, "Has the commands of serve --keep, which starts it.") { keepFor };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(keepFor) is { } seconds ? TimeSpan.FromSeconds(seconds) : Keeper.MostTime, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan keepFor, CancellationToken cancellation)
    {
        using var server = TakeChannel() ?? throw new UsageException("keeper is not for users: 'serve --keep' starts it.");
        try
        {
            using var listener = ServeListener.TryListen();
            if (listener is null)
            {
                await server.SendAsync(ServeKind.Failed, Encoding.UTF8.GetBytes(KeeperClaim.DescribeOther(cancellation)), cancellation).ConfigureAwait(false);
                return ServeCommand.Unavailable;
            }
            using var keeper = new Keeper(keepFor, cancellation);
            await listener.ServeAsync(keeper, null, browser => keeper.HoldAsync(server, KeeperClaim.Answer(isYours: true, isFree: false, 0), browser), keeper.End).ConfigureAwait(false);
        }
        catch (UsageException e)
        {
            await server.SendAsync(ServeKind.Failed, Encoding.UTF8.GetBytes(e.Message), cancellation).ConfigureAwait(false);
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Its server ended it, or it has nothing to keep.
        }
        return ExitCodes.Success;
    }

    // The other end is the process that started this one: whatever else has this number is not for the keeper.
    private static ServeConnection? TakeChannel()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var socket = new SafeDescriptor(Channel);
        try
        {
            if (UnixPeer.CredentialsOf(socket).Process != CurrentProcess.ParentId)
                return null;
            DescriptorFlags.SetCloseOnExec(socket);
            return new ServeConnection(new Socket(new SafeSocketHandle(Channel, ownsHandle: true)));
        }
        catch (Exception e) when (e is SystemCallException or SocketException)
        {
            return null;
        }
        finally
        {
            // Another owner has the number.
            socket.SetHandleAsInvalid();
        }
    }
}
