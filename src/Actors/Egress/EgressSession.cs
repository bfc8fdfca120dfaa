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
internal sealed class EgressSession : UntypedActor
{
    private const int MostListed = 3;

    private readonly EgressSetup _setup;
    private readonly NetworkListener[] _listeners;
    private readonly EgressNotices _notices;
    private readonly IActorRef _self = Context.Self;
    private readonly Dictionary<ulong, EgressAttempt> _byId = [];
    private readonly Dictionary<long, EgressAttempt> _byKey = [];
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
                if (_byKey.TryGetValue(resolved.Key, out var named))
                    OnResolved(named, resolved);
                break;
            case EgressConnector.Outcome outcome:
                if (_byKey.TryGetValue(outcome.Key, out var tried))
                    OnOutcome(tried, outcome);
                else
                    outcome.CloseUntaken();
                break;
            case ResolveOverdue overdue when _byKey.TryGetValue(overdue.Key, out var unresolved):
                Fail(unresolved, EgressFailure.Unreachable, $"{unresolved.Host} could not be resolved: the resolver does not answer.");
                Flush();
                break;
            case ConnectOverdue overdue when _byKey.TryGetValue(overdue.Key, out var slow):
                slow.Connector?.Dispose();
                slow.Errno = Errno.TimedOut;
                TryNext(slow);
                break;
            case PermissionAnswer answer:
                if (_byKey.TryGetValue(answer.Key, out var asked))
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
                if (_byId.Count >= EgressContract.MostOpen)
                    return new ProtocolViolation(ViolationKind.OutOfState, $"The egress child has {_byId.Count} open questions.");
                _lastId = asked.Id;
                OnAsked(asked.Id, asked.Value);
                return null;
            case ChildFrames.EgressAbandoned abandoned:
                if (_byId.TryGetValue(abandoned.Id, out var attempt))
                    End(attempt);
                return null;
            case ChildFrames.EgressMisused misused:
                OnMisused(misused.Value);
                return null;
            default:
                return new ProtocolViolation(ViolationKind.UnknownMessage, $"The egress child sent a {frame.GetType().Name}.");
        }
    }

    private void OnMisused(in EgressMisuse misuse)
    {
        var (host, other) = (VisibleText.Line(misuse.Host), VisibleText.Line(misuse.Other));
        _notices.Deny(new PermissionSubject.Egress(host, misuse.Port, EgressProtocol.Tcp),
            other.Length == 0 ? $"A connection to {host}:{misuse.Port} was ended: its TLS greeting cannot be read."
                : $"A connection to {host}:{misuse.Port} was ended: it names another host, {other}.");
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
        var verdict = _setup.Rules.Find(host, address, asked.Port, asked.Method);
        attempt.Rule = verdict.Rule;
        if (verdict.IsDenied)
            Deny(attempt, $"The rule '{verdict.Rule!.Text}' denies {Describe(attempt)}.", PermissionBroker.Rule);
        else if (verdict.IsGranted)
            Begin(attempt);
        else if (_setup.Mode == RefusalMode.Ask && _setup.Audience.First is { } member)
            AskFor(attempt, member);
        else
            Deny(attempt, NoRule(attempt), PermissionBroker.Rule);
    }

    private void Begin(EgressAttempt attempt)
    {
        Remember(attempt);
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
            // The resolver answers in time, unless it is gone.
            Timers.StartSingleTimer(attempt.Key, new ResolveOverdue(attempt.Key), _setup.Settings.Egress.ResolveTimeout * 2);
            _setup.Resolver.Tell(new NameResolver.Resolve(attempt.Key, attempt.Host, _self));
        }
    }

    private void AskFor(EgressAttempt attempt, EgressAudience.Member member)
    {
        Remember(attempt);
        attempt.IsAsked = true;
        _setup.Permissions.Tell(new AskPermission(attempt.Key, member.Handle, _setup.Profile, member.Display, Subject(attempt), NoRule(attempt), _self));
    }

    private void OnAnswer(EgressAttempt attempt, PermissionAnswer answer)
    {
        if (!attempt.IsAsked)
            return;
        attempt.IsAsked = false;
        if (answer.Decision == PermissionDecision.Deny)
        {
            // The broker has recorded it.
            var sentence = Sentence(answer.Sentence, attempt);
            _notices.Tell(sentence);
            EgressMetrics.Ended(EgressMetrics.Denied);
            Refuse(attempt, EgressFailure.Denied, sentence);
        }
        else
        {
            attempt.WasGranted = true;
            Begin(attempt);
        }
        Flush();
    }

    private void OnResolved(EgressAttempt attempt, NameResolver.Resolved resolved)
    {
        if (resolved.Addresses.Count == 0)
            Fail(attempt, EgressFailure.Unreachable, $"{attempt.Host} could not be resolved: {VisibleText.Line(VisibleText.Shorten(resolved.Problem, 200))}.");
        else
            Connect(attempt, resolved.Addresses);
        Flush();
    }

    // Only what passes here is connected to: the name is not resolved again.
    private void Connect(EgressAttempt attempt, IReadOnlyList<IPAddress> addresses)
    {
        var objections = new List<string>();
        var checkedAddresses = new List<IPAddress>();
        foreach (var address in addresses)
        {
            if (_setup.Rules.Objection(address, attempt.Rule, attempt is { WasGranted: true, Address: not null }, attempt.Port, attempt.Method) is { } objection)
                objections.Add($"The address {address} {objection}");
            else
                checkedAddresses.Add(address);
        }
        if (checkedAddresses.Count == 0)
        {
            Deny(attempt, $"{attempt.Target} is not reached. {string.Join(". ", objections.Take(MostListed))}.", PermissionBroker.Rule);
            return;
        }
        attempt.Addresses = checkedAddresses;
        TryNext(attempt);
    }

    private void TryNext(EgressAttempt attempt)
    {
        if (attempt.NextAddress() is { } address)
        {
            Timers.StartSingleTimer(attempt.Key, new ConnectOverdue(attempt.Key), _setup.Settings.Egress.ConnectTimeout);
            attempt.Connector = EgressConnector.Start(attempt.Key, address, attempt.Port, _self);
            return;
        }
        Timers.Cancel(attempt.Key);
        var (failure, what) = attempt.Errno switch
        {
            Errno.ConnectionRefused => (EgressFailure.Refused, "refused the connection"),
            Errno.TimedOut => (EgressFailure.TimedOut, "did not answer in time"),
            _ => (EgressFailure.Unreachable, $"is not reachable ({new SystemCallException("connect", attempt.Errno).Message})"),
        };
        Fail(attempt, failure, $"{attempt.Target} {what}.");
        Flush();
    }

    private void OnOutcome(EgressAttempt attempt, EgressConnector.Outcome outcome)
    {
        if (outcome.Socket is not { } socket)
        {
            attempt.Errno = outcome.Errno;
            TryNext(attempt);
            return;
        }
        if (_router is { } router)
            router.Send(attempt.Id, default(EgressConnected), descriptors: [socket]);
        else
            socket.Dispose();
        if (!attempt.WasGranted)
            _notices.Allow(Subject(attempt), attempt.Rule!);
        EgressMetrics.Ended(EgressMetrics.Connected);
        End(attempt);
        Flush();
    }

    private void Deny(EgressAttempt attempt, string sentence, string by)
    {
        _notices.Deny(Subject(attempt), sentence, by);
        EgressMetrics.Ended(EgressMetrics.Denied);
        Refuse(attempt, EgressFailure.Denied, sentence);
    }

    private void Fail(EgressAttempt attempt, EgressFailure failure, string sentence)
    {
        EgressMetrics.Ended(EgressMetrics.Failed);
        Refuse(attempt, failure, sentence);
    }

    private void Refuse(EgressAttempt attempt, EgressFailure failure, string sentence)
    {
        Refuse(attempt.Id, failure, sentence);
        End(attempt);
    }

    private void Refuse(ulong id, EgressFailure failure, string sentence) => _router?.Send(id, new EgressRefused(failure, sentence));

    private void Flush() => _router?.Flush();

    private void Remember(EgressAttempt attempt)
    {
        _byId[attempt.Id] = attempt;
        _byKey[attempt.Key] = attempt;
    }

    private void End(EgressAttempt attempt)
    {
        Timers.Cancel(attempt.Key);
        attempt.Dispose();
        _byId.Remove(attempt.Id);
        _byKey.Remove(attempt.Key);
        if (attempt.IsAsked)
            _setup.Permissions.Tell(new AbandonPermission(attempt.Key, _self));
    }

    private void DropAll()
    {
        foreach (var attempt in _byKey.Values.ToArray())
            End(attempt);
    }

    private static PermissionSubject.Egress Subject(EgressAttempt attempt) => new(attempt.Host, attempt.Port, attempt.Protocol);

    private static string Describe(EgressAttempt attempt) => attempt.IsName ? attempt.Host : attempt.Method.Length > 0 ? $"{attempt.Method} http://{attempt.Target}" : attempt.Target;

    private static string NoRule(EgressAttempt attempt) =>
        $"No rule grants {Describe(attempt)}; to grant it, add '{Suggest(attempt)}' to Spawn.Egress (exec --allow-host {Suggest(attempt)}) or to egress.allow of the profile.";

    private static string Suggest(EgressAttempt attempt) => attempt.IsName || attempt.Port is 80 or 443 ? attempt.Host.Contains(':', StringComparison.Ordinal) ? $"[{attempt.Host}]" : attempt.Host : attempt.Target;

    private static string Sentence(string given, EgressAttempt attempt) => $"{Describe(attempt)} was denied{(given.Length == 0 ? "." : $": {given}")}";

    private sealed record ResolveOverdue(long Key);

    private sealed record ConnectOverdue(long Key);
}
