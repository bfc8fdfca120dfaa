using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// A tab's lease of a renderer: the process, and the unanswered questions with their times. The tab keeps its own state and handles
/// the answers.
/// </summary>
/// <param name="pool">The pool of renderers.</param>
/// <param name="time">The actor system's time.</param>
/// <param name="tab">The tab's actor.</param>
internal sealed class RendererLease(IActorRef pool, TimeProvider time, IActorRef tab)
{
    private readonly Dictionary<ulong, Question> _pending = [];
    private ChildRouter? _router;
    private object? _lease;

    internal IActorRef Child => _router?.Child ?? ActorRefs.Nobody;

    internal int ProcessId => _router?.ProcessId ?? 0;

    /// <summary>The site that the leased process works for.</summary>
    internal string Site { get; private set; } = "";

    internal bool IsThere => _router is not null;

    /// <summary>How long the oldest question has been unanswered, not counting the time that a script may take; null if there is none.</summary>
    internal TimeSpan? Silent => _pending.Count == 0 ? null
        : time.GetElapsedTime(Math.Max(_pending.Values.Min(static question => question.Since), _pending.Values.Max(static question => question.BusyUntil)));

    /// <summary>Whether the process leased or requested is for this site.</summary>
    internal bool IsFor(string site) => _lease is not null && Site == site;

    /// <summary>Whether a process is leased or requested.</summary>
    internal bool IsWanted => _lease is not null;

    /// <summary>Requests a process for a site, unless the current one has worked for that site only.</summary>
    internal void Want(string site)
    {
        if (IsFor(site))
            return;
        LetGo(reusable: true);
        (_lease, Site) = (new object(), site);
        pool.Tell(new WorkerPool.Acquire(_lease, site));
    }

    internal bool Accept(WorkerPool.Leased leased)
    {
        if (leased.Lease != _lease)
        {
            pool.Tell(new WorkerPool.Return(leased.Lease, leased.Router.Child, Reusable: true));
            return false;
        }
        _router = leased.Router;
        Show("");
        return true;
    }

    /// <summary>Names the page that the process holds, for a task manager.</summary>
    internal void Show(string title)
    {
        if (_router is { } router)
            router.Loan = new ChildLoan(Site) { Tab = tab, Title = title };
    }

    internal bool IsMine(object lease) => lease == _lease;

    internal void LetGo(bool reusable, string why = "The page was left.")
    {
        if (_lease is null)
            return;
        if (_router is null)
            pool.Tell(new WorkerPool.GiveUp(_lease));
        else
            pool.Tell(new WorkerPool.Return(_lease, Child, reusable && _pending.Count == 0));
        Forget(why);
    }

    /// <summary>The process is gone or returned: tells each waiting asker.</summary>
    internal void Forget(string message, ChildProcessProtocol.ChildExited? exited = null)
    {
        foreach (var question in _pending.Values)
        {
            question.Span?.End("RendererLost", message);
            question.Asker?.Tell(question.IsScript
                ? new EvaluationFailed(ScriptFailure.RendererLost, message, 0, 0) { Exited = exited }
                : new QueryFailed(null, message) { Exited = exited });
        }
        _pending.Clear();
        (_lease, _router, Site) = (null, null, "");
    }

    internal ulong Load(string url, string contentType, ReadOnlyMemory<byte> page, int shareAbove, DocumentLimits limits, ScriptLimits scripts, RequestSpan? span)
    {
        var id = Expect(null);
        Payload.Send(_router!, id, page, shareAbove, inline => new LoadDocument(url, contentType, page.Length, inline, limits, scripts), span);
        return id;
    }

    /// <summary>The page is parsed, and its scripts run: their end is the answer to the same question, and late only after their time.</summary>
    internal void AwaitScripts(ulong id, int milliseconds) => _pending.Add(id, new Question(null, time.GetTimestamp() + (milliseconds * time.TimestampFrequency / 1000), 0, false, null));

    /// <summary>Answers a request of the page's scripts.</summary>
    internal void Respond(ulong id, PageResponse response, ReadOnlyMemory<byte> body, int shareAbove)
    {
        if (_router is not null)
            Payload.Send(_router, id, body, shareAbove, inline => response with { Length = body.Length, Data = inline }, opens: false);
    }

    /// <summary>Sends the renderer something that it does not answer.</summary>
    internal void Tell<T>(in T message) where T : struct, IWireMessage<T>
    {
        _router?.Send(0, message);
        _router?.Flush();
    }

    internal void Query(Query query, IActorRef asker) =>
        Ask(new QueryDocument(query.Kind, query.Argument, query.Start, Math.Min(query.Count, QueryDocument.MostItems)), asker, QuestionSpans.Begin(query));

    internal ulong Act(in ActOnPage act, IActorRef asker, RequestSpan? span) => Ask(act, asker, span);

    internal void Evaluate(string code, TimeSpan timeout, long maxBytes, IActorRef asker, RequestSpan? span) =>
        Ask(new EvaluateScript(code, Math.Max(1, (int)timeout.TotalMilliseconds), maxBytes), asker, span, timeout);

    internal void Arrived(int resource, int width, int height) => Tell(new ResourceArrived(resource, width, height));

    /// <summary>Removes the question that a frame answers; null if there is none.</summary>
    internal Question? Take(ulong id) => _pending.Remove(id, out var question) ? question : null;

    /// <summary>The same, and ends the question's span with the answer.</summary>
    internal Question? Take(ChildFrames.UserFrame answer)
    {
        var question = Take(answer.Id);
        if (question?.Span is { } span)
            QuestionSpans.End(span, answer);
        return question;
    }

    internal void Violated(string message) => Child.Tell(new ChildProcessActor.ReportViolation(new ProtocolViolation(ViolationKind.OutOfState, message)));

    private ulong Ask<T>(in T question, IActorRef asker, RequestSpan? span, TimeSpan? script = null) where T : struct, IWireMessage<T>
    {
        var id = Expect(asker, script, span);
        _router!.Send(id, question, opens: true, span: span);
        _router.Flush();
        return id;
    }

    private ulong Expect(IActorRef? asker, TimeSpan? script = null, RequestSpan? span = null)
    {
        var id = WorkIds.Next();
        var now = time.GetTimestamp();
        _pending.Add(id, new Question(asker, now, script is { } timeout ? now + (long)(timeout.TotalSeconds * time.TimestampFrequency) : 0, script is not null, span));
        return id;
    }

    /// <summary>An unanswered question.</summary>
    /// <param name="Asker">Who gets the answer; null for the page's own load.</param>
    /// <param name="Since">When it was asked.</param>
    /// <param name="BusyUntil">Until when its script may run; 0 for other questions.</param>
    /// <param name="IsScript">Whether it is a script.</param>
    /// <param name="Span">Its span; null for none, and for the page's own load.</param>
    internal readonly record struct Question(IActorRef? Asker, long Since, long BusyUntil, bool IsScript, RequestSpan? Span);
}
