using System.Buffers.Binary;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>What a client of <c>serve</c> sends after its request: input, sizes of its terminal, signals.</summary>
internal static class ServeOrders
{
    private const int MostInput = 1 << 20;

    /// <summary>Passes them to a command, until the client ends the connection or breaks the protocol.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="started">Gives the command's session.</param>
    /// <param name="gone">Ends this; cancelled when the client is gone.</param>
    internal static async Task TakeAsync(ServeConnection connection, Task<IActorRef> started, CancellationTokenSource gone)
    {
        var waiting = 0L;
        try
        {
            while (true)
            {
                var (kind, content, _) = await connection.ReadAsync(takesDescriptor: false, gone.Token).ConfigureAwait(false);
                var session = await started.WaitAsync(gone.Token).ConfigureAwait(false);
                switch (kind)
                {
                    case ServeKind.Input when Interlocked.Add(ref waiting, content.Length) <= MostInput:
                        _ = Reply.AskAsync<object>(session, new WriteInput(content), static _ => new OperationCanceledException(), gone.Token)
                            .ContinueWith(_ => Interlocked.Add(ref waiting, -content.Length), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                        break;
                    case ServeKind.Resize when content.Length == 8:
                        session.Tell(new CommandProtocol.ResizeTerminal(BinaryPrimitives.ReadInt32LittleEndian(content), BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(4))), ActorRefs.NoSender);
                        break;
                    case ServeKind.Signal when content is [0]:
                        session.Tell(new CommandProtocol.Terminate(), ActorRefs.NoSender);
                        break;
                    case ServeKind.Signal when content is [var number]:
                        session.Tell(new CommandProtocol.SendSignal(number), ActorRefs.NoSender);
                        break;
                    default:
                        throw new InvalidDataException($"A frame of the kind {(int)kind} with {content.Length} bytes came, or more input than the command reads.");
                }
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            // Whatever the client did, it takes no more part.
            await gone.CancelAsync().ConfigureAwait(false);
        }
    }
}
