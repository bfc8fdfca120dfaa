using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Soak;

/// <summary>A server on loopback whose answers name the requested token, and that misbehaves on request.</summary>
internal sealed class SoakServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SoakServer(WebApplication app, string address)
    {
        _app = app;
        Address = address;
    }

    internal string Address { get; }

    /// <summary>The body for <c>/ok/TOKEN</c>: the token, then padding whose length depends on the token.</summary>
    internal static string Body(string token)
    {
        var number = int.Parse(token[(token.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);
        return token + "\n" + new string('.', number * 37 % 4096);
    }

    internal static async Task<SoakServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/ok/{token}", static (string token) => Results.Text(Body(token)));
        app.MapGet("/slow/{token}", static async (string token, HttpContext context) =>
        {
            await Task.Delay(50, context.RequestAborted);
            return Results.Text(Body(token));
        });
        app.MapGet("/page/{token}", static (string token) => Results.Content($"<!doctype html><title>{token}</title><p>{Body(token)}", "text/html"));
        app.MapGet("/half/{token}", static async (HttpContext context) =>
        {
            context.Response.ContentLength = 100_000;
            await context.Response.Body.WriteAsync(new byte[5000]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        app.MapGet("/reset/{token}", static (HttpContext context) => context.Abort());
        app.MapPost("/echo/{token}", static async (string token, HttpContext context) =>
        {
            long length = 0;
            var buffer = new byte[16 << 10];
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
                length += read;
            return Results.Text($"{token} {length}");
        });
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new SoakServer(app, address);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
