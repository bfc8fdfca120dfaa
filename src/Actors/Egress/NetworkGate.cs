using System.Net;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// What the network child may reach: has the names resolved that the rules grant, connects to addresses of these names, and hands the
/// child the sockets. A child that was taken over reaches what a fetch could reach at that moment, and nothing else: no private address
/// unless a fetch of the embedder's own is under way, no datagram, no open port.
/// </summary>
internal sealed class NetworkGate : UntypedActor
{
    // A child asks for some connections of each fetch. Connecting sockets are this process's descriptors.
    private const int MostOpen = 1 << 15, MostConnecting = 512, MostKnown = 1 << 14, MostHosts = 16;

    private readonly EgressRules _rules;
    private readonly AddressPolicy _policy;
    private readonly IActorRef _resolver;
    private readonly IActorRef _self = Context.Self;
    private readonly EgressTable<Attempt> _open = new();
    private readonly Queue<long> _waiting = new();
    private readonly Dictionary<IPAddress, string[]> _known = [];
    private readonly Queue<IPAddress> _knownInOrder = new();
    private ChildRouter? _router;
    private long _lastKey;
    private ulong _lastId;
    private int _connecting;

    public NetworkGate(ActorBrowserSettings settings, IActorRef resolver)
    {
        _rules = settings.Network.ReadRules();
        _policy = new AddressPolicy(settings.Network.AllowedPrivateNetworks);
        _resolver = resolver;
    }

    internal static Props Props(ActorBrowserSettings settings, IActorRef resolver) => Akka.Actor.Props.Create(() => new NetworkGate(settings, resolver));

