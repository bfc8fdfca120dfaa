using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using ActorBrowser.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Server;

namespace ActorBrowser.Cli;

/// <summary>The Model Context Protocol over HTTP, on this machine only and with a token. Each client's session has its own tools.</summary>
internal sealed class McpHttpServer(BrowserClient browser, ToolSessionOptions options, McpToken token)
{
    private const int LongestRequest = 4 << 20;
    private const int MostSessions = 256;

    private readonly ConcurrentDictionary<McpServerOptions, ToolSession> _sessions = new();

    /// <summary>Serves until it is cancelled. Prints its URL on standard error.</summary>
    internal static async Task<int> RunAsync(BrowserClient browser, ToolSessionOptions options, int port, McpToken token, TimeSpan idle, CancellationToken cancellation)
    {
        var server = new McpHttpServer(browser, options, token);
        var app = server.Build(port, idle);
        await using var disposing = app.ConfigureAwait(false);
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new UsageException($"--http: the port {port} cannot be used: {e.InnerException?.Message ?? e.Message}");
        }
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await Console.Error.WriteLineAsync($"actorbrowser: serving at {address}/mcp").ConfigureAwait(false);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
            await Task.WhenAll(server._sessions.Values.Select(static session => session.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
        return ExitCodes.Success;
    }

    private WebApplication Build(int port, TimeSpan idle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // Nothing of the environment or of files changes where and how it listens.
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestRequest;
            kestrel.Limits.MaxConcurrentConnections = 4 * MostSessions;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddMcpServer().WithHttpTransport(http =>
        {
            // A session is what keeps one client's pages and commands from another's: a client of the protocol's stateless revision (2026-07-28)
            // is told to begin one, as the revisions before it do.
            http.SessionMode = HttpServerSessionMode.Stateful;
#pragma warning disable MCP9006, MCPEXP002 // Sessions are what is wanted here.
            http.IdleTimeout = idle;
            http.MaxIdleSessionCount = MostSessions;
            http.ConfigureSessionOptions = (_, server, _) =>
            {
                Begin(server);
                return Task.CompletedTask;
            };
            http.RunSessionHandler = RunAsync;
#pragma warning restore MCP9006, MCPEXP002
        });
        var app = builder.Build();
        app.Use(AdmitAsync);
        app.MapMcp("/mcp");
        return app;
    }

    // A page in a browser of this machine can send requests here, also under a name of its own that leads to 127.0.0.1: its Host or Origin tells.
    private async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var (status, reason) = Refusal(context);
        if (status == 0)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(reason + "\n", context.RequestAborted).ConfigureAwait(false);
    }

    private (int Status, string Reason) Refusal(HttpContext context)
    {
        var request = context.Request;
        if (request.Host.Host is not ("127.0.0.1" or "localhost") || request.Host.Port != context.Connection.LocalPort)
            return (StatusCodes.Status403Forbidden, "The Host header must name 127.0.0.1 or localhost, and this port.");
        if (request.Headers.Origin is { Count: > 0 } origins && !origins.All(origin => IsOwn(origin, context.Connection.LocalPort)))
            return (StatusCodes.Status403Forbidden, "Pages of other origins may not send requests here.");
        if (!token.IsIn(request.Headers.Authorization is [var one] ? one : null))
            return (StatusCodes.Status401Unauthorized, "The Authorization header must be 'Bearer TOKEN'.");
        return request.Method == HttpMethods.Post && !request.Headers.ContainsKey("Mcp-Session-Id") && _sessions.Count >= MostSessions
            ? (StatusCodes.Status503ServiceUnavailable, $"{MostSessions} sessions are open, as many as are allowed; end one.")
            : (0, "");
    }

    private static bool IsOwn(string? origin, int port) => origin == $"http://127.0.0.1:{port}" || origin == $"http://localhost:{port}";

    private void Begin(McpServerOptions server)
    {
        var own = options;
        if (options.Workspace is { } root)
        {
            // None sees another's.
            var folder = Path.Combine(root, $"session-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            own = options with { Workspace = folder };
        }
        var session = ToolSession.Begin(browser, own);
        _sessions[server] = session;
        session.AddTo(server);
    }

    private async Task RunAsync(HttpContext context, McpServer server, CancellationToken cancellation)
    {
        try
        {
            await server.RunAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (_sessions.TryRemove(server.ServerOptions, out var session))
                await session.DisposeAsync().ConfigureAwait(false);
        }
    }
}
