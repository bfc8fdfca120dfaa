using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// One subscription to the output of another node's command. The node never has more credit than a window, whatever the subscriber
/// allows: so much is under way at most, and is granted again as it is delivered.
/// </summary>
/// <param name="subscriber">The subscriber.</param>
/// <param name="asker">Who asked for the subscription.</param>
/// <param name="credit">How much the subscriber allows; null for no limit.</param>
/// <param name="from">Where the output begins.</param>
/// <param name="window">The most bytes under way.</param>
internal sealed class OutputFeed(IActorRef subscriber, IActorRef asker, long? credit, long from, int window)
{
    // What the subscriber allows and the node was not granted yet.
    private long _allowed = credit ?? long.MaxValue;
    private long _underWay;
    private long _position = Math.Max(0, from);

    internal IActorRef Subscriber { get; } = subscriber;

    internal IActorRef Asker { get; } = asker;

    /// <summary>How the command's first process ended, as it was told; null until then.</summary>
    internal CommandExit? Exit { get; set; }

    /// <summary>Whether the node was granted more than has arrived: it needs no further credit to go on.</summary>
    internal bool MayArrive => _underWay > 0;

    internal long OutputBytes { get; private set; }

    internal long ErrorBytes { get; private set; }

    /// <summary>The subscriber accepts more.</summary>
    internal void Allow(long bytes) => _allowed = CreditSum.Of(_allowed, bytes);

    /// <summary>What to grant the node now; 0 for nothing. It is granted in few messages, unless the subscriber allows no more.</summary>
    internal long TakeGrant()
    {
        var grant = Math.Min(_allowed, window - _underWay);
        if (grant <= 0 || (grant < window / 4 && grant != _allowed))
            return 0;
        if (_allowed != long.MaxValue)
            _allowed -= grant;
        _underWay += grant;
        return grant;
    }

    /// <summary>Counts output that has arrived.</summary>
    /// <exception cref="WireFormatException">The node sent more than it was granted, or something again.</exception>
    internal void OnArrived(IEvent output)
    {
        var (stream, position, bytes) = output switch
        {
            OutputChunk chunk => (chunk.Stream, chunk.Position, (long)chunk.Data.Length),
            OutputText text => (text.Stream, text.Position, text.Bytes),
            OutputGap gap => (OutputStream.Output, gap.Position, 0),
            _ => throw new ArgumentException("It is no output.", nameof(output)),
        };
        if (position < _position)
            throw new WireFormatException($"Output at {position} arrived, which was told up to {_position} already.");
        // No sum of a position and a length of the wire overflows.
        _position = CreditSum.Of(position, output is OutputGap { Bytes: var left } ? left : bytes);
        _underWay -= bytes;
        if (_underWay < 0)
            throw new WireFormatException($"{-_underWay} bytes of output arrived that were not asked for.");
        if (stream == OutputStream.Error)
            ErrorBytes += bytes;
        else
            OutputBytes += bytes;
    }
}
