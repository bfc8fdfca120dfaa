using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>As ExpectMsg; the message must also come from this sender.</summary>
    public T ExpectMsgFrom<T>(
        IActorRef sender, TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgFromAsync<T>(sender, duration, hint, cancellationToken));

    public T ExpectMsgFrom<T>(
        IActorRef sender, T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgFromAsync(sender, message, timeout, hint, cancellationToken));

    public T ExpectMsgFrom<T>(
        IActorRef sender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgFromAsync(sender, isMessage, timeout, hint, cancellationToken));

    public T ExpectMsgFrom<T>(
        Predicate<IActorRef> isSender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgFromAsync(isSender, isMessage, timeout, hint, cancellationToken));

    public T ExpectMsgFrom<T>(
        IActorRef sender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgFromAsync(sender, assertMessage, timeout, hint, cancellationToken));

    public T ExpectMsgFrom<T>(
        Action<IActorRef> assertSender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgFromAsync(assertSender, assertMessage, timeout, hint, cancellationToken));

    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender, TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(duration, (_, actual) => AssertSender(sender, actual, hint), null, cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender, T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(
            timeout,
            (actualMessage, actualSender) =>
            {
                AssertSender(sender, actualSender, hint);
                _assertions.AssertEqual(message, actualMessage);
            },
            hint,
            cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(
            timeout,
            (message, actualSender) =>
            {
                AssertSender(sender, actualSender, hint);
                AssertPredicate(isMessage, message, hint);
            },
            hint,
            cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(
        Predicate<IActorRef> isSender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(
            timeout,
            (message, sender) =>
            {
                _assertions.AssertTrue(
                    isSender is null || isSender(sender),
                    "{0} The message was {{{1}}}",
                    WrongSender(hint ?? "the predicate to return true", sender, null),
                    message);
                AssertPredicate(isMessage, message, hint);
            },
            hint,
            cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectMsgFromAsync(
            actual => _assertions.AssertEqual(sender, actual, hint), assertMessage, timeout, hint, cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(
        Action<IActorRef> assertSender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(
            timeout,
            (message, sender) =>
            {
                assertSender?.Invoke(sender);
                assertMessage?.Invoke(message);
            },
            hint,
            cancellationToken);

    private static string WrongSender(object expected, IActorRef actual, string hint) =>
        $"Sender does not match. Got a message from sender {actual}. But expected {expected} {hint}";

    private void AssertSender(IActorRef expected, IActorRef actual, string hint) =>
        _assertions.AssertEqual(expected, actual, "{0}", WrongSender(expected, actual, hint));
}
