using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>
    /// Messages for as long as the filter makes something of them; the first that it makes null of stays in the queue.
    /// Ends early when <paramref name="max"/> is over, when nothing comes for <paramref name="idle"/>, or after
    /// <paramref name="msgs"/> messages.
    /// </summary>
    public IReadOnlyList<T> ReceiveWhile<T>(
        Func<object, T> filter,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) =>
        Blocking.RunToList(ReceiveWhileAsync(filter, max, idle, msgs, cancellationToken));

    public IReadOnlyList<T> ReceiveWhile<T>(
        TimeSpan? max, Func<object, T> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        Blocking.RunToList(ReceiveWhileAsync(max, filter, msgs, cancellationToken));

    public IReadOnlyList<T> ReceiveWhile<T>(
        TimeSpan? max,
        TimeSpan? idle,
        Func<object, T> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) =>
        Blocking.RunToList(ReceiveWhileAsync(max, idle, filter, msgs, cancellationToken));

    /// <summary>Messages of this type while the predicate holds; the first for which it does not stays in the queue.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(
        Predicate<T> shouldContinue,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true,
        CancellationToken cancellationToken = default) =>
        Blocking.RunToList(
            ReceiveWhileAsync(shouldContinue, max, idle, msgs, shouldIgnoreOtherMessageTypes, cancellationToken));

    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        TimeSpan? max, Func<object, T> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        ReceiveWhileAsync(filter, max, Timeout.InfiniteTimeSpan, msgs, cancellationToken);

    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        TimeSpan? max,
        TimeSpan? idle,
        Func<object, T> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) =>
        ReceiveWhileAsync(filter, max, idle, msgs, cancellationToken);

    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        Func<object, T> filter,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) =>
        SortAsync(
            message => filter(message) is { } made ? (Verdict.Keep, made) : (Verdict.Stop, default),
            max,
            idle,
            msgs,
            cancellationToken);

    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        Predicate<T> shouldContinue,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true,
        CancellationToken cancellationToken = default) =>
        SortAsync(
            message => message is T typed
                ? (shouldContinue(typed) ? Verdict.Keep : Verdict.Stop, typed)
                : (shouldIgnoreOtherMessageTypes ? Verdict.Drop : Verdict.Stop, default),
            max,
            idle,
            msgs,
            cancellationToken);

    /// <summary>Drops messages until one of this type satisfies the predicate.</summary>
    public object FishForMessage(
        Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Blocking.Run(FishForMessageAsync(isMessage, max, hint, cancellationToken));

    public T FishForMessage<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Blocking.Run(FishForMessageAsync(isMessage, max, hint, cancellationToken));

    /// <summary>The messages dropped on the way are left in <paramref name="allMessages"/>.</summary>
    public T FishForMessage<T>(
        Predicate<T> isMessage,
        ArrayList allMessages,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default) =>
        Blocking.Run(FishForMessageAsync(isMessage, allMessages, max, hint, cancellationToken));

    public ValueTask<object> FishForMessageAsync(
        Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessageAsync<object>(isMessage, max, hint, cancellationToken);

    public ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessageAsync(isMessage, null, max, hint, cancellationToken);

    public async ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage,
        ArrayList allMessages,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var end = Now + limit;
        allMessages?.Clear();
        while (true)
        {
            var message = await ReceiveOneAsync(end - Now, cancellationToken);
            _assertions.AssertTrue(
                message is not null,
                "Timeout ({0}) during fishForMessage{1}",
                limit,
                string.IsNullOrEmpty(hint) ? "" : $", hint: {hint}");
            if (message is T typed && isMessage(typed))
            {
                return typed;
            }

            allMessages?.Add(message);
        }
    }

    /// <summary>Receives until the time is over; none may be of this type.</summary>
    public async Task FishUntilMessageAsync<T>(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        var received = ReceiveWhileAsync<object>(
            message =>
            {
                _assertions.AssertFalse(message is T, "did not expect a message of type {0}", typeof(T));
                return true;
            },
            max: max,
            cancellationToken: cancellationToken);
        await foreach (var _ in received)
        {
        }
    }

    /// <summary>Receives until nothing comes for this long.</summary>
    public async Task<ArrayList> WaitForRadioSilenceAsync(
        TimeSpan? max = null, uint? maxMessages = null, CancellationToken cancellationToken = default)
    {
        var messages = new ArrayList();
        while (await ReceiveOneAsync(max, cancellationToken) is { } message)
        {
            messages.Add(message);
            _assertions.AssertFalse(
                messages.Count > maxMessages, "maxMessages violated (current iteration: {0}).", messages.Count);
        }

        return ArrayList.ReadOnly(messages);
    }

    private async IAsyncEnumerable<T> SortAsync<T>(
        Func<object, (Verdict Verdict, T Result)> judge,
        TimeSpan? max,
        TimeSpan? idle,
        int msgs,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(max);
        var start = Now;
        var stop = start + limit;
        var pause = idle ?? Timeout.InfiniteTimeSpan;
        MessageEnvelope last = NullMessageEnvelope.Instance;
        ConditionalLog("Trying to receive messages of type {0} during {1}", typeof(T), limit);

        var count = 0;
        while (count < msgs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (arrived, envelope) = await TryPeekOneAsync((stop - Now).Min(pause), cancellationToken);
            var (verdict, result) = arrived ? judge(envelope.Message) : (Verdict.Stop, default);
            if (verdict == Verdict.Stop)
            {
                _state.LastMessage = last;
                break;
            }

            if (!Look(take: true, out var taken) || !ReferenceEquals(taken, envelope))
            {
                throw new InvalidOperationException("Another thread receives from the same TestActor queue.");
            }

            last = envelope;
            if (verdict == Verdict.Keep)
            {
                count++;
                yield return result;
            }
        }

        ConditionalLog("Received {0} messages with filter during {1}", count, Now - start);
        _state.LastWasNoMsg = true;
    }

    private enum Verdict
    {
        Keep,
        Drop,
        Stop,
    }
}
