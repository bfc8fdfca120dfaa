using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// All fetches of one child. It takes frames and writes frames, so that tests need no process. Frames come one at a time;
/// answers are written from any thread, in any order.
/// </summary>
internal sealed class FetchEngine : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, FetchTransfer> _fetches = [];
    private readonly NetworkArgs _args;
    private readonly FetchOutbox _outbox;
    private readonly CertificateRules _certificates;
    private readonly Connector _connector;
    private readonly Dictionary<(string Proxy, bool PublicOnly), HttpTransport> _proxied = [];
    private HttpTransport? _open;
    private HttpTransport? _publicOnly;
    private int _chunkBytes;
    private bool _stopped;

    // Makes a compressed body that is cut off an error. .NET reads the switch once, before the first decoder.
    static FetchEngine() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>Creates an engine; it opens nothing before the first fetch.</summary>
    /// <param name="args">The role's configuration.</param>
    /// <param name="output">Takes the frames for the parent.</param>
    /// <param name="resolver">Turns names into addresses.</param>
    /// <param name="slots">Shared memory for bodies, if there is any.</param>
    /// <param name="dialer">Connects to addresses; null to connect by this process's sockets.</param>
    /// <exception cref="FormatException">The configuration has an invalid CIDR block, or a user agent that a header cannot carry.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The configuration's certificates are not PEM.</exception>
    internal FetchEngine(in NetworkArgs args, IFetchOutput output, INameResolver resolver, BodySlots? slots = null, IDialer? dialer = null)
    {
        if (args.UserAgent.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
            throw new FormatException("The configured user agent has characters that a header cannot carry.");
        _args = args;
        _chunkBytes = args.ChunkBytes;
        Slots = slots;
        _outbox = new FetchOutbox(output, slots);
        _certificates = new CertificateRules(args.TrustedCertificates);
        _connector = new Connector(resolver, new AddressPolicy(args.AllowedPrivateNetworks), dialer ?? new SystemDialer());
        Clock = new FetchClock(OnClock);
    }

    /// <summary>Watches the deadlines of all fetches.</summary>
    internal FetchClock Clock { get; }

    /// <summary>Shared memory for bodies, if there is any.</summary>
    internal BodySlots? Slots { get; }

    /// <summary>The most body bytes in one frame.</summary>
    internal int ChunkBytes => Volatile.Read(ref _chunkBytes);

    /// <summary>The user agent of requests that set none.</summary>
    internal string UserAgent => _args.UserAgent;

    /// <summary>How soon after an answer's last byte a server is seen to close that closes after each answer and does not say so.</summary>
    internal TimeSpan ClosingTime { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Fetches that have not ended.</summary>
    internal int Pending
    {
        get
        {
            lock (_lock)
                return _fetches.Count;
        }
    }

    /// <summary>Takes a frame about a fetch.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns>Null, or the rule it broke. A frame for a fetch that has ended is ignored.</returns>
    internal ProtocolViolation? OnFrame(in Frame frame)
    {
        var id = frame.CorrelationId;
        switch (frame.Type)
        {
            case MessageType.FetchRequest:
                return frame.TryRead<FetchRequest>(out var request) ?? Start(id, request);
            case MessageType.FetchBodyChunk:
                return frame.TryRead<FetchBodyChunk>(out var chunk) ?? Upload(id, chunk);
            case MessageType.FetchEnd:
                if (frame.TryRead<FetchEnd>(out _) is { } badEnd)
                    return badEnd;
                EndUpload(id);
                return null;
            case MessageType.FetchRewind:
                return frame.TryRead<FetchRewind>(out var rewind) ?? Rewound(id, rewind.Pass);
            case MessageType.FetchCancel:
                if (frame.TryRead<FetchCancel>(out _) is { } badCancel)
                    return badCancel;
                Cancel(id);
                return null;
            case MessageType.Credit:
                if (frame.TryRead<Credit>(out var credit) is { } badCredit)
                    return badCredit;
                AddCredit(id, credit.Bytes);
                return null;
            case MessageType.SlotsFree:
                if (frame.TryRead<SlotsFree>(out var free) is { } badFree)
                    return badFree;
                _outbox.OnFreed(System.Numerics.BitOperations.PopCount(free.Slots));
                Slots?.Free(free.Slots);
                return null;
            default:
                return new ProtocolViolation(ViolationKind.OutOfState, $"The network child does not take {frame.Type} frames.");
        }
    }

    /// <summary>Starts a fetch, or answers with an error at once.</summary>
    /// <param name="id">The fetch's correlation id.</param>
    /// <param name="request">The request; its body may be a loan.</param>
    /// <returns>Null, or the rule that was broken.</returns>
    internal ProtocolViolation? Start(ulong id, in FetchRequest request)
    {
        FetchError? refusal = null;
        FetchTransfer? fetch = null;
        lock (_lock)
        {
            if (_fetches.ContainsKey(id))
                return new ProtocolViolation(ViolationKind.OutOfState, $"A second FetchRequest has the id {id} of a fetch that has not ended.");
            if (_stopped)
            {
                refusal = new FetchError(FetchErrorKind.Unavailable, "The network child is shutting down.");
            }
            else if (_fetches.Count >= _args.MaxConcurrentFetches)
            {
                refusal = new FetchError(FetchErrorKind.Unavailable, $"{_fetches.Count} fetches are under way in the network child, as many as it may run at once: wait until one has ended.");
            }
            else
            {
                fetch = new FetchTransfer(this, _outbox, id, request with { Body = request.Body.ToArray() });
                _fetches.Add(id, fetch);
                _outbox.UnderWay = _fetches.Count;
            }
        }
        if (refusal is { } refused)
        {
            _outbox.Write(id, refused);
            _outbox.RequestFlush();
            return null;
        }
        Clock.Set(fetch!.Deadline);
        // On this thread: every wait is asynchronous, and handing the fetch to another thread takes longer than sending its request.
        _ = fetch.RunAsync();
        return null;
    }

    /// <summary>A piece of a request's body.</summary>
    internal ProtocolViolation? Upload(ulong id, in FetchBodyChunk chunk) => Find(id)?.OnUpload(chunk);

    /// <summary>A request's body is complete.</summary>
    internal void EndUpload(ulong id) => Find(id)?.OnUploadEnd();

    /// <summary>A request's body begins again.</summary>
    internal ProtocolViolation? Rewound(ulong id, int pass) => Find(id)?.OnRewound(pass);

    /// <summary>The requester cancels the fetch.</summary>
    internal void Cancel(ulong id) => Find(id)?.Cancel();

    /// <summary>The parent accepts more of a body.</summary>
    internal void AddCredit(ulong id, long bytes) => Find(id)?.OnCredit(bytes);

    /// <summary>The connection pool for a policy and a proxy, opened at its first fetch.</summary>
    /// <param name="publicOnly">Whether only public addresses may be reached.</param>
    /// <param name="proxy">The proxy's URL; empty for none. Different users of a proxy never share a connection.</param>
    /// <exception cref="FetchFailedException">The text is not a proxy's URL.</exception>
    internal HttpTransport TransportFor(bool publicOnly, string proxy)
    {
        if (proxy.Length > 0)
            return ProxiedTransport(publicOnly, proxy);
        ref var transport = ref publicOnly ? ref _publicOnly : ref _open;
        if (Volatile.Read(ref transport) is { } existing)
            return existing;
        lock (_lock)
            return transport ??= new HttpTransport(_args, _connector, _certificates, publicOnly, null);
    }

    private HttpTransport ProxiedTransport(bool publicOnly, string proxy)
    {
        var parsed = SocksProxy.Parse(proxy);
        lock (_lock)
        {
            if (!_proxied.TryGetValue((proxy, publicOnly), out var transport))
                _proxied.Add((proxy, publicOnly), transport = new HttpTransport(_args, _connector, _certificates, publicOnly, parsed));
            return transport;
        }
    }

    /// <summary>Forgets a fetch that has ended.</summary>
    internal void Remove(FetchTransfer fetch)
    {
        lock (_lock)
        {
            _fetches.Remove(fetch.Id);
            _outbox.UnderWay = _fetches.Count;
        }
    }

    /// <summary>Makes later frames smaller, because one with so many body bytes was too large.</summary>
    /// <returns>False when they cannot be smaller.</returns>
    internal bool HalveChunk(int failedSize)
    {
        if (failedSize < 2)
            return false;
        Volatile.Write(ref _chunkBytes, Math.Min(ChunkBytes, failedSize / 2));
        return true;
    }

    /// <summary>Ends every fetch with an error, at once; the caller flushes.</summary>
    internal void Stop()
    {
        FetchTransfer[] pending;
        lock (_lock)
        {
            _stopped = true;
            pending = [.. _fetches.Values];
        }
        foreach (var fetch in pending)
            fetch.Abandon();
    }

    /// <summary>Stops, and closes every connection.</summary>
    public void Dispose()
    {
        Stop();
        Clock.Dispose();
        lock (_lock)
        {
            _open?.Dispose();
            _publicOnly?.Dispose();
            foreach (var transport in _proxied.Values)
                transport.Dispose();
        }
    }

    private long OnClock(long now)
    {
        FetchTransfer[] pending;
        lock (_lock)
            pending = [.. _fetches.Values];
        var next = long.MaxValue;
        foreach (var fetch in pending)
            next = Math.Min(next, fetch.OnClock(now));
        return next;
    }

    private FetchTransfer? Find(ulong id)
    {
        lock (_lock)
            return _fetches.GetValueOrDefault(id);
    }
}
