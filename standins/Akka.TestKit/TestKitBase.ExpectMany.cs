using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message, which must equal one of these.</summary>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgAnyOfAsync(messages, cancellationToken));

    public async ValueTask<T> ExpectMsgAnyOfAsync<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default)
    {
        var max = RemainingOrDefault;
        var message = await ReceiveOneAsync(max, cancellationToken);
        _assertions.AssertTrue(
            message is not null,
            "Timeout {0} during waiting for ExpectMsgAnyOf waiting for ({1})",
            max,
            string.Join(',', messages));
        _assertions.AssertTrue(
            message is T typed && messages.Contains(typed), "ExpectMsgAnyOf found unexpected {0}", message);
        return (T)message;
    }

    /// <summary>As many messages as are given, each equal to one of them, in any order.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => ExpectMsgAllOf(messages, default(CancellationToken));

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(
        IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.RunToList(ExpectMsgAllOfAsync(messages, cancellationToken));

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages) =>
        ExpectMsgAllOf(max, messages, default(CancellationToken));

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(
        TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.RunToList(ExpectMsgAllOfAsync(max, messages, cancellationToken));

    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(
        IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        ReceiveAllOfAsync(() => RemainingOrDefault, messages, cancellationToken);

    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(
        TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        ReceiveAllOfAsync(() => DilatedFinite(max), messages, cancellationToken);

    /// <summary>As many messages as there are predicates, each of the type of one of them and satisfying it.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(params PredicateInfo[] predicates) =>
        ExpectMsgAllOfMatchingPredicates(predicates, default(CancellationToken));

    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(
        IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken) =>
        Blocking.RunToList(ReceiveMatchingAsync(() => RemainingOrDefault, predicates, cancellationToken));

    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(TimeSpan max, params PredicateInfo[] predicates) =>
        ExpectMsgAllOfMatchingPredicates(max, predicates, default);

    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(
        TimeSpan max, IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken) =>
        Blocking.RunToList(ExpectMsgAllOfMatchingPredicatesAsync(max, predicates, cancellationToken));

    public IAsyncEnumerable<object> ExpectMsgAllOfMatchingPredicatesAsync(
        IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken = default) =>
        ReceiveMatchingAsync(static () => TimeSpan.FromMinutes(1), predicates, cancellationToken);

    public IAsyncEnumerable<object> ExpectMsgAllOfMatchingPredicatesAsync(
        TimeSpan max, IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken = default) =>
        ReceiveMatchingAsync(() => DilatedFinite(max), predicates, cancellationToken);

    private async IAsyncEnumerable<T> ReceiveAllOfAsync<T>(
        Func<TimeSpan> max, IReadOnlyCollection<T> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var waiting = messages.ToList();
        var unexpected = new List<object>();
        await foreach (var item in ReceiveCountAsync(messages.Count, max(), shouldLog: false, cancellationToken))
        {
            if (item is not T message)
            {
                unexpected.Add(item);
                continue;
            }

            // As in the real TestKit, a default value (0, false) is taken for "not in the list".
            if (Equals(message, default(T)) || !waiting.Remove(message))
            {
                unexpected.Add(item);
            }

            yield return message;
        }

        AssertNothingLeft(waiting, unexpected);
    }

    private async IAsyncEnumerable<object> ReceiveMatchingAsync(
        Func<TimeSpan> max,
        IReadOnlyCollection<PredicateInfo> predicates,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var waiting = predicates.ToList();
        var unexpected = new List<object>();
        await foreach (var message in ReceiveCountAsync(predicates.Count, max(), shouldLog: false, cancellationToken))
        {
            var found = waiting.Find(candidate =>
                candidate.Type == message.GetType() && (bool)candidate.PredicateT.DynamicInvoke(message));
            if (found is null)
            {
                unexpected.Add(message);
            }
            else
            {
                waiting.Remove(found);
            }

            yield return message;
        }

        AssertNothingLeft(waiting, unexpected);
    }

    private TimeSpan DilatedFinite(TimeSpan max)
    {
        max.EnsureIsPositiveFinite(nameof(max));
        return Dilated(max);
    }

    private void AssertNothingLeft<T>(List<T> missing, List<object> unexpected)
    {
        if (missing.Count > 0 || unexpected.Count > 0)
        {
            _assertions.Fail(
                "{0}{1}",
                missing.Count == 0 ? "" : $"not found [{string.Join(", ", missing)}] ",
                unexpected.Count == 0 ? "" : $"found unexpected [{string.Join(", ", unexpected)}]");
        }
    }
}
