using System.Collections.Concurrent;
using System.Text;
using ActorBrowser.ChildEntrypoints.Network;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.Network.Tests;

/// <summary>An engine in this process whose frames are kept for each fetch.</summary>
internal sealed class EngineHarness : IFetchOutput, IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ulong, FetchRecord> _records = new();
    private ulong _lastId;
    private int _flushes;
    private int _written;
    private int _flushed;
    private TaskCompletionSource _nextFlush = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal EngineHarness(NetworkArgs? args = null, INameResolver? resolver = null, BodySlots? slots = null) =>
        Engine = new FetchEngine(args ?? Args(), this, resolver ?? new SystemNameResolver(), slots);

    internal FetchEngine Engine { get; }

    internal int PiecesInSlots { get; private set; }

    /// <summary>Whether this parent returns slots.</summary>
    internal bool FreesSlots { get; init; } = true;

    internal int Flushes => Volatile.Read(ref _flushes);

    /// <summary>The outcome of a full queue or a frame limit; null for Queued.</summary>
    internal Func<MessageType, WriteOutcome>? Refuse { get; set; }

    internal static NetworkArgs Args(int maxConcurrent = 256, string trusted = "", string[]? allowed = null, int headerBytes = 65536, int connections = 16, string userAgent = "ActorBrowser-Tests") =>
        new(userAgent, connections, 60_000, headerBytes, maxConcurrent, 65536, allowed ?? [], trusted);

    internal static FetchRequest Request(string url, string method = "GET", HeaderField[]? headers = null, byte[]? body = null, long? bodyLength = null,
        int redirects = 20, bool decompress = true, HttpVersionChoice version = HttpVersionChoice.Any, int connect = 0, int firstByte = 0, int total = 0,
        long max = long.MaxValue, bool publicOnly = false, long credit = long.MaxValue, bool canRewind = false) =>
        new(method, url, headers ?? [], body ?? [], bodyLength ?? body?.Length ?? -1, redirects, decompress, version, connect, firstByte, total, max, publicOnly, credit, CanRewind: canRewind);

    internal FetchRecord Start(in FetchRequest request)
    {
        var id = Interlocked.Increment(ref _lastId);
        var record = _records.GetOrAdd(id, static i => new FetchRecord(i));
        Assert.Null(Engine.Start(id, request));
        return record;
    }

    internal Task<FetchRecord> FetchAsync(in FetchRequest request) => Start(request).Done.WaitAsync(Patience);

    internal Task<FetchRecord> FetchAsync(string url) => FetchAsync(Request(url));

    /// <summary>Waits for the failure, which must have a message.</summary>
    internal async Task<FetchError> FailAsync(FetchRequest request)
    {
        var record = await FetchAsync(request);
        Assert.NotNull(record.Error);
        Assert.EndsWith(".", record.Error.Value.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', record.Error.Value.Message);
        Assert.Null(record.End);
        return record.Error.Value;
    }

    WriteOutcome IFetchOutput.Write<T>(ulong fetch, in T message)
    {
        if (Refuse?.Invoke(T.Type) is { } outcome and not WriteOutcome.Queued)
            return outcome;
        Interlocked.Increment(ref _written);
        var record = _records.GetOrAdd(fetch, static i => new FetchRecord(i));
        if (message is FetchBodySlot piece)
        {
            // Like the parent: reads the slot once and returns it.
            record.Add(new FetchBodyChunk(piece.Offset, Engine.Slots![piece.Slot][..piece.Length].ToArray()));
            PiecesInSlots++;
            if (FreesSlots)
                Engine.Slots.Free(1UL << piece.Slot);
            return WriteOutcome.Queued;
        }
        record.Add(message);
        return WriteOutcome.Queued;
    }

    void IFetchOutput.Flush()
    {
        Interlocked.Increment(ref _flushes);
        Volatile.Write(ref _flushed, Volatile.Read(ref _written));
        Interlocked.Exchange(ref _nextFlush, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Completes when no written frame waits for a flush.</summary>
    internal async Task FlushedAsync()
    {
        while (true)
        {
            var next = Volatile.Read(ref _nextFlush).Task;
            if (Volatile.Read(ref _flushed) == Volatile.Read(ref _written))
                return;
            await next;
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        foreach (var record in _records.Values)
            Assert.False(record.SpokeAfterItsEnd, $"Fetch {record.Id} wrote after its last frame.");
    }
}

/// <summary>All frames of one fetch.</summary>
internal sealed class FetchRecord(ulong id)
{
    private readonly MemoryStream _body = new();
    private readonly TaskCompletionSource<FetchRecord> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<FetchRecord> _headersArrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Length, TaskCompletionSource Reached)> _waiters = [];
    private long _length;
    private long _credit;
    private TaskCompletionSource<long>? _creditWaiter;

    internal ulong Id { get; } = id;

    private readonly System.Threading.Channels.Channel<int> _rewinds = System.Threading.Channels.Channel.CreateUnbounded<int>();

    internal FetchHeaders? Headers { get; private set; }

    /// <summary>Whether the child has said that it needs no more of the request's body.</summary>
    internal bool IsBodyUnwanted { get; private set; }

    /// <summary>Returns the next pass of the request's body that the child asks for.</summary>
    internal async Task<int> Rewound() => await _rewinds.Reader.ReadAsync().AsTask().WaitAsync(EngineHarness.Patience);

    internal FetchEnd? End { get; private set; }

    internal FetchError? Error { get; private set; }

    internal int Chunks { get; private set; }

    /// <summary>Body bytes so far.</summary>
    internal long Length => Interlocked.Read(ref _length);

    /// <summary>Set before the request: receives each piece, which is then not kept.</summary>
    internal Action<FetchBodyChunk>? Sink { get; init; }

    internal bool SpokeAfterItsEnd { get; private set; }

    internal Task<FetchRecord> Done => _done.Task;

    internal Task<FetchRecord> HeadersArrived => _headersArrived.Task.WaitAsync(EngineHarness.Patience);

    internal byte[] Body
    {
        get
        {
            lock (_body)
                return _body.ToArray();
        }
    }

    internal string Text => Encoding.UTF8.GetString(Body);

    internal string? Header(string name) =>
        Headers!.Value.Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).FirstOrDefault();

    /// <summary>Completes when this many body bytes have arrived.</summary>
    internal Task Received(long length)
    {
        lock (_body)
        {
            if (_length >= length)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((length, reached));
            return reached.Task.WaitAsync(EngineHarness.Patience);
        }
    }

    /// <summary>Takes the upload credit given so far, waiting for some.</summary>
    internal Task<long> UploadCredit()
    {
        lock (_body)
        {
            if (_credit > 0)
            {
                var taken = _credit;
                _credit = 0;
                return Task.FromResult(taken);
            }
            _creditWaiter = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _creditWaiter.Task.WaitAsync(EngineHarness.Patience);
        }
    }

    internal void Add<T>(in T message)
    {
        lock (_body)
        {
            SpokeAfterItsEnd |= Done.IsCompleted;
            switch (message)
            {
                case FetchHeaders headers:
                    Assert.Null(Headers);
                    Headers = headers with { Redirects = [.. headers.Redirects] };
                    _headersArrived.TrySetResult(this);
                    break;
                case FetchBodyChunk chunk:
                    Assert.NotNull(Headers);
                    Assert.Equal(_length, chunk.Offset);
                    Assert.False(chunk.Data.IsEmpty);
                    if (Sink is null)
                        _body.Write(chunk.Data.Span);
                    _length += chunk.Data.Length;
                    Sink?.Invoke(chunk);
                    Chunks++;
                    foreach (var (_, reached) in _waiters.Where(w => w.Length <= _length))
                        reached.TrySetResult();
                    break;
                case Credit credit:
                    if (_creditWaiter is { } waiter)
                    {
                        _creditWaiter = null;
                        waiter.SetResult(credit.Bytes);
                    }
                    else
                    {
                        _credit += credit.Bytes;
                    }
                    break;
                case FetchRewind rewind:
                    _rewinds.Writer.TryWrite(rewind.Pass);
                    break;
                case FetchBodyUnwanted:
                    Assert.False(IsBodyUnwanted);
                    IsBodyUnwanted = true;
                    break;
                case FetchEnd end:
                    Assert.NotNull(Headers);
                    Assert.Equal(_length, end.BodyBytes);
                    End = end;
                    _done.TrySetResult(this);
                    break;
                case FetchError error:
                    Error = error;
                    _headersArrived.TrySetException(new InvalidOperationException($"{error.Kind}: {error.Message}"));
                    _ = _headersArrived.Task.Exception;
                    _done.TrySetResult(this);
                    break;
                default:
                    throw new InvalidOperationException($"A fetch does not write {typeof(T).Name}.");
            }
        }
    }
}
