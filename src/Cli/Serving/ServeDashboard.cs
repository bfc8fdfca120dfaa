using System.CommandLine;
using System.Net;
using ActorBrowser.Dashboard;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;

namespace ActorBrowser.Cli;

/// <summary><c>serve --dashboard</c>: the task manager on this machine only, with a token.</summary>
internal static class ServeDashboard
{
    private const string Path = "/processes";

    // A request has no body.
    private const int LongestBody = 1024;

    // Files, pictures and orders of each viewer besides its events.
    private const int MostConnections = 1024;

    private const int MostUnknown = 256;

    // A connection that waits for a request. A page opens another.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(30);

    /// <summary>The option: a port, or none for a free one.</summary>
    internal static Option<int?> CreateOption() => new("--dashboard")
    {
        Description = "serve the task manager, a page that shows every process, on this port of 127.0.0.1 (default: a free one)",
        HelpName = "PORT",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = static result =>
        {
            if (result.Tokens is not [{ Value: var text }])
                return 0;
            if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort)
                return port;
            result.AddError($"--dashboard takes a port from 0 to {IPEndPoint.MaxPort}, not '{text}'.");
            return null;
        },
    };

    /// <summary>Starts the page, and prints its address with the token.</summary>
    /// <param name="browser">The browser's actor.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="cancellation">Cancels the start.</param>
    /// <returns>Ends the page when disposed.</returns>
    /// <exception cref="UsageException">The port cannot be used.</exception>
    internal static async Task<IAsyncDisposable> StartAsync(IActorRef browser, int port, CancellationToken cancellation)
    {
        var token = BearerToken.Draw();
        var app = LoopbackServer.Build(
            port, static limits => (limits.MaxRequestBodySize, limits.MaxConcurrentConnections, limits.KeepAliveTimeout) = (LongestBody, MostConnections, s_idle), new UnknownClients(MostUnknown));
        app.MapActorBrowser(Path, options => (options.Browser, options.Token) = (browser, token));
        string address;
        try
        {
            address = await LoopbackServer.StartAsync(app, "--dashboard", port, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        await Complaint.WriteAsync($"the task manager is at {address}{Path}/#token={token}").ConfigureAwait(false);
        return new Page(app);
    }

    // Viewers' connections end at once.
    private sealed class Page(WebApplication app) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await app.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
        }
    }
}
