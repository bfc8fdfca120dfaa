using System.Security.Cryptography;
using System.Text;
using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Samples.Nodes;

/// <summary>The front: it runs no child process. Everything it is asked for is done by one of the browser nodes.</summary>
internal static class Front
{
    internal static async Task RunAsync(string[] args)
    {
        var (secret, token) = (Hex(), Hex());
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(static console => console.SingleLine = true);
        builder.Services.AddAkka("sample", akka => akka.AsMember("front", secret).WithActorBrowserCluster());
        builder.Services.AddSingleton(services => new Nodes(services.GetRequiredService<ActorSystem>(), secret, token));
        builder.Services.AddHostedService(static services => services.GetRequiredService<Nodes>());
        await using var app = builder.Build();
        if (app.Urls.Count == 0 && builder.Configuration["urls"] is null)
            app.Urls.Add("http://127.0.0.1:5080");

        // Who has the page can run commands: only who has the token gets it, and no other page can send a request in their name.
        app.Use(async (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            context.Response.Headers.CacheControl = "no-store";
            if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Query["token"].ToString()), Encoding.UTF8.GetBytes(token)))
                await RefuseAsync(context, StatusCodes.Status403Forbidden, "the address has no token, or not this start's: open the page at the address that the program has printed");
            else if (HttpMethods.IsPost(context.Request.Method) && !context.Request.HasFormContentType)
                await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "the body is no form: send application/x-www-form-urlencoded, as the page does");
            else
                await next(context);
        });
        var desk = new FrontDesk(app.Services.GetRequiredService<IRequiredActor<ClusterBrowser>>(), app.Services.GetRequiredService<Nodes>(), token);
        app.MapGet("/", (RequestDelegate)desk.ShowAsync);
        app.MapPost("/fetch", (RequestDelegate)desk.FetchAsync);
        app.MapPost("/run", (RequestDelegate)desk.RunAsync);
        await app.StartAsync();
        Console.WriteLine($"The page to watch: {app.Urls.First()}/?token={token}");
        await ((IHost)app).WaitForShutdownAsync();
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync($"refused: {why}.\n", context.RequestAborted);
    }

    private static string Hex() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
