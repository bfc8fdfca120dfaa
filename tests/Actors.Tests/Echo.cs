using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.ActorsTests;

/// <summary>A real web server on a free loopback port.</summary>
internal sealed class Echo : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Echo(WebApplication app) => _app = app;

    /// <summary>Scheme, host and port, without a slash.</summary>
    internal string Root => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Answers each request with its method, its body's length and its body's hash.</summary>
    internal static Task<Echo> StartAsync(HttpProtocols protocols = HttpProtocols.Http1) => StartAsync(AnswerAsync, protocols);

    internal static async Task<Echo> StartAsync(RequestDelegate handle, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return new Echo(app);
    }

    internal static async Task AnswerAsync(HttpContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            length += read;
        }
        await context.Response.WriteAsync($"{context.Request.Method} {length} {Convert.ToHexString(hash.GetCurrentHash())}");
    }

    internal static string Expected(string method, ReadOnlySpan<byte> body) => $"{method} {body.Length} {Convert.ToHexString(SHA256.HashData(body))}";

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
