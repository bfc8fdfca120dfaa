using System.Collections.Concurrent;
using System.Net;
using ActorBrowser.Dashboard;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.DashboardTests;

/// <summary>The host of docs/dashboard.md.</summary>
public sealed class GuideSpecs
{
    [Fact]
    public async Task A_host_with_one_line_more_serves_the_page_and_logs_its_token_once()
    {
        var builder = WebApplication.CreateSlimBuilder();
        using var log = new KeptLog();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // <!-- host -->
        builder.Services.AddAkka("service", akka => akka.WithActorBrowser());
        var app = builder.Build();
        app.MapActorBrowser("/processes");
        // <!-- /host -->
        await using (app)
        {
            await app.StartAsync().Soon();
            var token = Assert.Single(log.Lines, static line => line.StartsWith("The task manager is at /processes#token=", StringComparison.Ordinal)).Split('=')[1];
            var root = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            using var http = new HttpClient();
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(root, "/processes")).Soon()).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri(root, "/processes/picture")).Soon()).StatusCode);
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(root, "/processes/picture")).Soon()).StatusCode);
            await app.StopAsync().Soon();
        }
    }

    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        internal ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
