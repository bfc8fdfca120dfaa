using System.Text.Json;
using ActorBrowser.Agents;
using ActorBrowser.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ActorBrowser.Cli;

/// <summary>The Model Context Protocol's streamable HTTP, on this machine only and with a token. Each client's session has its own tools.</summary>
internal sealed class McpHttpServer(McpHttpSessions sessions, BearerToken token)
{
    private const string Path = "/mcp";
    private const string SessionHeader = "Mcp-Session-Id";
    private const string VersionHeader = "MCP-Protocol-Version";
    private const int LongestRequest = 4 << 20;
    private const int MostUnknown = 256;
    private const int UnsupportedVersion = -32022;
    private const int UnknownSession = -32001;

    // The revisions that begin a session. The later ones have none, and a session is what keeps one client's pages and commands from another's: their
    // clients are told to begin one.
    private static readonly string[] Versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

    /// <summary>Serves until it is cancelled. Prints its URL on standard error.</summary>
    internal static async Task<int> RunAsync(BrowserClient browser, ToolSessionOptions options, int port, BearerToken token, TimeSpan idle, CancellationToken cancellation)
    {
        await using var sessions = new McpHttpSessions(browser, options, idle);
        var app = LoopbackServer.Build(port, static limits => (limits.MaxRequestBodySize, limits.MaxConcurrentConnections) = (LongestRequest, MostUnknown + (4 * McpHttpSessions.Most)), new UnknownClients(MostUnknown));
        app.Run(new McpHttpServer(sessions, token).AnswerAsync);
        await using var disposing = app.ConfigureAwait(false);
        var address = await LoopbackServer.StartAsync(app, "--http", port, cancellation).ConfigureAwait(false);
        await Complaint.WriteAsync($"serving at {address}{Path}").ConfigureAwait(false);
        try
        {
            await sessions.EndIdleAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            // Requests that wait for their answers end with their sessions.
            await sessions.DisposeAsync().ConfigureAwait(false);
            await app.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        }
        return ExitCodes.Success;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            if (Refusal(context) is { Status: not 0 } refusal)
            {
                if (refusal.Status == StatusCodes.Status401Unauthorized)
                    context.Response.Headers.WWWAuthenticate = "Bearer";
                context.Response.Headers.Connection = "close";
                await RefuseAsync(context, refusal.Status, -32600, refusal.Reason, default).ConfigureAwait(false);
                return;
            }
            await (context.Request.Method switch
            {
                "POST" => PostAsync(context),
                "GET" => GetAsync(context),
                "DELETE" => DeleteAsync(context),
                _ => RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, -32600, "The methods are POST, GET and DELETE.", default),
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client or the session is gone.
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, -32600, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"A message has at most {LongestRequest} bytes." : e.Message, default).ConfigureAwait(false);
        }
    }

    // A page in a browser of this machine can send requests here, also under a name of its own that leads to 127.0.0.1: its Host or Origin tells.
    private (int Status, string Reason) Refusal(HttpContext context)
    {
        var request = context.Request;
        var port = context.Connection.LocalPort;
        if (request.Host.Host is not ("127.0.0.1" or "localhost") || (request.Host.Port ?? 80) != port)
            return (StatusCodes.Status403Forbidden, "The Host header must name 127.0.0.1 or localhost, and this port.");
        if (request.Headers.Origin.Any(origin => origin != $"http://127.0.0.1:{port}" && origin != $"http://localhost:{port}"))
            return (StatusCodes.Status403Forbidden, "Pages of other origins may not send requests here.");
        if (!token.IsIn(context))
            return (StatusCodes.Status401Unauthorized, request.Headers.Authorization.Count == 0 ? "The request needs the header Authorization: Bearer TOKEN." : "The Authorization header is not 'Bearer TOKEN' with this server's token.");
        return request.Path == Path ? (0, "") : (StatusCodes.Status404NotFound, $"The path is {Path}.");
    }

    private async Task PostAsync(HttpContext context)
    {
        JsonRpcMessage? message;
        try
        {
            message = (JsonRpcMessage?)await JsonSerializer.DeserializeAsync(context.Request.Body, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage)), context.RequestAborted).ConfigureAwait(false)
                ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or FormatException or OverflowException)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, -32700, $"That is no message of JSON-RPC: {VisibleText.Line(VisibleText.Shorten(e.Message, 200))}", default).ConfigureAwait(false);
            return;
        }
        var id = message is JsonRpcRequest request ? request.Id : default;
        var version = context.Request.Headers[VersionHeader].ToString();
        if (version.Length > 0 && !Versions.Contains(version))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, UnsupportedVersion, $"The protocol's revision '{VisibleText.Line(VisibleText.Shorten(version, 40))}' has no sessions; begin one with initialize and one of: {string.Join(", ", Versions)}.", id, version).ConfigureAwait(false);
            return;
        }
        if (message is JsonRpcRequest checkedOne && ParamsCheck.Problem(checkedOne) is { } problem)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, ParamsCheck.Invalid, problem, id).ConfigureAwait(false);
            return;
        }
        var session = message is JsonRpcRequest { Method: RequestMethods.Initialize } && !context.Request.Headers.ContainsKey(SessionHeader)
            ? await BeginAsync(context, id).ConfigureAwait(false)
            : await FindAsync(context, id).ConfigureAwait(false);
        if (session is null)
            return;
        using var use = session;
        message.Context = new JsonRpcMessageContext { ProtocolVersion = version.Length > 0 ? version : null };
        BeginEvents(context, session);
        try
        {
            if (await session.Transport.HandlePostRequestAsync(message, context.Response.Body, context.RequestAborted).ConfigureAwait(false))
                return;
            context.Response.Headers.ContentType = default;
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        finally
        {
            // Nobody can read the answer any more.
            if (context.RequestAborted.IsCancellationRequested && message is JsonRpcRequest)
                await session.CancelAsync(id).ConfigureAwait(false);
        }
    }

    private async Task GetAsync(HttpContext context)
    {
        if (await FindAsync(context, default).ConfigureAwait(false) is not { } session)
            return;
        using var use = session;
        if (!session.TryListen())
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, -32600, "The session has an open GET already.", default).ConfigureAwait(false);
            return;
        }
        BeginEvents(context, session);
        await session.Transport.HandleGetRequestAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (await FindAsync(context, default).ConfigureAwait(false) is not { } session)
            return;
        session.Dispose();
        await sessions.EndAsync(session).ConfigureAwait(false);
    }

    private async Task<McpHttpSession?> BeginAsync(HttpContext context, RequestId id)
    {
        if (sessions.TryBegin(out var session))
            return session;
        await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, -32600, $"{McpHttpSessions.Most} sessions are open, as many as are allowed; end one, or wait until one has been idle.", id).ConfigureAwait(false);
        return null;
    }

    private async Task<McpHttpSession?> FindAsync(HttpContext context, RequestId id)
    {
        var given = context.Request.Headers[SessionHeader];
        if (given is [{ Length: > 0 } name] && sessions.TryUse(name, out var session))
            return session;
        var isMissing = given.Count == 0;
        await RefuseAsync(context, isMissing ? StatusCodes.Status400BadRequest : StatusCodes.Status404NotFound, isMissing ? -32600 : UnknownSession,
            isMissing ? $"The request needs the header {SessionHeader}; a session begins with initialize." : "There is no such session, or it has ended; begin one with initialize.", id).ConfigureAwait(false);
        return null;
    }

    private static void BeginEvents(HttpContext context, McpHttpSession session)
    {
        context.Response.Headers.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache,no-store";
        context.Response.Headers[SessionHeader] = session.Id;
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }

    private static async Task RefuseAsync(HttpContext context, int status, int code, string sentence, RequestId id, string? requested = null)
    {
        if (context.Response.HasStarted)
            return;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        json.WritePropertyName("id");
        if (id.Id is string text)
            json.WriteStringValue(text);
        else if (id.Id is long number)
            json.WriteNumberValue(number);
        else
            json.WriteNullValue();
        json.WriteStartObject("error");
        json.WriteNumber("code", code);
        json.WriteString("message", sentence);
        if (requested is not null)
        {
            json.WriteStartObject("data");
            json.WriteStartArray("supported");
            foreach (var version in Versions)
                json.WriteStringValue(version);
            json.WriteEndArray();
            json.WriteString("requested", requested);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
