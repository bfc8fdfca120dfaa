using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ActorBrowser.Agents;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ActorBrowser.Cli;

/// <summary>The sessions of HTTP clients. One that no request uses for the idle time is ended: its client may have been killed.</summary>
internal sealed class McpHttpSessions(BrowserClient browser, ToolSessionOptions options, TimeSpan idle) : IAsyncDisposable
{
    /// <summary>The most sessions.</summary>
    internal const int Most = 256;

    private static readonly TimeSpan LookTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, McpHttpSession> _sessions = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>Begins a session, in use by the caller.</summary>
    internal bool TryBegin([NotNullWhen(true)] out McpHttpSession? session)
    {
        lock (_lock)
        {
            session = _isClosed || _sessions.Count >= Most ? null : new McpHttpSession(browser, OptionsOfSession());
            return session is not null && _sessions.TryAdd(session.Id, session) && session.TryUse();
        }
    }

    /// <summary>Finds a session, in use by the caller from then on.</summary>
    internal bool TryUse(string id, [NotNullWhen(true)] out McpHttpSession? session)
    {
        lock (_lock)
            return _sessions.TryGetValue(id, out session) && session.TryUse();
    }

    internal async Task EndAsync(McpHttpSession session)
    {
        lock (_lock)
            _sessions.Remove(session.Id);
        await session.EndAsync().ConfigureAwait(false);
    }

    /// <summary>Ends idle sessions until it is cancelled.</summary>
    internal async Task EndIdleAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookTime);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            McpHttpSession[] old;
            lock (_lock)
                old = [.. _sessions.Values.Where(session => session.IdleFor >= idle)];
            foreach (var session in old)
                await EndAsync(session).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        McpHttpSession[] all;
        lock (_lock)
        {
            _isClosed = true;
            all = [.. _sessions.Values];
            _sessions.Clear();
        }
        await Task.WhenAll(all.Select(static session => session.EndAsync())).ConfigureAwait(false);
    }

    // Each has its own folder, in the given one: none sees another's.
    private ToolSessionOptions OptionsOfSession()
    {
        if (options.Workspace is not { } root)
            return options;
        var folder = Path.Combine(root, $"session-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return options with { Workspace = folder };
    }
}

/// <summary>One client's session over HTTP. Disposing it ends one use, not the session.</summary>
internal sealed class McpHttpSession : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ToolSession _tools;
    private readonly Task _run;
    private readonly Lock _lock = new();
    private int _users;
    private long _lastUse = Stopwatch.GetTimestamp();
    private bool _listens;

    internal McpHttpSession(BrowserClient browser, ToolSessionOptions options)
    {
        Transport = new StreamableHttpServerTransport { SessionId = Id };
        _tools = ToolSession.Begin(browser, options);
        var server = new McpServerOptions();
        _tools.AddTo(server);
        _run = RunAsync(McpServer.Create(Transport, server));
    }

    /// <summary>Nobody can guess it.</summary>
    internal string Id { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    internal StreamableHttpServerTransport Transport { get; }

    /// <summary>How long no request has used it.</summary>
    internal TimeSpan IdleFor
    {
        get
        {
            lock (_lock)
                return _users > 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_lastUse);
        }
    }

    internal bool TryUse()
    {
        lock (_lock)
        {
            if (_end.IsCancellationRequested)
                return false;
            _users++;
            return true;
        }
    }

    /// <summary>Whether this is the first GET: a session has one stream of messages that no request asked for.</summary>
    internal bool TryListen()
    {
        lock (_lock)
        {
            var first = !_listens;
            _listens = true;
            return first;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _users--;
            _lastUse = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Cancels a request.</summary>
    internal async Task CancelAsync(RequestId request) =>
        await Transport.HandlePostRequestAsync(new JsonRpcNotification
        {
            Method = NotificationMethods.CancelledNotification,
            Params = new JsonObject { ["requestId"] = request.Id is long number ? JsonValue.Create(number) : JsonValue.Create((string?)request.Id) },
        }, Stream.Null, CancellationToken.None).ConfigureAwait(false);

    /// <summary>Ends the session with its commands and pages.</summary>
    internal async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
    }

    private async Task RunAsync(McpServer server)
    {
        try
        {
            await server.RunAsync(_end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The session ends.
        }
        finally
        {
            await server.DisposeAsync().ConfigureAwait(false);
            await Transport.DisposeAsync().ConfigureAwait(false);
            await _tools.DisposeAsync().ConfigureAwait(false);
        }
    }
}
