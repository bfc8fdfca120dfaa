using System.Globalization;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser;

/// <summary>
/// Answers each <see cref="AskPermission"/> once: by a grant that holds, by a denial that was given before, by a limit, or by asking the
/// policy's actor and the event stream. The deadline denies, as do the command's end and this actor's. Every decision is recorded
/// before it is given.
/// </summary>
internal sealed class PermissionBroker : UntypedActor
{
    /// <summary>Who decided when nobody did.</summary>
    internal const string Rule = "rule", AtDeadline = "deadline", CommandEnded = "command ended", Failed = "broker";

    private const int MostRemembered = 1024;
    private const int MostNotes = 1000;

    private static long s_lastId;

    private readonly PermissionSettings _settings;
    private readonly PermissionGrants _grants;
    private readonly PermissionAudit _audit;
    private readonly PermissionQuestions _questions = new();
    private readonly Dictionary<long, Decided> _decided = [];
    private readonly Queue<long> _decidedOrder = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef? _policy;
    private bool _isUnrecorded;

    public PermissionBroker(PermissionSettings settings, PermissionGrants grants, Props? policy)
    {
        (_settings, _grants) = (settings, grants);
        _audit = new PermissionAudit(settings, Timers.Time);
        if (policy is not null)
            _policy = Context.Watch(Context.ActorOf(policy, "policy"));
    }

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(PermissionSettings settings, PermissionGrants grants, Props? policy) =>
        Akka.Actor.Props.CreateBy(new Producer(settings, grants, policy));

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case AskPermission ask:
                OnAsk(ask);
                break;
            case Decide decide:
                OnDecide(decide);
                break;
            case AbandonPermission abandon:
                if (_questions.Abandon(abandon.ReplyTo, abandon.Key) is { } abandoned)
                    Close(abandoned, PermissionDecision.Deny, "The command no longer waits for it.", CommandEnded);
                break;
            case ForgetSession forget:
                _grants.Forget(forget.Session);
                foreach (var question in _questions.All.Where(question => question.Asked.Session == forget.Session).ToArray())
                    Close(question, PermissionDecision.Deny, "The command has ended.", CommandEnded);
                break;
            case NoteDecision note:
                OnNote(note);
                break;
            case DeadlinePassed passed when _questions.TryFind(passed.Id, out var late):
                Close(late, PermissionDecision.Deny, string.Create(CultureInfo.InvariantCulture, $"Nobody answered within {_settings.Deadline.TotalSeconds:0.###} s."), AtDeadline);
                break;
            case GetOpenQuestions:
                Sender.Tell(new OpenQuestions([.. _questions.All.Select(static question => question.Requested)]));
                break;
            case Terminated:
                _log.Warning("The actor of the permission policy has stopped: questions are answered by subscribers of the event stream, or denied at their deadline");
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Also before a restart: a question whose answer the next instance could not give is denied.
    protected override void PostStop()
    {
        Timers.CancelAll();
        foreach (var question in _questions.All.ToArray())
            Close(question, PermissionDecision.Deny, "The permission broker has failed or was stopped.", Failed);
        _audit.Dispose();
    }

    private void OnAsk(AskPermission ask)
    {
        if (_grants.IsForgotten(ask.Session))
            Answer(ask, PermissionDecision.Deny, "The command has ended.", CommandEnded);
        else if (_grants.Find(ask.Session, ask.Profile, ask.Subject) is { } granted)
            Answer(ask, granted, "It was granted before.", Rule);
        else if (_grants.FindDenial(ask.Session, ask.Subject) is { } denial)
            Answer(ask, PermissionDecision.Deny, denial.Sentence, denial.By);
        else if (_questions.TryJoin(ask, out var isFull))
            return;
        else if (isFull)
            Answer(ask, PermissionDecision.Deny, "Too many of its threads wait for the same answer.", Rule);
        else if (LimitOf(ask.Session) is { } limit)
            Answer(ask, PermissionDecision.Deny, limit, Rule);
        else
            Open(ask);
    }

    private string? LimitOf(string session) =>
        _questions.CountOf(session) >= _settings.MaxOpenPerSession
            ? $"{_settings.MaxOpenPerSession} questions of the command are open, as many as actorbrowser.permissions.max-open-per-session allows."
        : _questions.Count >= _settings.MaxOpen ? $"{_settings.MaxOpen} questions are open, as many as actorbrowser.permissions.max-open allows."
        : _grants.QuestionsOf(session) >= _settings.MaxQuestionsPerSession
            ? $"The command has asked {_settings.MaxQuestionsPerSession} questions, as many as actorbrowser.permissions.max-questions-per-session allows."
        : null;

