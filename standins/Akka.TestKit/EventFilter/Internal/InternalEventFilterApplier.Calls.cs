using System;
using System.Threading;
using System.Threading.Tasks;

namespace Akka.TestKit.Internal;

public partial class InternalEventFilterApplier : IEventFilterApplier
{
    public void ExpectOne(Action action, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(1, null, AsTask(action), cancellationToken));

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(1, timeout, AsTask(action), cancellationToken));

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(1, null, AsTask(func), cancellationToken));

    public T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(1, timeout, AsTask(func), cancellationToken));

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        Count(1, null, WithResult(actionAsync), cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        Count(1, timeout, WithResult(action), cancellationToken);

    public Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Count(1, null, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Count(1, timeout, func, cancellationToken);

    [Obsolete("Use ExpectOneAsync(Func<Task>, CancellationToken) instead.")]
    public Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default) =>
        Count(1, null, AsTask(action), cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(expectedCount, null, AsTask(action), cancellationToken));

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(expectedCount, timeout, AsTask(action), cancellationToken));

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(expectedCount, null, AsTask(func), cancellationToken));

    public T Expect<T>(int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(expectedCount, timeout, AsTask(func), cancellationToken));

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        Count(expectedCount, null, WithResult(actionAsync), cancellationToken);

    public Task ExpectAsync(
        int expectedCount, Func<Task> actionAsync, TimeSpan? timeout, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, WithResult(actionAsync), cancellationToken);

    public Task ExpectAsync(
        int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, WithResult(action), cancellationToken);

    [Obsolete("Use ExpectAsync(int, TimeSpan, Func<Task>) instead.")]
    public Task ExpectAsync(
        int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, AsTask(action), cancellationToken);

    public Task<T> ExpectAsync<T>(int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Count(expectedCount, null, func, cancellationToken);

    public Task<T> ExpectAsync<T>(
        int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, func, cancellationToken);

    public void Mute(Action action, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(null, null, AsTask(action), cancellationToken));

    public T Mute<T>(Func<T> func, CancellationToken cancellationToken = default) =>
        Blocking.Run(Count(null, null, AsTask(func), cancellationToken));

    public Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default) =>
        Count(null, null, WithResult(action), cancellationToken);

    [Obsolete("Use MuteAsync(Func<Task>) instead.")]
    public Task MuteAsync(Action action, CancellationToken cancellationToken = default) =>
        Count(null, null, AsTask(action), cancellationToken);

    public Task<T> MuteAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Count(null, null, func, cancellationToken);

    private static Func<Task<NotUsed>> AsTask(Action action) => () =>
    {
        action();
        return Task.FromResult(NotUsed.Instance);
    };

    private static Func<Task<T>> AsTask<T>(Func<T> func) => () => Task.FromResult(func());

    private static Func<Task<NotUsed>> WithResult(Func<Task> action) => async () =>
    {
        await action();
        return NotUsed.Instance;
    };

    private Task<T> Count<T>(int? expected, TimeSpan? timeout, Func<Task<T>> func, CancellationToken cancellationToken) =>
        InterceptAsync(func, _actorSystem, timeout, expected, null, cancellationToken);
}
