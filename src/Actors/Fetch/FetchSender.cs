using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// Sends frames about fetches to the network process. Frames that are sent while the coordinator works through its mailbox share
/// one flush. Remembers which fetches it has cancelled, because the process may have answered them before it read the cancellation.
/// </summary>
/// <param name="self">The coordinator, which gets a <see cref="FlushTick"/> for each flush.</param>
/// <param name="settings">The configuration.</param>
internal sealed class FetchSender(IActorRef self, ActorBrowserSettings settings)
{
    /// <summary>How much longer than the process the coordinator waits for a fetch's total timeout.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly HashSet<ulong> _cancelled = [];
    private ChildRouter? _router;
    private bool _flushRequested;

    /// <summary>The network process's pid; 0 without one.</summary>
    internal int ProcessId => _router?.ProcessId ?? 0;

    /// <summary>The network process, if it is this child's.</summary>
    internal ChildRouter? RouterOf(IActorRef child) => child.Equals(_router?.Child) ? _router : null;

    /// <summary>Sends fetches to a network process that is ready.</summary>
    internal void Use(ChildRouter router) => _router = router;

    /// <summary>Forgets a lost network process; does nothing if another one is in use.</summary>
    internal void OnLost(IActorRef child)
    {
        if (child.Equals(_router?.Child))
            Disconnect();
    }

    /// <summary>Forgets the network process and the fetches that were cancelled in it.</summary>
    internal void Disconnect()
    {
        _router = null;
        _cancelled.Clear();
    }

    /// <summary>Sends a fetch to the network process.</summary>
    /// <returns>False if there is no process.</returns>
    internal bool TrySend(PendingFetch pending)
    {
        if (_router is not { } router)
            return false;
        var fetch = pending.Request;
        var limits = settings.Fetch;
        // Opening the body and waiting for a process have used up part of the total timeout; 0 would mean no limit.
        var left = pending.Total is { } total ? (int)Math.Ceiling(Math.Max(1, (total - pending.Age).TotalMilliseconds)) : 0;
        pending.Router = router;
        pending.LeaveToChild(Grace);
        var body = pending.Upload is null ? fetch.Body ?? default : default;
        var first = body[..Math.Min(body.Length, settings.Network.Chunk)];
        pending.BeginBody(first.Length);
        router.Send(pending.Id, new FetchRequest(
            fetch.Method, fetch.Url, pending.RequestHeaders, first, pending.BodyLength,
            fetch.MaxRedirects ?? limits.MaxRedirects, fetch.Decompress, fetch.Version,
            Milliseconds(fetch.ConnectTimeout ?? limits.ConnectTimeout),
            Milliseconds(fetch.FirstByteTimeout ?? limits.FirstByteTimeout),
            left, pending.MaxBody,
            pending.IsPublicOnly,
            limits.InitialCredit, fetch.Streamed, pending.CanRewind, fetch.Proxy ?? ""), opens: true, span: pending.Span);
        RequestFlush();
        return true;
    }

    /// <summary>Sends a message about a fetch to the process that works on the fetch; does nothing if none does.</summary>
    internal void Tell<T>(PendingFetch fetch, in T message) where T : struct, IWireMessage<T>
    {
        if (fetch.Router is not { } router)
            return;
        router.Send(fetch.Id, message);
        RequestFlush();
    }

    /// <summary>Tells the process that works on a fetch to stop it; does nothing if none does.</summary>
    internal void Cancel(PendingFetch fetch)
    {
        if (fetch.Router is null)
            return;
        Tell(fetch, default(FetchCancel));
        _cancelled.Add(fetch.Id);
    }

    /// <summary>Whether a frame is about a cancelled fetch: the process sent it before it read the cancellation.</summary>
    internal bool IsOfCancelled(ChildFrames.UserFrame frame, IActorRef child)
    {
        if (!_cancelled.Contains(frame.Id) || !child.Equals(_router?.Child))
            return false;
        if (frame.Ends)
            _cancelled.Remove(frame.Id);
        return true;
    }

    /// <summary>Flushes the frames sent so far.</summary>
    internal void Flush()
    {
        _flushRequested = false;
        _router?.Flush();
    }

    // The tick is queued behind the messages already in the mailbox, so that their frames share one system call. With an empty mailbox it runs at once.
    private void RequestFlush()
    {
        if (_flushRequested)
            return;
        _flushRequested = true;
        self.Tell(FlushTick.Instance, ActorRefs.NoSender);
    }

    private static int Milliseconds(TimeSpan time) => (int)Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue);

    /// <summary>The coordinator calls <see cref="Flush"/> when it receives this.</summary>
    internal sealed class FlushTick : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly FlushTick Instance = new();
    }
}
