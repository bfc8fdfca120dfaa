using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.TestEvent;

namespace Akka.TestKit.Internal;

/// <summary>Puts filters in force around a block and counts what they pick.</summary>
public partial class InternalEventFilterApplier
{
    private readonly TestKitBase _testkit;
    private readonly ActorSystem _actorSystem;
    private readonly IReadOnlyList<EventFilterBase> _filters;

    public InternalEventFilterApplier(TestKitBase testkit, ActorSystem system, IReadOnlyList<EventFilterBase> filters)
    {
        _testkit = testkit;
        _actorSystem = system;
        _filters = filters;
    }

    public EventFilterFactory And => new(_testkit, _actorSystem, _filters);

    public IUnmutableFilter Mute()
    {
        _actorSystem.EventStream.Publish(new Mute(_filters));
        return new InternalUnmutableFilter(_filters, _actorSystem);
    }

    protected static string GetMessageString(int number) => number == 1 ? "message" : "messages";

    protected T Intercept<T>(
        Func<T> func,
        ActorSystem system,
        TimeSpan? timeout,
        int? expectedOccurrences,
        MatchedEventHandler matchedEventHandler = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(InterceptAsync(
            () => Task.FromResult(func()), system, timeout, expectedOccurrences, matchedEventHandler, cancellationToken));

    protected async Task<T> InterceptAsync<T>(
        Func<Task<T>> func,
        ActorSystem system,
        TimeSpan? timeout,
        int? expectedOccurrences,
        MatchedEventHandler matchedEventHandler = null,
        CancellationToken cancellationToken = default)
    {
        var limit = timeout is { } given ? _testkit.Dilated(given)
            : system.HasExtension<TestKitSettings>() ? TestKitExtension.For(system).TestEventFilterLeeway
            : _testkit.TestKitSettings.TestEventFilterLeeway;
        var counter = matchedEventHandler ?? new MatchedEventHandler();
        system.EventStream.Publish(new Mute(_filters));
        try
        {
            foreach (var filter in _filters)
            {
                filter.EventMatched += counter.HandleEvent;
            }

            var result = await func();
            if (!await AwaitDoneAsync(limit, expectedOccurrences, counter, cancellationToken))
            {
                Fail(system, limit, expectedOccurrences ?? 0, counter.ReceivedCount);
            }

            return result;
        }
        finally
        {
            foreach (var filter in _filters)
            {
                filter.EventMatched -= counter.HandleEvent;
            }

            system.EventStream.Publish(new Unmute(_filters));
        }
    }

    protected bool AwaitDone(
        TimeSpan timeout,
        int? expectedOccurrences,
        MatchedEventHandler matchedEventHandler,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(AwaitDoneAsync(timeout, expectedOccurrences, matchedEventHandler, cancellationToken));

    /// <returns>True when exactly the expected number was picked. For none, the whole time must pass.</returns>
    protected async Task<bool> AwaitDoneAsync(
        TimeSpan timeout,
        int? expectedOccurrences,
        MatchedEventHandler matchedEventHandler,
        CancellationToken cancellationToken = default)
    {
        if (expectedOccurrences is not { } expected)
        {
            return true;
        }

        var enough = Math.Max(expected, 1);
        await _testkit.AwaitConditionNoThrowAsync(
            () => matchedEventHandler.ReceivedCount >= enough, timeout, cancellationToken: cancellationToken);
        return matchedEventHandler.ReceivedCount == Math.Max(expected, 0);
    }

    private void Fail(ActorSystem system, TimeSpan limit, int expected, int actual)
    {
        var filters = string.Join(',', _filters);
        var tooMany = actual - expected;
        var text = tooMany < 0
            ? $"Timeout ({limit}) while waiting for messages. Only received {actual}/{expected} messages that matched filter [{filters}]"
            : $"Received {tooMany} {GetMessageString(tooMany)} too many. Expected {expected} {GetMessageString(expected)} "
                + $"but received {actual} that matched filter [{filters}]";
        var provider = system.HasExtension<TestKitAssertionsProvider>()
            ? TestKitAssertionsExtension.For(system)
            : TestKitAssertionsExtension.For(_testkit.Sys);
        provider.Assertions.Fail("{0}", text);
    }

    /// <summary>Counts picked events.</summary>
    protected class MatchedEventHandler
    {
        private int _receivedCount;

        public int ReceivedCount => Volatile.Read(ref _receivedCount);

        public virtual void HandleEvent(EventFilterBase eventFilter, LogEvent logEvent) =>
            Interlocked.Increment(ref _receivedCount);
    }

    /// <summary>Takes its filters out of force once.</summary>
    protected class InternalUnmutableFilter : IUnmutableFilter
    {
        private readonly ActorSystem _system;
        private IReadOnlyCollection<EventFilterBase> _filters;

        public InternalUnmutableFilter(IReadOnlyCollection<EventFilterBase> filters, ActorSystem system)
        {
            _filters = filters;
            _system = system;
        }

        public void Unmute()
        {
            if (Interlocked.Exchange(ref _filters, null) is { } filters)
            {
                _system.EventStream.Publish(new Unmute(filters));
            }
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (disposing)
            {
                Unmute();
            }
        }
    }
}
