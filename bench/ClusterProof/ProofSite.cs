using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.ClusterProof;

/// <summary>A site that holds the answers until its gate opens, and counts each number's requests by the node that made them.</summary>
internal sealed class ProofSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<int, ConcurrentQueue<string>> _visits = new();
    private readonly ConcurrentDictionary<string, string> _pages = new();
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _arrived;

    private ProofSite(string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), 0));
        _app = builder.Build();
        _app.Map("/held/{number}", (RequestDelegate)HoldAsync);
        _app.MapGet("/page/{name}", (RequestDelegate)ShowAsync);
    }

    internal string Root { get; private set; } = "";

    /// <summary>How many requests have arrived since the gate was closed.</summary>
    internal int Arrived => Volatile.Read(ref _arrived);

    internal static async Task<ProofSite> StartAsync(string address)
    {
        var site = new ProofSite(address);
        await site._app.StartAsync();
        site.Root = site._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return site;
    }

    internal void CloseGate()
    {
        Volatile.Write(ref _arrived, 0);
        _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    internal void OpenGate() => _gate.TrySetResult();

    /// <summary>The nodes that have made a request, in order.</summary>
    internal IReadOnlyList<string> NodesOf(int number) => _visits.TryGetValue(number, out var nodes) ? [.. nodes] : [];

    /// <summary>The node that has loaded a page last.</summary>
    internal string? NodeOfPage(string name) => _pages.GetValueOrDefault(name);

    internal static string Body(string number) => $"answer {number}";

    internal static string Title(string name) => $"page {name}";

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static string NodeOf(HttpContext context) => context.Request.Headers.UserAgent.ToString().Replace(Member.Agent, "", StringComparison.Ordinal);

    private async Task HoldAsync(HttpContext context)
    {
        var text = (string)context.Request.RouteValues["number"]!;
        var number = int.Parse(text, CultureInfo.InvariantCulture);
        _visits.GetOrAdd(number, static _ => new()).Enqueue(NodeOf(context));
        Interlocked.Increment(ref _arrived);
        await _gate.Task.WaitAsync(context.RequestAborted);
        // Some are slow, so that the answers of a node do not come all at once.
        await Task.Delay(number % 5 * 20, context.RequestAborted);
        await context.Response.WriteAsync(Body(text));
    }

    private Task ShowAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        _pages[name] = NodeOf(context);
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"<!doctype html><title>{Title(name)}</title><p>A page of the proof.");
    }
}
