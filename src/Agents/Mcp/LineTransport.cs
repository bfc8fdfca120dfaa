using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ActorBrowser.Agents;

/// <summary>
/// Messages of the protocol over two streams, one in each line. A line that is too long or no message is answered by an error of
/// JSON-RPC, and serving goes on; the end of the input ends it, once what was read is answered or takes too long.
/// </summary>
internal sealed class LineTransport : TransportBase
{
    /// <summary>The longest line, in bytes.</summary>
    internal const int LongestLine = 4 << 20;

    /// <summary>How many requests of a client may be under way.</summary>
    internal const int MostRequests = 256;

    // How long the requests before the input's end may still take. Clients that end a server wait about as long before they kill it.
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(3);

    private readonly HashSet<RequestId> _requests = [];
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _answers;
    private bool _hasEnded;
    private readonly Stream _output;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _gone = new();

    internal LineTransport(Stream input, Stream output) : base("actorbrowser", null)
    {
        _output = output;
        SetConnected();
        _ = Task.Run(() => ReadAsync(PipeReader.Create(input, new StreamPipeReaderOptions(leaveOpen: true, bufferSize: 64 << 10))));
    }

    /// <summary>Cancelled some seconds after the input has ended, or when all is answered: the client is gone.</summary>
    internal CancellationToken Gone => _gone.Token;

    public override async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        var isAnswer = message is JsonRpcResponse or JsonRpcError;
        // Before it is written: the client may use the number again as soon as it has the answer.
        if (isAnswer)
            Forget(((JsonRpcMessageWithId)message).Id, writes: 1);
        try
        {
            await WriteAsync(JsonSerializer.SerializeToUtf8Bytes(message, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage))), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (isAnswer)
                Count(writes: -1);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        // A message that was begun is written whole: half a line would spoil all that follows.
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _output.WriteAsync((byte[])[.. line.Span, (byte)'\n'], CancellationToken.None).ConfigureAwait(false);
            await _output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync(PipeReader reader)
    {
        Exception? failure = null;
        try
        {
            // Whether the line being read is too long: the rest of it is skipped.
            var skips = false;
            while (true)
            {
                var read = await reader.ReadAsync(_stop.Token).ConfigureAwait(false);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    if (!skips)
                        await TakeAsync(rest.Slice(0, end)).ConfigureAwait(false);
                    skips = false;
                    rest = rest.Slice(rest.GetPosition(1, end));
                }
                if (skips || rest.Length > LongestLine)
                {
                    if (!skips)
                        await RefuseAsync(-32600, $"A message has more than {LongestLine} bytes; send a shorter one.").ConfigureAwait(false);
                    skips = true;
                    rest = rest.Slice(rest.End);
                }
                if (!read.IsCompleted)
                {
                    reader.AdvanceTo(rest.Start, rest.End);
                    continue;
                }
                if (!skips && !rest.IsEmpty)
                    await TakeAsync(rest).ConfigureAwait(false);
                break;
            }
            await AnswerLastAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Serving ends.
        }
        catch (IOException e)
        {
            // The client is gone.
            failure = e;
        }
        finally
        {
            SetDisconnected(failure);
            await _gone.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(ReadOnlySequence<byte> line)
    {
        if (line.Length > LongestLine)
        {
            await RefuseAsync(-32600, $"A message has {line.Length} bytes; at most {LongestLine} are allowed.").ConfigureAwait(false);
            return;
        }
        JsonRpcMessage? message;
        try
        {
            if (IsBlank(line))
                return;
            message = Parse(line);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or FormatException or OverflowException)
        {
            await RefuseAsync(e is JsonException { BytePositionInLine: not null } ? -32700 : -32600, $"That is no message of JSON-RPC: {VisibleText.Line(VisibleText.Shorten(e.Message, 200))}").ConfigureAwait(false);
            return;
        }
        if (message is null)
            await RefuseAsync(-32600, "That is no message of JSON-RPC: null.").ConfigureAwait(false);
        else if (message is JsonRpcRequest checkedOne && ParamsCheck.Problem(checkedOne) is { } problem)
            await SendMessageAsync(new JsonRpcError { Id = checkedOne.Id, Error = new JsonRpcErrorDetail { Code = ParamsCheck.Invalid, Message = problem } }, _stop.Token).ConfigureAwait(false);
        else if (message is JsonRpcRequest request && !TryNote(request.Id))
            await SendMessageAsync(new JsonRpcError
            {
                Id = request.Id,
                Error = new JsonRpcErrorDetail { Code = -32600, Message = $"{MostRequests} requests are under way, as many as one client may have, or one has this id; wait for an answer." },
            }, _stop.Token).ConfigureAwait(false);
        else
            await PassAsync(message).ConfigureAwait(false);
    }

    private async Task PassAsync(JsonRpcMessage message)
    {
        // A cancelled request is not answered.
        if (message is JsonRpcNotification { Method: NotificationMethods.CancelledNotification, Params: System.Text.Json.Nodes.JsonObject cancelled } && IdOf(cancelled["requestId"]) is { } id)
            Forget(id);
        await WriteMessageAsync(message, _stop.Token).ConfigureAwait(false);
    }

    private static RequestId? IdOf(System.Text.Json.Nodes.JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => new RequestId(node.GetValue<string>()),
        JsonValueKind.Number when node.AsValue().TryGetValue<long>(out var number) => new RequestId(number),
        _ => null,
    };

    private bool TryNote(RequestId id)
    {
        lock (_requests)
            return _requests.Count < MostRequests && _requests.Add(id);
    }

    private void Forget(RequestId id, int writes = 0)
    {
        lock (_requests)
        {
            _requests.Remove(id);
            Count(writes);
        }
    }

    private void Count(int writes)
    {
        lock (_requests)
        {
            _answers += writes;
            if (_hasEnded && _answers == 0 && _requests.Count == 0)
                _answered.TrySetResult();
        }
    }

    // The input has ended: what was asked before is answered, if that is soon; the client may as well have died.
    private async Task AnswerLastAsync()
    {
        lock (_requests)
            _hasEnded = true;
        Count(writes: 0);
        try
        {
            await _answered.Task.WaitAsync(LastAnswers, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // They end without an answer.
        }
    }

    private static JsonRpcMessage? Parse(in ReadOnlySequence<byte> line)
    {
        var json = new Utf8JsonReader(line);
        return (JsonRpcMessage?)JsonSerializer.Deserialize(ref json, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage)));
    }

    private static bool IsBlank(in ReadOnlySequence<byte> line)
    {
        foreach (var piece in line)
        {
            if (piece.Span.IndexOfAnyExcept((byte)' ', (byte)'\r', (byte)'\t') >= 0)
                return false;
        }
        return true;
    }

    // The request's id is not known.
    private async Task RefuseAsync(int code, string sentence)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc", "2.0");
            json.WriteNull("id");
            json.WriteStartObject("error");
            json.WriteNumber("code", code);
            json.WriteString("message", sentence);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        await WriteAsync(bytes.ToArray(), _stop.Token).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        // A read of a pipe or a terminal may end only with its next byte; nobody waits for it.
        await _stop.CancelAsync().ConfigureAwait(false);
        SetDisconnected(null);
    }
}
