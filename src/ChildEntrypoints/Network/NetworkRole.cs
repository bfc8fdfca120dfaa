using System.Collections.Concurrent;
using System.Net;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>The network role: many fetches at once, answered in any order, each under its own id.</summary>
public sealed class NetworkRole : IChildRole
{
    private readonly ConcurrentDictionary<ulong, FetchJob> _jobs = new();
    private readonly NameResolver _resolve;
    private ChildContext _context = null!;
    private NetworkArgs _args;
    private Connector? _connector;

    /// <summary>A role that asks the system's resolver.</summary>
    public NetworkRole() : this(static (host, cancellation) => Dns.GetHostAddressesAsync(host, cancellation))
    {
    }

    /// <summary>A role with a resolver of its own.</summary>
    /// <param name="resolve">Turns names into addresses.</param>
    public NetworkRole(NameResolver resolve) => _resolve = resolve;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        _context = context;
        _args = NetworkArgs.FromBytes(roleArgs);
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame)
    {
        var id = frame.CorrelationId;
        switch (frame.Type)
        {
            case MessageType.FetchRequest:
                return frame.TryRead<FetchRequest>(out var request) ?? Start(id, request);
            case MessageType.FetchCancel:
                if (frame.TryRead<FetchCancel>(out _) is { } badCancel)
                    return badCancel;
                // A fetch that has just ended crosses its cancel or credit on the way: nothing is left to do then.
                if (_jobs.TryGetValue(id, out var cancelled))
                    ThreadPool.UnsafeQueueUserWorkItem(static job => job.Cancel(), cancelled, preferLocal: false);
                return null;
            case MessageType.Credit:
                if (frame.TryRead<Credit>(out var credit) is { } badCredit)
                    return badCredit;
                if (_jobs.TryGetValue(id, out var credited))
                    credited.AddCredit(credit.Bytes);
                return null;
            case MessageType.FetchBodyChunk:
                if (frame.TryRead<FetchBodyChunk>(out var chunk) is { } badChunk)
                    return badChunk;
                return _jobs.TryGetValue(id, out var uploading) ? uploading.AddUpload(chunk) : null;
            case MessageType.FetchEnd:
                if (frame.TryRead<FetchEnd>(out _) is { } badEnd)
                    return badEnd;
                if (_jobs.TryGetValue(id, out var ended))
                    ended.EndUpload();
                return null;
            default:
                return new ProtocolViolation(ViolationKind.UnknownMessage, $"The network role knows no message of type {frame.Type}.");
        }
    }

    /// <inheritdoc/>
    public void OnShutdown()
    {
    }

    private ProtocolViolation? Start(ulong id, in FetchRequest request)
    {
        if (_jobs.Count >= _args.MaxConcurrentFetches)
        {
            _context.Write(id, new FetchError(FetchErrorKind.Unavailable, $"The network process has {_args.MaxConcurrentFetches} fetches under way already."));
            return null;
        }
        _connector ??= new Connector(_args, _resolve);
        var job = new FetchJob(id, request, _args, _connector, _context);
        if (!_jobs.TryAdd(id, job))
            return new ProtocolViolation(ViolationKind.OutOfState, $"The fetch {id} is under way already.");
        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Role.RunAsync(state.Id, state.Job), (Role: this, Id: id, Job: job), preferLocal: false);
        return null;
    }

    private async Task RunAsync(ulong id, FetchJob job)
    {
        await job.RunAsync().ConfigureAwait(false);
        _jobs.TryRemove(id, out _);
    }
}
