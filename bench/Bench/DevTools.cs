using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorBrowser.Bench;

/// <summary>A connection to Chromium's DevTools protocol.</summary>
internal sealed class DevTools : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = [];
    private readonly ConcurrentDictionary<string, Action<string>> _listeners = [];
    private readonly SemaphoreSlim _sending = new(1);
    private int _last;

    internal static async Task<DevTools> ConnectAsync(Uri address)
    {
        var tools = new DevTools();
        await tools._socket.ConnectAsync(address, CancellationToken.None);
        _ = tools.ReceiveAsync();
        return tools;
    }

    /// <summary>Calls the listener with the name of each event of a session.</summary>
    internal void Listen(string session, Action<string> listener) => _listeners[session] = listener;

    /// <summary>Sends a command; returns its result.</summary>
    internal async Task<JsonElement> AskAsync(string method, JsonObject parameters, string? session = null)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        var command = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null)
            command["sessionId"] = session;
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
        return await answer.Task;
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReceiveAsync()
    {
        var buffer = new byte[1 << 20];
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, 2 * length);
                var piece = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += piece.Count;
                if (!piece.EndOfMessage)
                    continue;
                using var message = JsonDocument.Parse(buffer.AsMemory(0, length));
                length = 0;
                var root = message.RootElement;
                if (root.TryGetProperty("id", out var id) && _asked.TryRemove(id.GetInt32(), out var answer))
                    answer.SetResult(root.GetProperty("result").Clone());
                else if (root.TryGetProperty("sessionId", out var session) && _listeners.TryGetValue(session.GetString()!, out var listener))
                    listener(root.GetProperty("method").GetString()!);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            foreach (var waiting in _asked.Values)
                waiting.TrySetException(e);
        }
    }
}
