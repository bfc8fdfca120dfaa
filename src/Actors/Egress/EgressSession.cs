using System.Net;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// The egress of one world: decides about each connection that its egress child asks for, by the rules or by asking; resolves the
/// name, checks the addresses, connects to one of the very addresses that it checked, and hands the socket to the child. It keeps the
/// listening sockets, so that a child that was lost is replaced and programs only lose their connections.
/// </summary>
internal sealed partial class EgressSession : UntypedActor
{
    private readonly EgressSetup _setup;
    private readonly NetworkListener[] _listeners;
    private readonly EgressNotices _notices;
    private readonly IActorRef _self = Context.Self;
    private readonly EgressTable<EgressAttempt> _attempts = new();
    private IActorRef _secrets = ActorRefs.Nobody;
    private ChildRouter? _router;
    private ulong _lastId;
    private long _lastKey;

    public EgressSession(EgressSetup setup, NetworkListener[] listeners)
    {
        (_setup, _listeners) = (setup, listeners);
        _notices = new EgressNotices(setup);
    }

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(EgressSetup setup, NetworkListener[] listeners) => Akka.Actor.Props.Create(() => new EgressSession(setup, listeners));

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void PreStart()
    {
        foreach (var listener in _listeners.Where(static listener => listener.Kind != ListenerKind.Names))
            InternetSocket.SendAtOnce(listener.Socket);
        var egress = _setup.Settings.Egress;
        var args = EgressContract.WriteArgs(new EgressArgs(_setup.Mode == RefusalMode.Ask, egress.MaxConnections, egress.RequestTimeout, egress.IdleTimeout));
        var supervisor = Context.ActorOf(ChildSupervisor.Props(EgressContract.Name, _setup.Settings, () => args, _setup.Launcher), "process");
        supervisor.Tell(new ChildSupervisor.Attach(Self));
        supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
        if (_setup.Secrets is not null)
            _secrets = Context.ActorOf(SecretCarrier.Props(_setup, _notices), "secrets");
    }

