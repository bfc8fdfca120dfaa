using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.TestSupport;

/// <summary>A real web server, Kestrel, on a free loopback port with one handler for everything.</summary>
public sealed class Site : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Site(WebApplication app, string scheme)
    {
        _app = app;
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Port = address.Port;
        Root = $"{scheme}://127.0.0.1:{Port}";
    }

    public int Port { get; }

    /// <summary>Scheme, host and port, without a slash.</summary>
    public string Root { get; }

    public static async Task<Site> StartAsync(RequestDelegate handle, HttpProtocols protocols = HttpProtocols.Http1, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 1 << 20;
            kestrel.Limits.MaxRequestBufferSize = 2 << 20;
            kestrel.AddServerHeader = false;
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return new Site(app, certificate is null ? "http" : "https");
    }

    /// <summary>Starts a site that answers each request as <see cref="EchoAsync"/> does.</summary>
    public static Task<Site> EchoingAsync(HttpProtocols protocols = HttpProtocols.Http1) => StartAsync(EchoAsync, protocols);

    /// <summary>Starts a site that echoes, but holds requests to <c>/held</c>, or all requests, until the requester is gone.</summary>
    /// <param name="arrived">Released once for each held request.</param>
    /// <param name="everything">Whether all requests are held.</param>
    public static Task<Site> HoldingAsync(SemaphoreSlim arrived, bool everything = false) => StartAsync(context =>
        everything || context.Request.Path == "/held" ? HoldAsync(context, arrived) : EchoAsync(context));

    /// <summary>Answers with the request's method, its body's length and its body's hash.</summary>
    public static async Task EchoAsync(HttpContext context)
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

    /// <summary>The answer of <see cref="EchoAsync"/>.</summary>
    public static string Echoed(string method, ReadOnlySpan<byte> body) => $"{method} {body.Length} {Convert.ToHexString(SHA256.HashData(body))}";

    /// <summary>Signals that the request has arrived, and does not answer until the requester is gone.</summary>
    public static async Task HoldAsync(HttpContext context, SemaphoreSlim arrived)
    {
        arrived.Release();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
