using System.Net;
using ActorBrowser.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Cli;

/// <summary>An HTTP server for this machine only.</summary>
internal static class LoopbackServer
{
    // From a request's first byte to the end of its headers.
    private static readonly TimeSpan s_headersTime = TimeSpan.FromSeconds(5);

    /// <summary>Builds a server that does not listen yet.</summary>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="limit">Sets Kestrel's limits.</param>
    /// <param name="unknown">Its clients that have not shown a token; null if it has none.</param>
    internal static WebApplication Build(int port, Action<KestrelServerLimits> limit, UnknownClients? unknown = null)
    {
        // Empty: nothing of the environment or of files changes where and how it listens.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = s_headersTime;
            limit(kestrel.Limits);
            kestrel.Listen(IPAddress.Loopback, port, endpoint =>
            {
                if (unknown is not null)
                    endpoint.Use(next => connection => unknown.ServeAsync(connection, next));
            });
        });
        return builder.Build();
    }

    /// <summary>Starts it.</summary>
    /// <param name="server">The result of <see cref="Build"/>.</param>
    /// <param name="option">Who asked for the port, for the complaint.</param>
    /// <param name="port">The port that was asked for.</param>
    /// <param name="cancellation">Cancels the start.</param>
    /// <returns>Its address, without a slash at the end.</returns>
    /// <exception cref="UsageException">The port cannot be used.</exception>
    internal static async Task<string> StartAsync(WebApplication server, string option, int port, CancellationToken cancellation)
    {
        try
        {
            await server.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new UsageException($"{option}: the port {port} cannot be used: {e.InnerException?.Message ?? e.Message}");
        }
        return server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }
}