    // Its restart would lose the listening sockets: the runner's actor stops it instead, and the world's programs are refused.
    protected override void PostStop()
    {
        Timers.CancelAll();
        DropAll();
        foreach (var listener in _listeners)
            listener.Socket.Dispose();
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case RoleTraffic.WorkBatch batch:
                OnFrames(batch);
                break;
            case NameResolver.Resolved resolved:
                if (_attempts.TryFind(resolved.Key, out var named))
                    OnResolved(named, resolved);
                break;
            case EgressConnector.Outcome outcome:
                if (_attempts.TryFind(outcome.Key, out var tried))
                    OnOutcome(tried, outcome);
                else
                    outcome.CloseUntaken();
                break;
            case ResolveOverdue overdue when _attempts.TryFind(overdue.Key, out var unresolved):
                Fail(unresolved, EgressFailure.Unreachable, $"{unresolved.Host} could not be resolved: the resolver does not answer.");
                Flush();
                break;
            case ConnectOverdue overdue when _attempts.TryFind(overdue.Key, out var slow):
                slow.Connector?.Dispose();
                slow.Errno = Errno.TimedOut;
                slow.Span?.EndStep(EgressAttempt.ErrorTypeOf(EgressFailure.TimedOut));
                TryNext(slow);
                break;
            case PermissionAnswer answer:
                if (_attempts.TryFind(answer.Key, out var asked))
                    OnAnswer(asked, answer);
                break;
            case ChildSupervisor.Up up:
                OnUp(up.Router);
                break;
            case ChildSupervisor.Down down:
                OnDown(down);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnUp(ChildRouter router)
    {
        _router = router;
        _lastId = 0;
        foreach (var listener in _listeners)
            router.Send(0, new EgressListen((int)listener.Kind, listener.Port), descriptors: [listener.Socket.Share()]);
        router.Flush();
    }

    private void OnDown(ChildSupervisor.Down down)
    {
        _router = null;
        DropAll();
        _notices.Tell($"The egress of this command was lost, with its connections: {down.GivenUp ?? down.Message}");
        // Nobody will accept: a program that waits would wait for ever.
        if (down.GivenUp is not null)
            Context.Stop(_self);
    }

    private void OnFrames(RoleTraffic.WorkBatch batch)
    {
        // Of a child that is gone meanwhile.
        if (_router is not { } router || router.ProcessId != batch.ProcessId)
        {
            batch.CloseUntaken();
            return;
        }
        foreach (var frame in batch.Frames)
        {
            if (Refusal(frame) is { } violation)
            {
                router.Child.Tell(new ChildProcessActor.ReportViolation(violation), ActorRefs.NoSender);
                _router = null;
                DropAll();
                return;
            }
        }
        router.Flush();
    }

    private ProtocolViolation? Refusal(ChildFrames.UserFrame frame)
    {
        switch (frame)
        {
            case ChildFrames.EgressAsked asked:
                if (asked.Id <= _lastId)
                    return new ProtocolViolation(ViolationKind.OutOfState, $"The egress child asked under the id {asked.Id} after {_lastId}.");
                if (_attempts.Count >= EgressContract.MostOpen)
                    return new ProtocolViolation(ViolationKind.OutOfState, $"The egress child has {_attempts.Count} open questions.");
                _lastId = asked.Id;
                OnAsked(asked.Id, asked.Value);
                return null;
            case ChildFrames.EgressAbandoned abandoned:
                if (_attempts.TryFindId(abandoned.Id, out var attempt))
                    End(attempt);
                return null;
            case ChildFrames.EgressMisused misused:
                if (misused.Id <= _lastId)
                    return new ProtocolViolation(ViolationKind.OutOfState, $"The egress child reported under the id {misused.Id} after {_lastId}.");
                _lastId = misused.Id;
                _notices.Misused(misused.Value);
                Refuse(misused.Id, EgressFailure.Denied, "");
                return null;
            default:
                return new ProtocolViolation(ViolationKind.UnknownMessage, $"The egress child sent a {frame.GetType().Name}.");
        }
    }

    private void OnAsked(ulong id, in EgressConnect asked)
    {
        var bracketed = asked.Host.Contains(':', StringComparison.Ordinal) ? $"[{asked.Host}]" : asked.Host.TrimEnd('.');
        if (!UrlHost.TryParse(bracketed, special: true, out var host))
        {
            Refuse(id, EgressFailure.Denied, $"'{VisibleText.Line(asked.Host)}' is not the name of a host.");
            return;
        }
        host = host.Trim('[', ']').TrimEnd('.');
        var attempt = new EgressAttempt(++_lastKey, id, host, IPAddress.TryParse(host, out var address) ? address : null, asked);
        attempt.Span = EgressSpan.Begin(attempt, _setup.Audience);
        var verdict = _setup.Rules.Find(host, address, asked.Port, asked.Method);
        attempt.Rule = verdict.Rule;
        if (verdict.IsDenied)
            Deny(attempt, $"The rule '{verdict.Rule!.Text}' denies {attempt.Description}.");
        else if (verdict.IsGranted)
            Begin(attempt);
        else if (_setup.Mode == RefusalMode.Ask && _setup.Audience.First is { } member)
            AskFor(attempt, member);
        else
            Deny(attempt, attempt.NoRule(_setup.Rules));
    }

    private void Begin(EgressAttempt attempt)
    {
        _attempts.Add(attempt);
        if (attempt.IsName)
        {
            _router?.Send(attempt.Id, default(EgressConnected));
            End(attempt);
        }
        else if (attempt.Address is { } address)
        {
            Connect(attempt, [address]);
        }
        else
        {
            attempt.Span?.Begin("resolve");
            // The resolver answers in time, unless it is gone.
            Timers.StartSingleTimer(attempt.Key, new ResolveOverdue(attempt.Key), _setup.Settings.Egress.ResolveTimeout * 2);
            _setup.Resolver.Tell(new NameResolver.Resolve(attempt.Key, attempt.Host, _self));
        }
    }

    private void AskFor(EgressAttempt attempt, EgressAudience.Member member)
    {
        _attempts.Add(attempt);
        attempt.IsAsked = true;
        attempt.Span?.Begin("ask");
        _setup.Permissions.Tell(new AskPermission(attempt.Key, member.Handle, _setup.Profile, member.Display, attempt.Subject, attempt.NoRule(_setup.Rules), _self));
    }

    private void OnAnswer(EgressAttempt attempt, PermissionAnswer answer)
    {
        if (!attempt.IsAsked)
            return;
        attempt.IsAsked = false;
        if (answer.Decision == PermissionDecision.Deny)
        {
            // The broker has recorded it.
            var sentence = attempt.DenialWith(answer.Sentence);
            _notices.Tell(sentence);
            EgressMetrics.Ended(EgressMetrics.Denied);
            Refuse(attempt, EgressFailure.Denied, sentence);
        }
        else
        {
            attempt.WasGranted = true;
            attempt.Span?.EndStep(null);
            Begin(attempt);
        }
        Flush();
    }

    private void Deny(EgressAttempt attempt, string sentence)
    {
        _notices.Deny(attempt.Subject, sentence);
        EgressMetrics.Ended(EgressMetrics.Denied);
        Refuse(attempt, EgressFailure.Denied, sentence);
    }

    private void Fail(EgressAttempt attempt, EgressFailure failure, string sentence)
    {
        EgressMetrics.Ended(EgressMetrics.Failed);
        _notices.Unreached(attempt, sentence);
        Refuse(attempt, failure, sentence);
    }

    private void Refuse(EgressAttempt attempt, EgressFailure failure, string sentence)
    {
        Refuse(attempt.Id, failure, sentence);
        attempt.Span?.End(EgressAttempt.ErrorTypeOf(failure), sentence);
        End(attempt);
    }

    private void Refuse(ulong id, EgressFailure failure, string sentence) => _router?.Send(id, new EgressRefused(failure, sentence));

    private void Flush() => _router?.Flush();

    private void End(EgressAttempt attempt)
    {
        Timers.Cancel(attempt.Key);
        attempt.Dispose();
        _attempts.Remove(attempt);
        if (attempt.IsAsked)
            _setup.Permissions.Tell(new AbandonPermission(attempt.Key, _self));
    }

    private void DropAll()
    {
        foreach (var attempt in _attempts.All)
            End(attempt);
    }

    private sealed record ResolveOverdue(long Key);

    private sealed record ConnectOverdue(long Key);
}
