using System.Threading.Channels;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>Writes a command's input, and tells the parent how much of it the command has taken. The parent limits what waits here.</summary>
/// <param name="stream">The writing end; owned by the feeder.</param>
/// <param name="isTerminal">Whether it is a terminal's, which stays open to the command's end: a terminal whose keys end hangs up.</param>
/// <param name="tell">Sends the progress.</param>
internal sealed class InputFeeder(Stream stream, bool isTerminal, Action<InputProgress> tell)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<InputPiece> _pieces = Channel.CreateUnbounded<InputPiece>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Queues a piece.</summary>
    internal void Write(InputPiece piece) => _pieces.Writer.TryWrite(piece);

    /// <summary>The command is over: nothing more is written.</summary>
    internal void Stop()
    {
        _pieces.Writer.TryComplete();
        _stop.Cancel();
    }

    /// <summary>Writes until the input ends, the command closes it, or <see cref="Stop"/>.</summary>
    internal async Task RunAsync()
    {
        long taken = 0;
        try
        {
            await foreach (var piece in _pieces.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                // A write of nothing would wait for a reader.
                if (!piece.Data.IsEmpty)
                    await stream.WriteAsync(piece.Data, _stop.Token).ConfigureAwait(false);
                taken += piece.Data.Length;
                if (piece.Ends && !isTerminal)
                    break;
                tell(new InputProgress(taken, Ended: false));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The command has closed its input, or is over, which is not an error.
        }
        await stream.DisposeAsync().ConfigureAwait(false);
        tell(new InputProgress(taken, Ended: true));
    }
}
