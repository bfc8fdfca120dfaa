using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message; it must come in time and be a <typeparamref name="T"/>.</summary>
    public T ExpectMsg<T>(TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgAsync<T>(duration, hint, cancellationToken));

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgAsync(message, timeout, hint, cancellationToken));

    public T ExpectMsg<T>(
        Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgAsync(isMessage, timeout, hint, cancellationToken));

    public T ExpectMsg<T>(
        Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgAsync(assert, timeout, hint, cancellationToken));

    public T ExpectMsg<T>(
        Func<T, IActorRef, bool> isMessageAndSender,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgAsync(isMessageAndSender, timeout, hint, cancellationToken));

    public T ExpectMsg<T>(
        Action<T, IActorRef> assertMessageAndSender,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgAsync(assertMessageAndSender, timeout, hint, cancellationToken));

    public T ExpectMsg<T>(
        T expected,
        Func<T, T, bool> comparer,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectMsgAsync(expected, comparer, timeout, hint, cancellationToken));

    public ValueTask<T> ExpectMsgAsync<T>(
        TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(duration, null, hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(
        T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(timeout, (actual, _) => _assertions.AssertEqual(message, actual), hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(
        Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(timeout, (message, _) => AssertPredicate(isMessage, message, hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(
        Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(timeout, (message, _) => assert?.Invoke(message), hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(
        Func<T, IActorRef, bool> isMessageAndSender,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(
            timeout,
            (message, sender) => _assertions.AssertTrue(
                isMessageAndSender(message, sender),
                "Got a message of the expected type <{2}> from {4}. Also expected {0} but the message {{{1}}} of type <{3}> did not match",
                hint ?? "the predicate to return true",
                message,
                typeof(T).FullName,
                message.GetType().FullName,
                sender),
            hint,
            cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(
        Action<T, IActorRef> assertMessageAndSender,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectAsync(timeout, assertMessageAndSender, hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(
        T expected,
        Func<T, T, bool> comparer,
        TimeSpan? timeout = null,
        string hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(
            timeout,
            (actual, _) => _assertions.AssertEqual(expected, actual, comparer, hint),
            hint,
            cancellationToken);

    public Terminated ExpectTerminated(
        IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectTerminatedAsync(target, timeout, hint, cancellationToken));

    public ValueTask<Terminated> ExpectTerminatedAsync(
        IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var what = $"Terminated {target}. {hint ?? ""}";
        return ExpectAsync<Terminated>(
            timeout,
            (terminated, _) => _assertions.AssertEqual(target, terminated.ActorRef, what),
            what,
            cancellationToken);
    }

    /// <summary>Nothing may come for as long as one expectation waits by default.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectNoMsgAsync(cancellationToken));

    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectNoMsgAsync(duration, cancellationToken));

    /// <summary>Nothing may come for this time, which is not dilated.</summary>
    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        Blocking.Run(ExpectNoMsgAsync(milliseconds, cancellationToken));

    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) =>
        ExpectSilenceAsync(RemainingOrDefault, cancellationToken);

    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) =>
        ExpectSilenceAsync(Dilated(duration), cancellationToken);

    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectSilenceAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    private async ValueTask ExpectSilenceAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var start = Now;
        ConditionalLog("Expecting no messages during {0}", duration);
        var (received, envelope) = await ReceiveEnvelopeAsync(duration, take: true, shouldLog: false, cancellationToken);
        if (received)
        {
            const string Message = "Failed: Expected no messages during {0}, instead we received {1} after {2}";
            var elapsed = Now - start;
            ConditionalLog(Message, duration, envelope, elapsed);
            _assertions.Fail(Message, duration, envelope, elapsed);
        }
    }

    private async ValueTask<T> ExpectAsync<T>(
        TimeSpan? timeout, Action<T, IActorRef> assert, string hint, CancellationToken cancellationToken)
    {
        var max = RemainingOrDilated(timeout);
        var (received, envelope) = await TryReceiveOneAsync(max, cancellationToken);
        if (!received)
        {
            _assertions.Fail("Failed: Timeout {0} while waiting for a message of type {1} {2}", max, typeof(T), hint ?? "");
        }
        else if (envelope.Message is T message)
        {
            assert?.Invoke(message, envelope.Sender);
        }
        else
        {
            _assertions.Fail(
                "Failed: Expected a message of type {0}, but received {{{2}}} (type {1}) instead {3} from {4}",
                typeof(T),
                envelope.Message.GetType(),
                envelope.Message,
                hint ?? "",
                envelope.Sender);
        }

        // Only assertions that do not throw get here with something else: the caller asked for a T all the same.
        return (T)envelope.Message;
    }

    private void AssertPredicate<T>(Predicate<T> isMessage, T message, string hint) =>
        _assertions.AssertTrue(
            isMessage is null || isMessage(message),
            "Got a message of the expected type <{2}>. Also expected {0} but the message {{{1}}} of type <{3}> did not match",
            hint ?? "the predicate to return true",
            message,
            typeof(T).FullName,
            message.GetType().FullName);
}
