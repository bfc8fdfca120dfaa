using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Dashboard;

/// <summary>The task manager in an ASP.NET host.</summary>
public static class DashboardEndpoints
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Adds the task manager's page: every process of the browser with its figures, live, and buttons to end, reload and drain them. It costs
    /// nothing while nobody watches.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The page's path.</param>
    /// <param name="configure">Sets options, above all who may see it; without it only who has the token, on this machine.</param>
    /// <returns>All its endpoints, for the host's own conventions, such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    public static IEndpointConventionBuilder MapActorBrowser(this IEndpointRouteBuilder endpoints, string pattern = "/processes", Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        var options = new DashboardOptions();
        configure?.Invoke(options);
        if (options.MaxViewers < 1)
            throw new ArgumentException($"MaxViewers is {options.MaxViewers}; it must be at least 1.", nameof(configure));
        var services = endpoints.ServiceProvider;
        var token = options.Authorize is null ? options.Token is { } given ? new BearerToken(given) : DrawToken(services, pattern) : null;
        var feed = new DashboardFeed(
            options.Browser is { } browser ? _ => Task.FromResult(browser) : cancellation => services.GetRequiredService<IRequiredActor<BrowserActor>>().GetAsync(cancellation), options.MaxViewers);
        var desk = new DashboardDesk(feed, new DashboardGate(options.Authorize, token), s_patience);
        var group = endpoints.MapGroup(pattern);
        group.MapGet("/", (RequestDelegate)desk.ShowPageAsync);
        foreach (var file in DashboardFiles.Names)
            group.MapGet("/" + file, context => desk.ShowFileAsync(context, file));
        group.MapGet("/picture", (RequestDelegate)desk.ShowPictureAsync);
        group.MapGet("/events", (RequestDelegate)desk.ShowEventsAsync);
        group.MapPost("/{number}/{order}", (RequestDelegate)desk.GiveOrderAsync);
        return group;
    }

    private static BearerToken DrawToken(IServiceProvider services, string pattern)
    {
        var drawn = BearerToken.Draw();
        var token = new BearerToken(drawn);
        Log.TokenDrawn(services.GetRequiredService<ILoggerFactory>().CreateLogger("ActorBrowser.Dashboard"), pattern, drawn);
        return token;
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, string, Exception?> s_tokenDrawn =
            LoggerMessage.Define<string, string>(LogLevel.Information, new EventId(1, nameof(TokenDrawn)), "The task manager is at {Path}#token={Token}");

        internal static void TokenDrawn(ILogger log, string path, string token) => s_tokenDrawn(log, path, token, null);
    }
}
