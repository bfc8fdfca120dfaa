using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message, or null when none comes in time (by default that of one expectation).</summary>
    public object ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(ReceiveOneAsync(max, cancellationToken));

    public async ValueTask<object> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        await TryReceiveOneAsync(max, cancellationToken) is (true, var envelope) ? envelope.Message : null;

    public bool TryReceiveOne(out MessageEnvelope envelope, TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        (var received, envelope) = Blocking.Run(TryReceiveOneAsync(max, cancellationToken));
        return received;
    }

    public ValueTask<(bool success, MessageEnvelope envelope)> TryReceiveOneAsync(
        TimeSpan? max, CancellationToken cancellationToken = default) =>
        ReceiveEnvelopeAsync(max, take: true, shouldLog: true, cancellationToken);

    /// <summary>As ReceiveOne; the message stays first in the queue.</summary>
    public object PeekOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(PeekOneAsync(max, cancellationToken));

    /// <summary>Waits without limit.</summary>
    public object PeekOne(CancellationToken cancellationToken) => Blocking.Run(PeekOneAsync(cancellationToken));

    public async ValueTask<object> PeekOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        await TryPeekOneAsync(max, cancellationToken) is (true, var envelope) ? envelope.Message : null;

    public ValueTask<object> PeekOneAsync(CancellationToken cancellationToken) =>
        PeekOneAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    public bool TryPeekOne(out MessageEnvelope envelope, TimeSpan? max, CancellationToken cancellationToken)
    {
        (var received, envelope) = Blocking.Run(TryPeekOneAsync(max, cancellationToken));
        return received;
    }

    public ValueTask<(bool success, MessageEnvelope envelope)> TryPeekOneAsync(TimeSpan? max, CancellationToken cancellationToken) =>
        ReceiveEnvelopeAsync(max, take: false, shouldLog: true, cancellationToken);

    /// <summary>The next so many messages; it fails when they do not all come in time.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        Blocking.RunToList(ReceiveNAsync(numberOfMessages, cancellationToken));

    public IReadOnlyCollection<object> ReceiveN(
        int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        Blocking.RunToList(ReceiveNAsync(numberOfMessages, max, cancellationToken));

    public async IAsyncEnumerable<object> ReceiveNAsync(
        int numberOfMessages, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var message in ReceiveCountAsync(numberOfMessages, RemainingOrDefault, true, cancellationToken))
        {
            yield return message;
        }
    }

    public async IAsyncEnumerable<object> ReceiveNAsync(
        int numberOfMessages, TimeSpan max, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var message in ReceiveCountAsync(numberOfMessages, DilatedFinite(max), true, cancellationToken))
        {
            yield return message;
        }
    }

    private async IAsyncEnumerable<object> ReceiveCountAsync(
        int count, TimeSpan max, bool shouldLog, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = Now;
        var stop = start + max;
        ConditionalLog(shouldLog, "Trying to receive {0} messages during {1}.", count, max);
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var message = await ReceiveOneAsync(stop - Now, cancellationToken);
            _assertions.AssertTrue(
                message is not null,
                "Timeout ({0}) while expecting {1} messages. Only got {2} after {3}.",
                max,
                count,
                i,
                Now - start);
            yield return message;
        }

        ConditionalLog(shouldLog, "Received {0} messages during {1}.", count, Now - start);
    }

    /// <summary>
    /// The envelope first in the queue. Zero looks without waiting, <see cref="Timeout.InfiniteTimeSpan"/> waits
    /// without limit, any other negative time does not even look.
    /// </summary>
    private async ValueTask<(bool Success, MessageEnvelope Envelope)> ReceiveEnvelopeAsync(
        TimeSpan? max, bool take, bool shouldLog, CancellationToken cancellationToken)
    {
        var limit = GetTimeoutOrDefault(max);
        var start = Now;
        var verb = take ? "receive" : "peek";
        ConditionalLog(shouldLog, "Trying to {0} message from TestActor queue within {1}", verb, limit);
        if (limit == Timeout.InfiniteTimeSpan)
        {
            Log.Warning(
                "Trying to {0} message from TestActor queue with infinite timeout! Will wait indefinitely!", verb);
        }

        MessageEnvelope envelope = null;
        var mayLook = limit.IsPositiveFinite() || limit == Timeout.InfiniteTimeSpan;
        if (mayLook && !Look(take, out envelope) && !limit.IsZero() && await MessageArrivesAsync(limit, cancellationToken))
        {
            Look(take, out envelope);
        }

        _state.LastWasNoMsg = false;
        _state.LastMessage = envelope ?? NullMessageEnvelope.Instance;
        ConditionalLog(shouldLog, "{0} {1} after {2}.", verb, envelope, Now - start);
        return (envelope is not null, _state.LastMessage);
    }

    private bool Look(bool take, out MessageEnvelope envelope) =>
        take ? _state.Queue.Reader.TryRead(out envelope) : _state.Queue.Reader.TryPeek(out envelope);

    private async ValueTask<bool> MessageArrivesAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        try
        {
            return await _state.Queue.Reader.WaitToReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
