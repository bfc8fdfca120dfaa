using System.Diagnostics;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>
/// The span of one request, from its acceptance to its answer, with the spans of its wait and of the child's work. It exists only if
/// there is a listener. Its actor begins and ends it; the child's spans come on the channel's thread.
/// </summary>
internal sealed class RequestSpan
{
    private readonly Lock _lock = new();
    private readonly Activity _activity;
    private List<ChildSpan>? _work;
    private ChildRouter? _router;
    private ulong _id;
    private DateTime _waitsSince;
    private DateTime _sentAt;
    private bool _ended;

    private RequestSpan(Activity activity)
    {
        _activity = activity;
        _waitsSince = activity.StartTimeUtc;
    }

    /// <summary>Begins a request's span.</summary>
    /// <param name="name">What is asked for.</param>
    /// <param name="parent">The asker's span.</param>
    /// <returns>Null if no listener wants it.</returns>
    internal static RequestSpan? Begin(string name, in ActivityContext parent) => BrowserTracing.IsOn ? BeginHeard(name, parent) : null;

    private static RequestSpan? BeginHeard(string name, in ActivityContext parent) =>
        BrowserTracing.Start(name, ActivityKind.Client, parent) is { } activity ? new RequestSpan(activity) : null;

    /// <summary>The span as the parent of others.</summary>
    internal ActivityContext Context => _activity.Context;

    /// <summary>The span's activity, for log lines.</summary>
    internal Activity Activity => _activity;

    /// <summary>Whether its attributes are kept; otherwise it exists only to be the parent of others.</summary>
    internal bool IsRecorded => _activity.IsAllDataRequested;

    /// <summary>Adds an attribute.</summary>
    internal void Set(string name, object? value)
    {
        if (IsRecorded)
            _activity.SetTag(name, value);
    }

    /// <summary>From now on the request waits for a child, after other work or once more.</summary>
    internal void Waits() => _waitsSince = DateTime.UtcNow;

    /// <summary>The request has waited for a child: records that, and the child's start if it was part of the wait.</summary>
    internal void Waited(ChildStart? start)
    {
        if (IsRecorded)
            Waited(start, DateTime.UtcNow);
    }

    private void Waited(ChildStart? start, DateTime until)
    {
        if (BrowserTracing.Start("queue", ActivityKind.Internal, _activity.Context, _waitsSince) is { } wait)
            BrowserTracing.Stop(wait, until);
        if (start is not null && start.ReadyAt > _activity.StartTimeUtc)
            RecordSpawn(start);
    }

    /// <summary>A child gets the request: records the wait, and the child's start if the request waited for that.</summary>
    /// <param name="router">The child's router, which is told when the span ends.</param>
    /// <param name="id">The request's id.</param>
    /// <param name="hasWaited">Whether it had to wait; only then is the wait recorded.</param>
    /// <returns>What to send the child; null if nothing is recorded.</returns>
    internal Transport.Trace? Send(ChildRouter router, ulong id, bool hasWaited)
    {
        if (!IsRecorded)
            return null;
        var now = DateTime.UtcNow;
        if (hasWaited)
            Waited(router.Start, now);
        lock (_lock)
            (_router, _id, _sentAt) = (router, id, now);
        Span<byte> bytes = stackalloc byte[24];
        _activity.TraceId.CopyTo(bytes[..16]);
        _activity.SpanId.CopyTo(bytes[16..]);
        return new Transport.Trace(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), (byte)_activity.ActivityTraceFlags);
    }

    /// <summary>The child has worked on the request. Spans beyond <see cref="Spans.Most"/> are not kept.</summary>
    internal void Add(in Spans spans)
    {
        lock (_lock)
        {
            _work ??= [];
            for (var i = 0; i < spans.Finished.Count && _work.Count < Spans.Most; i++)
                _work.Add(spans.Finished[i]);
        }
    }

    /// <summary>Ends the span. Only the first call counts.</summary>
    /// <param name="errorType">The kind of failure; null if there was none.</param>
    /// <param name="message">One sentence about the failure.</param>
    internal void End(string? errorType = null, string? message = null)
    {
        List<ChildSpan>? work;
        lock (_lock)
        {
            if (_ended)
                return;
            _ended = true;
            work = _work;
        }
        _router?.Forget(_id, this);
        if (work is not null)
            ChildSpans.Record(work, _activity, _sentAt, _router!);
        if (errorType is not null)
        {
            Set("error.type", errorType);
            _activity.SetStatus(ActivityStatusCode.Error, message);
        }
        BrowserTracing.Stop(_activity);
    }

    /// <summary>Records that the request was refused, or could not be answered.</summary>
    internal void Fail(Exception cause) => End(cause.GetType().FullName, cause.Message);

    private void RecordSpawn(ChildStart start)
    {
        var from = start.LaunchedAt > _activity.StartTimeUtc ? start.LaunchedAt : _activity.StartTimeUtc;
        if (BrowserTracing.Start("spawn", ActivityKind.Internal, _activity.Context, from) is not { } spawn)
            return;
        spawn.SetTag("actorbrowser.role", start.Role);
        spawn.SetTag("actorbrowser.image", start.Image.ToString());
        spawn.SetTag("process.pid", start.ProcessId);
        spawn.SetTag("actorbrowser.start.duration", (start.ReadyAt - start.LaunchedAt).TotalSeconds);
        BrowserTracing.Stop(spawn, start.ReadyAt);
    }
}

/// <summary>How a child was started.</summary>
/// <param name="Role">Its role.</param>
/// <param name="ProcessId">Its pid.</param>
/// <param name="Image">The kind of program.</param>
/// <param name="LaunchedAt">When the launch began, in UTC.</param>
/// <param name="ReadyAt">When it was ready, in UTC.</param>
internal sealed record ChildStart(string Role, int ProcessId, ChildImage Image, DateTime LaunchedAt, DateTime ReadyAt);
