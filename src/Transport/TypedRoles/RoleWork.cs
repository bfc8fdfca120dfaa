using System.Buffers;
using System.Diagnostics;

namespace ActorBrowser.Transport;

/// <summary>One request in its child: runs the handler, and ends with exactly one answer, end or failure.</summary>
internal sealed class RoleWork : IThreadPoolWorkItem
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_spare;

    private const int Kept = 64 << 10;

    private readonly RoleHost _host;
    private readonly ulong _id;
    private readonly RoleHandler? _handler;
    // Not disposed: a cancellation may come while the request ends. It has no timer and no handle.
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CreditGate _credit;
    private PayloadAssembly? _request;
    private ArrayBufferWriter<byte>? _bytes;

    internal RoleWork(RoleHost host, ulong id, RoleHandler? handler, int milliseconds, PayloadAssembly request)
    {
        (_host, _id, _handler, _request) = (host, id, handler, request);
        _credit = new CreditGate(host.Args.Window);
        Context = new RoleContext(host, _cancellation.Token, milliseconds == 0 ? null : DateTimeOffset.UtcNow.AddMilliseconds(milliseconds));
    }

    internal RoleContext Context { get; }

    internal RoleCodec Codec => _host.Definition.Codec.Value;

    /// <summary>How many bytes wait to be sent.</summary>
    internal int Length { get; private set; }

    /// <summary>Whether there are items to send to a reader who wants them.</summary>
    internal bool HasItems => Length > 0 && !_cancellation.IsCancellationRequested;

    internal void Grant(long bytes) => _credit.Add(bytes);

    internal void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException e)
        {
            // From what a handler has registered with its token. The token is cancelled all the same; stderr is the parent's log.
            Console.Error.WriteLine($"A cancellation callback of the role '{Context.Role}' threw {e.InnerException}");
        }
    }

    /// <summary>Serialises an answer or an item.</summary>
    internal void Add<T>(T value)
    {
        if (value is null)
            throw new RoleAnswerException(RoleFailureKind.BadAnswer, new InvalidOperationException($"A handler of the role '{_host.Definition.Name}' returned null instead of a {typeof(T).Name}."));
        var bytes = _bytes ??= Rent();
        try
        {
            Codec.Write(bytes, value);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new RoleAnswerException(RoleFailureKind.BadAnswer, e);
        }
        if (bytes.WrittenCount - Length > _host.Args.MaxMessage)
        {
            throw new RoleAnswerException(RoleFailureKind.TooLong, new InvalidOperationException(
                $"A {typeof(T).Name} of {bytes.WrittenCount - Length} bytes is longer than the {_host.Args.MaxMessage} that actorbrowser.role.max-message allows."));
        }
        Length = bytes.WrittenCount;
    }

    /// <summary>Sends the serialised bytes, in as many frames as they need. All but the last frame of an answer need credit.</summary>
    internal async ValueTask SendAsync(RoleReplyKind kind)
    {
        var left = _bytes is { } bytes ? bytes.WrittenMemory[..Length] : default;
        while (left.Length > _host.Args.Piece)
        {
            await _credit.TakeAsync(_host.Args.Piece, _cancellation.Token).ConfigureAwait(false);
            _host.Send(_id, new RoleReply(RoleReplyKind.Part, 0, left[.._host.Args.Piece]));
            left = left[_host.Args.Piece..];
        }
        if (kind == RoleReplyKind.Items)
            await _credit.TakeAsync(RoleReply.CostOf(left.Length), _cancellation.Token).ConfigureAwait(false);
        else
            _host.Forget(_id);
        _host.Send(_id, new RoleReply(kind, 0, left));
        _bytes?.ResetWrittenCount();
        Length = 0;
    }

    void IThreadPoolWorkItem.Execute()
    {
        var start = Stopwatch.GetTimestamp();
        _ = RunAsync();
        if (_handler is not null)
            _host.OnReturned(_handler, Stopwatch.GetTimestamp() - start);
    }

    private async Task RunAsync()
    {
        try
        {
            if (_handler is null)
                throw new RoleFormatException("The request's number is not that of a message.");
            _cancellation.Token.ThrowIfCancellationRequested();
            _host.Traces.Of(_id)?.Begin("handle");
            await _handler.RunAsync(_host.Instance, _request!.Bytes, this).ConfigureAwait(false);
        }
        catch (RoleFormatException e)
        {
            Fail(RoleFailureKind.BadRequest, e);
        }
        catch (RoleAnswerException e)
        {
            Fail(e.Kind, e.InnerException!);
        }
        catch (OperationCanceledException e) when (_cancellation.IsCancellationRequested)
        {
            Fail(RoleFailureKind.Cancelled, e);
        }
        catch (Exception e)
        {
            if (e is OutOfMemoryException)
                _host.OnOutOfMemory?.Invoke();
            Fail(RoleFailureKind.Threw, e);
        }
        finally
        {
            _request?.Dispose();
            _request = null;
            Return();
        }
    }

    private void Fail(RoleFailureKind kind, Exception e)
    {
        _host.Forget(_id);
        _host.Send(_id, new RoleReply(RoleReplyKind.Failed, 0, RoleFailureReport.Of(kind, e).ToBytes()));
    }

    private static ArrayBufferWriter<byte> Rent()
    {
        var spare = t_spare ?? new ArrayBufferWriter<byte>(256);
        t_spare = null;
        return spare;
    }

    private void Return()
    {
        if (_bytes is { Capacity: <= Kept } bytes)
        {
            bytes.ResetWrittenCount();
            t_spare = bytes;
        }
        _bytes = null;
    }
}

/// <summary>A handler's answer cannot be sent; the inner exception says why.</summary>
internal sealed class RoleAnswerException(RoleFailureKind kind, Exception why) : Exception(why.Message, why)
{
    internal RoleFailureKind Kind { get; } = kind;
}
