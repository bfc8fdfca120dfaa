using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// The sender of one question, whose one answer completes a task. Akka's Ask does the same with three times the memory: it names each
/// question and registers it where a remote actor could find it. This sender creates its path only when asked for it; and a question
/// that becomes a dead letter fails its task, which an Ask without a timeout leaves incomplete for ever.
/// </summary>
internal abstract class Reply(IActorRefProvider provider, Func<string, Exception> whenStopped) : MinimalActorRef
{
    private static readonly ConditionalWeakTable<IActorRefProvider, Undelivered> Listeners = [];

    private readonly Func<string, Exception> _whenStopped = whenStopped;
    private IActorRef _asked = ActorRefs.Nobody;
    private ActorPath? _path;

    /// <inheritdoc/>
    public override IActorRefProvider Provider { get; } = provider;

    /// <inheritdoc/>
    public override ActorPath Path => Volatile.Read(ref _path) ?? Interlocked.CompareExchange(ref _path, Provider.TempPath(), null) ?? _path;

    /// <summary>Asks an actor.</summary>
    /// <typeparam name="T">The answer's type; a <see cref="Status.Failure"/> is rethrown as its exception.</typeparam>
    /// <param name="actor">The actor.</param>
    /// <param name="message">The question.</param>
    /// <param name="whenStopped">Creates the exception if the actor has stopped, given one sentence.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal static Task<T> AskAsync<T>(IActorRef actor, object message, Func<string, Exception> whenStopped, CancellationToken cancellation)
    {
        // A remote actor answers to a path, which only Akka's own Ask registers.
        if (actor is not IInternalActorRef { IsLocal: true } local)
            return actor.Ask<T>(message, Timeout.InfiniteTimeSpan, cancellation);
        Listeners.GetValue(local.Provider, static provider => new Undelivered(provider));
        return new Reply<T>(local.Provider, whenStopped) { _asked = actor }.AskAsync(actor, message, cancellation);
    }

    /// <summary>The question became a dead letter.</summary>
    private protected abstract void Fail(Exception cause);

    /// <summary>Receives a system's dead letters; one for each system.</summary>
    private sealed class Undelivered(IActorRefProvider provider) : DeadLetterListener(provider)
    {
        private protected override void OnDeadLetter(DeadLetter letter)
        {
            // The actor asked may be alive, and have passed the question to an actor that has stopped.
            if (letter.Sender is Reply reply && !LateMessages.TryAnswer(letter) && (letter.Recipient.Equals(reply._asked) || !UnansweredMessages.Answers(letter)))
                // A question that was passed on may find that actor stopped, too, with its browser.
                reply.Fail(reply._whenStopped((letter.Message as LateMessages.Unanswered)?.Sentence ?? $"{letter.Recipient.Path} has stopped and will not answer."));
        }
    }
}

/// <inheritdoc cref="Reply"/>
/// <typeparam name="T">The answer's type.</typeparam>
internal sealed class Reply<T>(IActorRefProvider provider, Func<string, Exception> whenStopped) : Reply(provider, whenStopped)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;

    internal Task<T> AskAsync(IActorRef actor, object message, CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
            _cancellation = cancellation.UnsafeRegister(static (reply, token) => ((Reply<T>)reply!)._answer.TrySetCanceled(token), this);
        actor.Tell(message, this);
        return _answer.Task;
    }

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
        var isFirst = message switch
        {
            Status.Failure { Cause: { } cause } => _answer.TrySetException(cause),
            T answer => _answer.TrySetResult(answer),
            _ => _answer.TrySetException(new InvalidOperationException($"The answer is {message.GetType()}; {typeof(T)} was expected.")),
        };
        _cancellation.Unregister();
        if (!isFirst && !_answer.Task.IsCanceled)
            Provider.DeadLetters.Tell(message, this);
    }

    private protected override void Fail(Exception cause)
    {
        if (_answer.TrySetException(cause))
            _cancellation.Unregister();
    }
}
