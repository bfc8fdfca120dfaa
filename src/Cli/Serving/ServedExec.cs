using ActorBrowser.Interop;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary><c>exec</c> through a running server: what the server does not do in the same way, this program does alone.</summary>
internal static class ServedExec
{
    /// <summary>Runs a command by the server, if there is one that can.</summary>
    /// <param name="options">The command.</param>
    /// <param name="cancellation">Ends the command.</param>
    /// <param name="outcome">How it ended, or why it was not started; null if it was started and goes on.</param>
    /// <returns>Whether it was run; otherwise the caller runs it.</returns>
    /// <exception cref="ServerAbsentException">It is to go on without this process, and no server runs.</exception>
    /// <exception cref="ServerSilentException">The server does not answer; it has not been asked to run the command.</exception>
    internal static bool TryRun(ExecOptions options, CancellationToken cancellation, out IEvent? outcome)
    {
        outcome = null;
        if (options.Alone && options.Detached)
            throw new UsageException("exec takes --detach or --alone, not both.");
        if (options.Ask && options.Detached)
            throw new UsageException("exec takes --detach or --ask, not both: a question is asked at the terminal of this exec.");
        if (options.Alone || options.Ask || (options.Terminal && !options.Detached))
            return false;
        if (options.Detached)
        {
            outcome = Detach(RequestOf(options));
            return true;
        }
        try
        {
            using var server = ServeClient.TryConnect();
            if (server is null || !server.SeesSameFiles() || RequestOf(options) is not { Length: <= ServeFrame.Longest } request)
                return false;
            outcome = Run(server, options, request, cancellation);
            return true;
        }
        catch (ServerRefusedException)
        {
            // Nothing was started: the server is of another build, or was killed and its keeper starts no command.
            return false;
        }
    }

    private static byte[] RequestOf(ExecOptions options)
    {
        var (columns, rows) = LocalTerminal.TryGetSize(0, out var width, out var height) && width > 0 && height > 0 ? (width, height) : (80, 24);
        // If both streams go to the same file, one pipe keeps the order in which the program writes.
        var merged = !options.Detached && !options.Json && LocalTerminal.AreOneFile(1, 2);
        var folder = options.Folder is { } given ? CommandText.FromString(Path.GetFullPath(given)) : ExecCommand.CurrentFolder();
        return ServeJson.Request(options.Detached ? "detach" : "run", json => ServeJson.WriteRun(json, options, folder, merged, columns, rows));
    }

    private static IEvent Run(ServeClient server, ExecOptions options, byte[] request, CancellationToken cancellation)
    {
        using var typed = StandardInput.IsTerminal(0) ? new TypedInput() : null;
        using var input = typed is null ? StandardInput.Duplicate() : null;
        server.Send(ServeKind.Request, request, typed?.Command ?? input);
        // The command decides how to react to Ctrl-C; a second one ends this process, and the server then ends the command.
        using var interrupted = cancellation.UnsafeRegister(_ => server.Send(ServeKind.Signal, [(byte)(Interruption.Received == 2 ? 2 : 0)]), null);
        return ServedCommand.Follow(server, options.Json, _ => typed?.Start())!;
    }

    private static SpawnRefused? Detach(byte[] request)
    {
        using var server = ServeClient.Connect();
        if (request.Length > ServeFrame.Longest)
            throw new UsageException($"The command and its environment have {request.Length} bytes in a request; the server takes {ServeFrame.Longest}.");
        server.Send(ServeKind.Request, request);
        switch (server.Read(out var content))
        {
            case ServeKind.Started:
                Console.Out.WriteLine(ServedCommand.HandleOf(content));
                return null;
            case ServeKind.Refused:
                return ServeJson.Refused(ServedCommand.Parse(content));
            case ServeKind.Failed:
                throw new ServerRefusedException(ServeJson.Text(content));
            default:
                throw new ServerLostException();
        }
    }
}
