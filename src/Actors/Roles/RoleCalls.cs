using System.Diagnostics;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>A role's requests, from their arrival to their answer. Only for the role's actor.</summary>
internal sealed class RoleCalls(RoleSetup setup, RolePool pool, RoleSender sender, RoleAskers askers, ActorTimers timers, IActorRef self, ILoggingAdapter log)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMilliseconds(100);

    private readonly LinkedList<RoleCall> _waiting = new();

    // Their children have ended them, and their answers are being read.
    private readonly HashSet<RoleCall> _reading = [];

    /// <summary>Whether new requests are refused.</summary>
    internal bool IsStopping { get; set; }

    internal int Waiting => _waiting.Count;

    /// <summary>Whether an asker waits for an answer.</summary>
    internal bool Any => All.Any(static call => !call.IsOver);

    private IEnumerable<RoleCall> All => pool.All.SelectMany(static child => child.Calls.Values).Concat(_waiting).Concat(_reading);

    private long Now => timers.Time.GetTimestamp();

    /// <summary>Takes a request, or refuses it to its asker.</summary>
    internal void Accept(object request, IActorRef asker, TimeSpan? timeout, CancellationToken cancellation, RoleStreamSink? sink = null, ActivityContext parent = default)
    {
        // Its asker has cancelled it.
        if (cancellation.IsCancellationRequested)
            return;
        var handler = request is RawRequest raw ? setup.Role.FindBySignature(raw.Signature) : setup.Role.Find(request.GetType());
        if (Problem(request, handler, timeout, sink) is { } problem)
        {
            // A message without a sender expects no answer; it is not lost in silence.
            if (asker.IsNobody() || asker.Path.Name == "deadLetters")
                log.Warning("A {0} to the role {1} was refused: {2}", request.GetType().Name, setup.Name, problem.Message);
            else
                asker.Tell(new Status.Failure(problem), self);
            return;
        }
        pool.Health.OnAccepted();
        var limit = timeout ?? setup.Limits.Timeout;
        var call = new RoleCall(handler!, request, asker, sink)
        {
            Since = Now,
            Deadline = limit > TimeSpan.Zero ? Now + Ticks(limit) : null,
            HasOwnTimeout = timeout is not null,
            Span = Begin(handler!, parent),
        };
        askers.Add(asker);
        if (cancellation.CanBeCanceled)
            call.Cancellation = cancellation.UnsafeRegister(static cancel => ((RoleCommands.CancelCall)cancel!).Send(), new RoleCommands.CancelCall(self, call));
        if (sink is not null)
        {
            sink.Call = call;
            asker.Tell(new RoleCommands.StreamOpened(setup.Role.Codec.Value), self);
        }
        if (!timers.IsTimerActive(Sweep.Instance))
            timers.StartPeriodicTimer(Sweep.Instance, Sweep.Instance, SweepEvery);
        _waiting.AddLast(call);
        Serve();
    }

    /// <summary>Takes a request of a client.</summary>
    internal void Accept(RoleCommands.Ask ask, IActorRef asker)
    {
        if (setup.Role.Find(ask.Request.GetType()) is { Kind: RoleMessageKind.Request, Answer: { } answer } && !answer.IsAssignableTo(ask.Answer))
            asker.Tell(new Status.Failure(new InvalidMessageException(ask.Request.GetType().Name, $"its answer is {answer}, not {ask.Answer}")), self);
        else
            Accept(ask.Request, asker, ask.Timeout, ask.Cancellation, null, ask.TraceParent);
    }

    /// <summary>Takes a request for a stream.</summary>
    internal void Open(RoleCommands.OpenStream open, IActorRef asker)
    {
        if (setup.Role.Find(open.Request.GetType()) is { Kind: RoleMessageKind.Stream, Answer: var item } && item != open.Item)
            asker.Tell(new Status.Failure(new InvalidMessageException(open.Request.GetType().Name, $"its items are {item}, not {open.Item}")), self);
        else
            Accept(open.Request, asker, open.Timeout, default, open.Sink, open.TraceParent);
    }

    /// <summary>Gives waiting requests to free children, and has children started for the others.</summary>
    internal void Serve()
    {
        while (_waiting.First is { Value: var next } && pool.FindFree() is { } child)
        {
            _waiting.RemoveFirst();
            if (next.Sink is not null && !next.HasOwnTimeout)
                next.Deadline = null;
            var left = next.Deadline is { } deadline ? Math.Max(1, timers.Time.GetElapsedTime(Now, deadline).TotalMilliseconds) : 0;
            if (sender.Send(next, child, (int)Math.Min(left, int.MaxValue)) is { } problem)
                Answer(next, new Status.Failure(problem));
        }
        pool.StartFor(_waiting.Count);
    }

    /// <summary>A child has ended a request.</summary>
    internal void OnEnded(RoleChild child, RoleCall call, object? answer)
    {
        child.Calls.Remove(call.Id);
        child.IdleSince = Now;
        pool.OnCallEnded(child);
        if (ReferenceEquals(answer, RoleReceiver.Pending))
            _reading.Add(call);
        else if (answer is not null)
            Answer(call, answer);
        Serve();
    }

    internal void OnRead(RoleCommands.AnswerRead read)
    {
        if (_reading.Remove(read.Call))
            Answer(read.Call, read.Answer);
    }

    internal void OnUnreadable(RoleCommands.AnswerUnreadable unreadable)
    {
        if (!_reading.Remove(unreadable.Call))
            return;
        // The child's exit answers it, with the exit record.
        if (pool.TryFind(unreadable.Child.Actor, out var child))
        {
            child.Calls[unreadable.Call.Id] = unreadable.Call;
            RolePool.EndForViolation(child, unreadable.Problem);
        }
        else
        {
            Answer(unreadable.Call, new Status.Failure(new ChildLostException(unreadable.Problem)));
        }
    }

    internal string? OnTooLarge(RoleChild child, ChildFrames.TooLarge tooLarge)
    {
        if (child.Calls.TryGetValue(tooLarge.Id, out var call))
            OnEnded(child, call, new Status.Failure(new RoleRefusedException(RoleRefusal.TooLong, $"The {call.Handler.Message.Name} does not fit into frames of {tooLarge.Limit} bytes.")));
        return null;
    }

    internal void OnSweep()
    {
        var now = Now;
        // A person at a debugger takes longer than any limit.
        if (!setup.IsInProcess || !Debugger.IsAttached)
        {
            foreach (var late in All.Where(call => !call.IsOver && call.Deadline <= now).ToArray())
                OnOverdue(late);
            foreach (var child in pool.All.Where(child => !child.IsEnding && child.Calls.Values.Any(call => call.IsCancelled && call.KillAt <= now)).ToArray())
                pool.EndForOverrun(child);
        }
        // An idle role has no timer, so it does not wake the process.
        if (!pool.EndIdle() && !All.Any())
            timers.Cancel(Sweep.Instance);
    }

    /// <summary>The answer is not wanted: a child that has the request is told, and has a grace.</summary>
    internal void Cancel(RoleCall call)
    {
        Release(call);
        call.Span?.End("Cancelled", "The asker has cancelled or stopped.");
        if (call.Child is not { } child)
        {
            _waiting.Remove(call);
        }
        else if (child.Calls.ContainsKey(call.Id) && !call.IsCancelled)
        {
            call.IsCancelled = true;
            call.KillAt = Now + Ticks(setup.Limits.CancelGrace);
            sender.Cancel(call);
        }
    }

    internal void CancelAllOf(IActorRef asker)
    {
        foreach (var orphan in All.Where(call => call.Asker.Equals(asker)).ToArray())
            Cancel(orphan);
    }

    internal void FailAllOf(RoleChild child, ChildLostException lost)
    {
        foreach (var call in child.Calls.Values)
            Answer(call, new Status.Failure(lost));
    }

    internal void FailAll(Exception cause)
    {
        foreach (var call in All.ToArray())
            Answer(call, new Status.Failure(cause));
    }

    internal void RefuseWaiting(string problem)
    {
        while (_waiting.First is { Value: var call })
        {
            _waiting.RemoveFirst();
            Answer(call, new Status.Failure(new RoleRefusedException(RoleRefusal.Unavailable, problem)));
        }
    }

    // Why a message is not accepted; null if it is.
    private Exception? Problem(object request, RoleHandler? handler, TimeSpan? timeout, RoleStreamSink? sink)
    {
        var name = handler?.Message.Name ?? (request as RawRequest)?.Signature ?? request.GetType().Name;
        if (handler is null)
            return new InvalidMessageException(name, $"the role {setup.Name} takes {string.Join(", ", setup.Role.Handlers.Select(static one => one.Message.Name))}");
        if (handler.Kind == RoleMessageKind.Stream != sink is not null)
            return new InvalidMessageException(name, sink is null ? "it is answered by a stream: call RoleClient.StreamAsync" : "it is not answered by a stream: call RoleClient.AskAsync");
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            return new InvalidMessageException(name, $"its timeout is {timeout}; it must be 0 or more");
        if (IsStopping)
            return new BrowserStoppedException(BrowserStoppedException.Sentence);
        if (pool.Health.Refusal is { } why)
            return new RoleRefusedException(RoleRefusal.Unavailable, why);
        return _waiting.Count < setup.Limits.MaxWaiting || pool.FindFree() is not null ? null
            : new RoleRefusedException(RoleRefusal.QueueFull, $"{_waiting.Count} requests wait for {setup.Name} processes already, as many as actorbrowser.{RoleSettings.Defaults}.max-waiting allows.");
    }

    private void OnOverdue(RoleCall call)
    {
        var after = $"{timers.Time.GetElapsedTime(call.Since).TotalSeconds:0.###} s";
        Answer(call, new Status.Failure(new RoleTimeoutException(
            call.Child is null ? $"The {call.Handler.Message.Name} waited {after} for a {setup.Name} process: {pool.Count} of {setup.Limits.MaxProcesses} are in use or starting."
                : $"The {setup.Name} child did not answer the {call.Handler.Message.Name} within {after}; it was cancelled.",
            call.Child is not null)));
        Cancel(call);
    }

    private void Answer(RoleCall call, object answer)
    {
        if (!Release(call))
            return;
        if (answer is Status.Failure { Cause: var failure })
            call.Span?.Fail(failure);
        else
            call.Span?.End();
        if (call.Sink is { } sink)
            sink.End((answer as Status.Failure)?.Cause);
        else if (call.Handler.Kind != RoleMessageKind.OneWay)
            call.Asker.Tell(answer, self);
        else if (answer is Status.Failure { Cause: var cause })
            log.Warning("A {0} to the role {1} was not handled: {2}", call.Handler.Message.Name, setup.Name, VisibleText.Line(cause.Message));
    }

    private RequestSpan? Begin(RoleHandler handler, in ActivityContext parent)
    {
        var span = BrowserTracing.IsOn ? RequestSpan.Begin($"{setup.Name}/{handler.Message.Name}", parent) : null;
        span?.Set("rpc.service", setup.Name);
        span?.Set("rpc.method", handler.Message.Name);
        return span;
    }

    // Whether the asker still waited.
    private bool Release(RoleCall call)
    {
        if (call.IsOver)
            return false;
        call.IsOver = true;
        call.Request = null;
        call.Cancellation.Dispose();
        askers.Remove(call.Asker);
        return true;
    }

    // Ten years are for ever, and do not overflow.
    private long Ticks(TimeSpan time) => (long)(Math.Min(time.TotalSeconds, 3e8) * timers.Time.TimestampFrequency);

    internal sealed class Sweep
    {
        internal static readonly Sweep Instance = new();
    }
}
