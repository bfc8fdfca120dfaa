using System.Text;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>One reader of a command's output: its position and its remaining credit.</summary>
internal sealed class OutputSubscription(Subscribe request)
{
    private readonly Decoder? _output = request.Text ? Encoding.UTF8.GetDecoder() : null;
    private readonly Decoder? _error = request.Text ? Encoding.UTF8.GetDecoder() : null;
    private long _credit = request.Credit ?? long.MaxValue;
    private bool _flushed;

    internal IActorRef Subscriber { get; } = request.Subscriber;

    internal long Position { get; private set; } = request.From;

    internal bool HasBeenToldOfTheEnd { get; set; }

    internal void Grant(long bytes) => _credit = CreditSum.Of(_credit, bytes);

    /// <summary>Sends what the credit allows.</summary>
    /// <returns>Whether the reader has everything so far.</returns>
    internal bool Advance(OutputLog log, IActorRef session)
    {
        while (log.TryRead(Position, out var chunk, out var gap))
        {
            if (gap > 0)
            {
                Subscriber.Tell(new OutputGap(Position, gap), session);
                Position += gap;
                _output?.Reset();
                _error?.Reset();
                continue;
            }
            if (_credit == 0)
                return false;
            var piece = chunk.First((int)Math.Min(_credit, int.MaxValue));
            if (_credit != long.MaxValue)
                _credit -= piece.Data.Length;
            Position = piece.End;
            Subscriber.Tell(_output is null
                ? new OutputChunk(piece.Stream, piece.Offset, piece.Position, piece.Data)
                : new OutputText(piece.Stream, piece.Position, piece.Data.Length, Decode(DecoderOf(piece.Stream), piece.Data.Span, flush: false)), session);
        }
        return true;
    }

    /// <summary>Reports all unread output as a gap.</summary>
    internal void Skip(OutputLog log, IActorRef session)
    {
        if (log.Position <= Position)
            return;
        Subscriber.Tell(new OutputGap(Position, log.Position - Position), session);
        Position = log.Position;
    }

    /// <summary>Sends the replacement for a character cut off by the end.</summary>
    internal void Flush(IActorRef session)
    {
        if (_flushed || _output is null)
            return;
        _flushed = true;
        foreach (var stream in (OutputStream[])[OutputStream.Output, OutputStream.Error])
        {
            var rest = Decode(DecoderOf(stream), [], flush: true);
            if (rest.Length > 0)
                Subscriber.Tell(new OutputText(stream, Position, 0, rest), session);
        }
    }

    private Decoder DecoderOf(OutputStream stream) => stream == OutputStream.Error ? _error! : _output!;

    private static string Decode(Decoder decoder, ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[decoder.GetCharCount(bytes, flush)];
        var count = decoder.GetChars(bytes, characters, flush);
        return new string(characters, 0, count);
    }
}