    // The child waits for an answer to each question.
    protected override void PostStop()
    {
        foreach (var attempt in _open.All)
            Refuse(attempt, EgressFailure.Unreachable, "The browser's network gate was stopped.");
        _router?.Flush();
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Asked asked:
                OnAsked(asked);
                break;
            case NameResolver.Resolved resolved when _open.TryFind(resolved.Key, out var named):
                OnResolved(named, resolved);
                break;
            case EgressConnector.Outcome outcome:
                OnOutcome(outcome);
                break;
            default:
                Unhandled(message);
                break;
        }
        _router?.Flush();
    }

    private void OnAsked(Asked asked)
    {
        if (!OperatingSystem.IsLinux())
        {
            asked.Router.Child.Tell(new ChildProcessActor.ReportViolation(new ProtocolViolation(ViolationKind.OutOfState, "The network child asked for a connection, which it makes itself on this system.")), ActorRefs.NoSender);
            return;
        }
        if (_router != asked.Router)
            Use(asked.Router);
        if (asked.Frame is ChildFrames.EgressAbandoned)
        {
            if (_open.TryFindId(asked.Frame.Id, out var unwanted))
                End(unwanted);
            return;
        }
        if (asked.Frame.Id <= _lastId || _open.Count >= MostOpen)
        {
            asked.Router.Child.Tell(new ChildProcessActor.ReportViolation(new ProtocolViolation(ViolationKind.OutOfState,
                asked.Frame.Id <= _lastId ? $"The network child asked under the id {asked.Frame.Id} after {_lastId}." : $"The network child has {_open.Count} open questions.")), ActorRefs.NoSender);
            return;
        }
        _lastId = asked.Frame.Id;
        var attempt = new Attempt(++_lastKey, asked.Frame.Id);
        _open.Add(attempt);
        if (asked.Frame is ChildFrames.NameAsked name)
            Resolve(attempt, name.Value.Host);
        else
            Connect(attempt, ((ChildFrames.ConnectAsked)asked.Frame).Value, asked.ReachesPrivate);
    }

    private void Resolve(Attempt attempt, string asked)
    {
        if (!UrlHost.TryParse(asked.TrimEnd('.'), special: true, out var host) || IPAddress.TryParse(host.Trim('[', ']'), out _))
        {
            Refuse(attempt, EgressFailure.Denied, $"'{VisibleText.Shorten(asked, 255)}' is not the name of a host.");
            return;
        }
        attempt.Host = host;
        if (_rules.Find(host, null, 0, "").IsGranted)
            _resolver.Tell(new NameResolver.Resolve(attempt.Key, host, _self));
        else
            Refuse(attempt, EgressFailure.Denied, $"No rule of actorbrowser.network.allow-hosts grants {host}.");
    }

    private void OnResolved(Attempt attempt, NameResolver.Resolved resolved)
    {
        foreach (var address in resolved.Addresses)
            Remember(address, attempt.Host);
        _router?.Send(attempt.Id, new NameResolved(resolved.Addresses, VisibleText.Shorten(resolved.Problem, 200)));
        End(attempt);
    }

    private void Connect(Attempt attempt, in NetworkConnect asked, bool reachesPrivate)
    {
        if (Objection(asked.Address, asked.Port, reachesPrivate) is { } objection)
        {
            Refuse(attempt, EgressFailure.Denied, $"The address {asked.Address} {objection}.");
            return;
        }
        attempt.Target = asked;
        _waiting.Enqueue(attempt.Key);
        StartWaiting();
    }

    private void StartWaiting()
    {
        while (_connecting < MostConnecting && _waiting.TryDequeue(out var key))
        {
            if (!_open.TryFind(key, out var attempt))
                continue;
            _connecting++;
            attempt.Connector = EgressConnector.Start(key, attempt.Target.Address, attempt.Target.Port, _self);
        }
    }

    // Null, or why the child may not connect: completes "The address …".
    private string? Objection(IPAddress address, int port, bool reachesPrivate)
    {
        var literal = _rules.Find(address.ToString(), address, port, "");
        if (literal.IsDenied)
            return $"is denied by the rule '{literal.Rule!.Text}'";
        var rule = literal.Rule;
        if (rule is null && _known.TryGetValue(address, out var hosts))
            rule = hosts.Select(host => _rules.Find(host, null, port, "")).FirstOrDefault(static verdict => verdict.IsGranted).Rule;
        if (rule is null)
            return $"with the port {port} is granted by no rule of actorbrowser.network.allow-hosts";
        return reachesPrivate || _policy.IsException(address) ? null : _rules.Objection(address, rule, isNamed: false, port, "");
    }

    private void OnOutcome(EgressConnector.Outcome outcome)
    {
        if (!_open.TryFind(outcome.Key, out var attempt))
        {
            // Given up meanwhile, and counted there.
            outcome.CloseUntaken();
            return;
        }
        if (outcome.Socket is { } socket && _router is { } router)
        {
            router.Send(attempt.Id, default(EgressConnected), descriptors: [socket]);
            End(attempt);
            return;
        }
        outcome.CloseUntaken();
        Refuse(attempt, outcome.Errno switch
        {
            Errno.ConnectionRefused => EgressFailure.Refused,
            Errno.TimedOut => EgressFailure.TimedOut,
            Errno.NetworkUnreachable => EgressFailure.NoRoute,
            _ => EgressFailure.Unreachable,
        }, new SystemCallException("connect", outcome.Errno).Message);
    }

    private void Refuse(Attempt attempt, EgressFailure failure, string sentence)
    {
        _router?.Send(attempt.Id, new EgressRefused(failure, sentence));
        End(attempt);
    }

    private void End(Attempt attempt)
    {
        _open.Remove(attempt);
        if (attempt.Connector is null)
            return;
        attempt.Connector.Dispose();
        _connecting--;
        StartWaiting();
    }

    // Another child: it has no question and knows no address.
    private void Use(ChildRouter router)
    {
        _router = null;
        _waiting.Clear();
        foreach (var attempt in _open.All)
            End(attempt);
        _known.Clear();
        _knownInOrder.Clear();
        (_router, _lastId) = (router, 0);
    }

    private void Remember(IPAddress address, string host)
    {
        if (_known.TryGetValue(address, out var hosts))
        {
            if (!hosts.Contains(host, StringComparer.Ordinal))
                _known[address] = [host, .. hosts.Take(MostHosts - 1)];
            return;
        }
        if (_known.Count >= MostKnown)
            _known.Remove(_knownInOrder.Dequeue());
        _knownInOrder.Enqueue(address);
        _known.Add(address, [host]);
    }

    /// <summary>A question of the network child, or its withdrawal.</summary>
    /// <param name="Router">The child.</param>
    /// <param name="Frame">The question.</param>
    /// <param name="ReachesPrivate">Whether a fetch is under way that may reach private addresses.</param>
    internal sealed record Asked(ChildRouter Router, ChildFrames.UserFrame Frame, bool ReachesPrivate) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private sealed class Attempt(long key, ulong id) : IEgressQuestion
    {
        public long Key { get; } = key;

        public ulong Id { get; } = id;

        internal string Host { get; set; } = "";

        internal NetworkConnect Target { get; set; }

        internal EgressConnector? Connector { get; set; }
    }
}
