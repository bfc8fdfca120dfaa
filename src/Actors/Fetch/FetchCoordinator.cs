using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>
/// Matches answers to requests by child and id. It checks every request before a child sees it, holds what waits for a
/// child, and sees to it that each fetch ends exactly once, whoever dies.
/// </summary>
public sealed partial class FetchCoordinator : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ActorBrowserSettings _settings;
    private readonly IActorRef _supervisor;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<ulong, PendingFetch> _pending = [];
    private readonly Dictionary<IActorRef, HashSet<ulong>> _byRequester = [];
    private readonly Queue<ulong> _waiting = new();
    private readonly Action<object?> _cancelSelf;
    private ChildLine? _line;
    private bool _flushRequested;
    private string? _unavailable;
    private ulong _lastId;
    private long _completed;
    private long _failed;
    private long _unknown;

    /// <summary>See <see cref="Props"/>.</summary>
    public FetchCoordinator(ActorBrowserSettings settings, IActorRef supervisor)
    {
        _settings = settings;
        _supervisor = supervisor;
        var self = Self;
        _cancelSelf = id => self.Tell(new CancelFetch((ulong)id!), ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How to make one.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="supervisor">The network child's supervisor.</param>
    public static Props Props(ActorBrowserSettings settings, IActorRef supervisor) =>
        Akka.Actor.Props.Create(() => new FetchCoordinator(settings, supervisor));

    private int ProcessId => _line?.ProcessId ?? 0;

    /// <inheritdoc/>
    protected override void PreStart() => _supervisor.Tell(new ChildSupervisor.Attach(Self));

    /// <inheritdoc/>
    protected override void PostStop()
    {
        foreach (var fetch in _pending.Values)
            fetch.Requester.Tell(new FetchFailed(fetch.Id, FetchErrorKind.Unavailable, "The browser is shutting down.", ProcessId));
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RoleTraffic.FromChild from:
                foreach (var frame in from.Frames)
                    OnFrame(frame, from.ProcessId);
                break;
            case FlushTick:
                _flushRequested = false;
                _line?.Flush();
                break;
            case Fetch fetch:
                OnFetch(fetch);
                break;
            case GrantCredit grant:
                OnGrant(grant);
                break;
            case CancelFetch cancel:
                OnCancel(cancel.Id);
                break;
            case GetStats:
                Sender.Tell(new FetchStats(_pending.Count, _completed, _failed, _unknown, ProcessId));
                break;
            case ChildSupervisor.Up up:
                OnUp(up);
                break;
            case ChildProcessProtocol.SandboxViolated:
                // The call has failed, and so, most likely, will the fetch: it says why itself.
                break;
            case ChildSupervisor.Down down:
                OnDown(down);
                break;
            case Terminated terminated:
                OnRequesterGone(terminated.ActorRef);
                break;
            case SweepTick:
                OnSweep();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnFetch(Fetch fetch)
    {
        var id = ++_lastId;
        var refusal = FetchValidation.Check(fetch, _settings.Fetch)
            ?? (_pending.Count >= _settings.Fetch.MaxPending ? Unavailable($"{_pending.Count} fetches are under way already.") : null)
            ?? (_unavailable is { } why ? Unavailable(why) : null);
        if (refusal is { } refused)
        {
            _failed++;
            Sender.Tell(new FetchFailed(id, refused.Kind, refused.Message, 0));
            return;
        }
        var maxBody = fetch.MaxBody ?? (fetch.Streamed ? _settings.Fetch.MaxStreamedBody : _settings.Fetch.MaxBufferedBody);
        var pending = new PendingFetch(id, fetch, Sender, maxBody, _settings.Fetch.InitialCredit);
        _pending.Add(id, pending);
        Remember(pending);
        if (fetch.Cancellation.CanBeCanceled)
            pending.Cancellation = fetch.Cancellation.UnsafeRegister(_cancelSelf, id);
        if (!Timers.IsTimerActive(SweepTick.Instance))
            Timers.StartPeriodicTimer(SweepTick.Instance, SweepTick.Instance, Sweep);
        if (fetch.Streamed)
            Sender.Tell(new FetchStarted(id));
        if (_line is { } line)
        {
            Send(pending, line);
        }
        else
        {
            pending.Deadline = DateTimeOffset.UtcNow + _settings.Fetch.QueueTimeout;
            _waiting.Enqueue(id);
            _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
        }
    }

    private void Send(PendingFetch pending, ChildLine line)
    {
        var fetch = pending.Request;
        var limits = _settings.Fetch;
        var total = fetch.TotalTimeout ?? limits.TotalTimeout;
        pending.Line = line;
        pending.Deadline = total > TimeSpan.Zero ? DateTimeOffset.UtcNow + total + Grace : null;
        var body = fetch.Body ?? default;
        var first = body[..Math.Min(body.Length, _settings.Network.Chunk)];
        pending.Uploaded = first.Length;
        line.Send(pending.Id, new FetchRequest(
            fetch.Method, fetch.Url, pending.ResumeHeaders.Count == 0 ? fetch.Headers : [.. fetch.Headers, .. pending.ResumeHeaders], first, fetch.Body is null ? -1 : body.Length,
            fetch.MaxRedirects ?? limits.MaxRedirects, fetch.Decompress, fetch.Version,
            Milliseconds(fetch.ConnectTimeout ?? limits.ConnectTimeout),
            Milliseconds(fetch.FirstByteTimeout ?? limits.FirstByteTimeout),
            Milliseconds(total), pending.MaxBody,
            fetch.Initiator == FetchInitiator.PublicPage && limits.BlockPrivateFromPublicPages,
            limits.InitialCredit, fetch.Streamed, fetch.Proxy ?? ""), opens: true);
        RequestFlush();
    }

    private void OnGrant(GrantCredit grant)
    {
        if (grant.Bytes <= 0 || !_pending.TryGetValue(grant.Id, out var fetch) || !fetch.Request.Streamed)
            return;
        fetch.Save(grant.Bytes);
        // While the child has more than half of its window left, small grants are saved up: each message wakes the child.
        if (fetch.Granted - fetch.Received <= _settings.Fetch.InitialCredit / 2)
            Grant(fetch);
    }

    private void Grant(PendingFetch fetch)
    {
        if (fetch.Line is not null && fetch.Spend() is > 0 and var bytes)
            Tell(fetch, new Credit(bytes));
    }

    /// <summary>Tells the child about a fetch that it has.</summary>
    private void Tell<T>(PendingFetch fetch, in T message) where T : struct, IWireMessage<T>
    {
        if (fetch.Line is not { } line)
            return;
        line.Send(fetch.Id, message);
        RequestFlush();
    }

    // Behind what is in the mailbox already: those messages share one system call, and an empty mailbox waits for nothing.
    private void RequestFlush()
    {
        if (_flushRequested)
            return;
        _flushRequested = true;
        Self.Tell(FlushTick.Instance, ActorRefs.NoSender);
    }

    private void OnCancel(ulong id)
    {
        if (!_pending.TryGetValue(id, out var fetch))
            return;
        Tell(fetch, default(FetchCancel));
        Fail(fetch, FetchErrorKind.Cancelled, "The fetch was cancelled.");
    }

    private void OnUp(ChildSupervisor.Up up)
    {
        _line = up.Line;
        _unavailable = null;
        while (_waiting.TryDequeue(out var id))
        {
            if (_pending.TryGetValue(id, out var fetch) && fetch.Line is null)
                Send(fetch, up.Line);
        }
    }

    private void OnDown(ChildSupervisor.Down down)
    {
        _unavailable = down.GivenUp;
        var lost = ProcessId;
        foreach (var fetch in _pending.Values.ToArray())
        {
            if (fetch.IsWith(down.Child) && down.GivenUp is null && fetch.TryReplay(_settings.Fetch.InitialCredit))
            {
                fetch.Deadline = DateTimeOffset.UtcNow + _settings.Fetch.QueueTimeout;
                _waiting.Enqueue(fetch.Id);
            }
            else if (fetch.IsWith(down.Child))
                Fail(fetch, FetchErrorKind.ChildLost, $"The network process {lost} was lost: {down.Message}");
            else if (down.GivenUp is { } why && fetch.Line is null)
                Fail(fetch, FetchErrorKind.Unavailable, why);
        }
        if (down.Child.Equals(_line?.Child))
            _line = null;
        if (_pending.Count > 0)
            _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
    }

    private void OnRequesterGone(IActorRef requester)
    {
        if (!_byRequester.Remove(requester, out var ids))
            return;
        foreach (var id in ids)
        {
            if (!_pending.Remove(id, out var fetch))
                continue;
            _failed++;
            Tell(fetch, default(FetchCancel));
        }
    }

    private void OnSweep()
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var fetch in _pending.Values.ToArray())
        {
            if (fetch.Deadline is not { } deadline || now < deadline)
                continue;
            if (fetch.Line is null)
            {
                Fail(fetch, FetchErrorKind.Unavailable, $"No network process could be had within {_settings.Fetch.QueueTimeout.TotalSeconds:0.###} s.");
                continue;
            }
            Tell(fetch, default(FetchCancel));
            Fail(fetch, FetchErrorKind.Timeout, "The network process did not keep the fetch's time limit.");
        }
        if (_pending.Count == 0)
            Timers.Cancel(SweepTick.Instance);
    }

    private void Fail(PendingFetch fetch, FetchErrorKind kind, string message)
    {
        _failed++;
        Forget(fetch);
        fetch.Requester.Tell(new FetchFailed(fetch.Id, kind, message, ProcessId));
    }

    private void Remember(PendingFetch fetch)
    {
        // An Ask's reference cannot be watched, nor can nobody's: their fetches end by themselves.
        if (fetch.Requester is MinimalActorRef)
            return;
        if (!_byRequester.TryGetValue(fetch.Requester, out var ids))
        {
            _byRequester.Add(fetch.Requester, ids = []);
            Context.Watch(fetch.Requester);
        }
        ids.Add(fetch.Id);
    }

    private void Forget(PendingFetch fetch)
    {
        _pending.Remove(fetch.Id);
        fetch.Cancellation.Dispose();
        if (_byRequester.TryGetValue(fetch.Requester, out var ids) && ids.Remove(fetch.Id) && ids.Count == 0)
        {
            _byRequester.Remove(fetch.Requester);
            Context.Unwatch(fetch.Requester);
        }
    }

    private static FetchError? Unavailable(string message) => new FetchError(FetchErrorKind.Unavailable, message);

    private static int Milliseconds(TimeSpan time) => (int)Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue);

    private sealed class FlushTick
    {
        internal static readonly FlushTick Instance = new();
    }

    private sealed class SweepTick
    {
        internal static readonly SweepTick Instance = new();
    }
}
