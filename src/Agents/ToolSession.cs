using Microsoft.Extensions.AI;
using ModelContextProtocol.Server;

namespace ActorBrowser.Agents;

/// <summary>
/// One agent's tools over a browser. Each session has its own cookies, pages, commands and, unless it is given one, its own folder; no
/// session sees another's. Disposing it ends its commands with every process they started, closes its pages, and deletes its own folder.
/// Thread-safe.
/// </summary>
public sealed class ToolSession : IAsyncDisposable
{
    private readonly AgentWorkspace _workspace;
    private int _isClosed;

    private ToolSession(BrowserClient browser, ToolSessionOptions options)
    {
        (Browser, Options) = (browser, options);
        _workspace = new AgentWorkspace(options.Workspace);
        Pages = new AgentPages(browser, options, Identity, Children);
        Grants = new AgentGrants(options);
        Commands = new AgentCommands(browser, options, _workspace, Children, Grants);
        Functions = [.. AgentTools.All.Select(tool => new AgentFunction(tool, this))];
    }

    /// <summary>The tools for <c>Microsoft.Extensions.AI</c> and the Agent Framework. An answer is a text; a failure is a text that says what to do.</summary>
    public IReadOnlyList<AIFunction> Functions { get; }

    /// <summary>The folder in which its commands start.</summary>
    public string Workspace => _workspace.Path;

    internal BrowserClient Browser { get; }

    internal ToolSessionOptions Options { get; }

    internal NetworkIdentity Identity { get; } = new();

    internal AgentChildren Children { get; } = new();

    internal AgentGrants Grants { get; }

    internal AgentPages Pages { get; }

    internal AgentCommands Commands { get; }

    /// <summary>Begins a session.</summary>
    /// <param name="browser">The browser; it is not stopped with the session.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    /// <exception cref="IOException">The session's own folder cannot be created.</exception>
    public static ToolSession Begin(BrowserClient browser, ToolSessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(browser);
        options ??= new ToolSessionOptions();
        options.Check();
        return new ToolSession(browser, options);
    }

    /// <summary>Adds the tools to the options of a server of the Model Context Protocol: one server for each session.</summary>
    /// <param name="options">The server's options.</param>
    public void AddTo(McpServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ServerInfo ??= new() { Name = "actorbrowser", Title = "ActorBrowser", Version = BuildInfo.Version };
        options.ServerInstructions ??= AgentTools.InstructionsFor(this);
        options.ToolCollection ??= [];
        foreach (var tool in AgentTools.All)
            options.ToolCollection.Add(new AgentServerTool(tool, this));
    }

    /// <summary>Serves the Model Context Protocol over two streams, one JSON text in each line, until the input ends. What was asked before that is answered, or cancelled three seconds later.</summary>
    /// <param name="input">What the client writes. A line of more than 4 MiB, or one that is no message, is answered by an error.</param>
    /// <param name="output">What the client reads; nothing else may write there.</param>
    /// <param name="cancellation">Ends serving.</param>
    public async Task ServeAsync(Stream input, Stream output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var options = new McpServerOptions();
        AddTo(options);
        var transport = new LineTransport(input, output);
        await using var disposing = transport.ConfigureAwait(false);
        var server = McpServer.Create(transport, options);
        await using var stopping = server.ConfigureAwait(false);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, transport.Gone);
        try
        {
            await server.RunAsync(ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The client is gone; its commands end with the session.
        }
    }

    internal void ThrowIfClosed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed) != 0, this);

    /// <summary>Ends the session; returns when its processes are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        try
        {
            await Commands.DisposeAsync().ConfigureAwait(false);
            await Pages.DisposeAsync().ConfigureAwait(false);
            await Grants.ForgetAsync(Browser).ConfigureAwait(false);
        }
        finally
        {
            _workspace.Dispose();
        }
    }
}