    private void Open(AskPermission ask)
    {
        _grants.CountQuestion(ask.Session);
        var id = Interlocked.Increment(ref s_lastId);
        var deadline = Timers.Time.GetUtcNow() + _settings.Deadline;
        var asked = Asked.Of(ask);
        PermissionRequested requested = ask.Subject switch
        {
            PermissionSubject.File file => new FileRequested(id, asked.Session, asked.Profile, asked.Command, file.Path, file.Access, asked.Why, deadline),
            PermissionSubject.Egress egress => new EgressRequested(id, asked.Session, asked.Profile, asked.Command, egress.Host, egress.Port, egress.Protocol, asked.Why, deadline),
            var other => throw new ArgumentException($"Nobody can be asked for a {other.GetType().Name}.", nameof(ask)),
        };
        _questions.Add(new PermissionQuestions.Question(requested, asked), ask);
        Timers.StartSingleTimer(id, new DeadlinePassed(id), _settings.Deadline);
        _policy?.Tell(requested);
        Context.System.EventStream.Publish(requested);
    }

    private void OnDecide(Decide decide)
    {
        if (!_questions.TryFind(decide.Id, out var question))
        {
            Sender.Tell(_decided.TryGetValue(decide.Id, out var before) ? before with { Accepted = false }
                : new Decided(decide.Id, PermissionDecision.Deny, "No such question is open.", Rule, Accepted: false));
            return;
        }
        var by = decide.By ?? Sender.Path.ToString();
        var decided = Close(question, decide.Decision, decide.Sentence ?? "", by);
        if (decide.Decision == PermissionDecision.Deny)
            _grants.Deny(question.Asked.Session, question.Asked.Subject, decided.Sentence, by);
        else
            _grants.Grant(question.Asked.Session, question.Asked.Profile, question.Asked.Subject, decided.Decision);
        Sender.Tell(decided with { Accepted = decided.Decision == decide.Decision });
    }

    private Decided Close(PermissionQuestions.Question question, PermissionDecision decision, string sentence, string by)
    {
        var id = question.Requested.Id;
        if (Record(id, question.Asked, decision, sentence, by) is { } problem && decision != PermissionDecision.Deny)
            (decision, sentence, by) = (PermissionDecision.Deny, problem, Rule);
        _questions.Remove(question);
        Timers.Cancel(id);
        foreach (var (asker, key) in question.Askers)
            asker.Tell(new PermissionAnswer(key, decision, sentence, by));
        var decided = new Decided(id, decision, sentence, by, Accepted: true);
        _decided[id] = decided;
        _decidedOrder.Enqueue(id);
        if (_decidedOrder.Count > MostRemembered)
            _decided.Remove(_decidedOrder.Dequeue());
        Context.System.EventStream.Publish(decided);
        return decided;
    }

    private void OnNote(NoteDecision note)
    {
        // A command that connects for ever must not push all else out of the log.
        var count = _grants.IsForgotten(note.Session) ? 0 : _grants.CountNote(note.Session);
        if (count > MostNotes)
            return;
        Record(0, Asked.Of(note), note.Decision, count < MostNotes ? note.Sentence : $"{note.Sentence} (Further decisions of rules for this command are not recorded.)", note.By);
    }

    private string? Record(long id, in Asked asked, PermissionDecision decision, string sentence, string by)
    {
        var problem = _audit.TryWrite(id, asked, decision, sentence, by);
        if (problem is not null && !_isUnrecorded)
            _log.Warning("{0} Until it can, nothing that needs a decision is granted", problem);
        _isUnrecorded = problem is not null;
        return problem;
    }

    private static void Answer(AskPermission ask, PermissionDecision decision, string sentence, string by) =>
        ask.ReplyTo.Tell(new PermissionAnswer(ask.Key, decision, sentence, by));

    private sealed record DeadlinePassed(long Id);

    private sealed class Producer(PermissionSettings settings, PermissionGrants grants, Props? policy) : IIndirectActorProducer
    {
        public Type ActorType => typeof(PermissionBroker);

        public ActorBase Produce() => new PermissionBroker(settings, grants, policy);

        public void Release(ActorBase actor)
        {
        }
    }
}
