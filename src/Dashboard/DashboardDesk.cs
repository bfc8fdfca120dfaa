using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorBrowser.Dashboard;

/// <summary>Answers the requests.</summary>
/// <param name="feed">Has the pictures.</param>
/// <param name="gate">Decides who may have them.</param>
/// <param name="patience">A viewer that has not read what is sent for so long is gone, whatever its connection says.</param>
internal sealed class DashboardDesk(DashboardFeed feed, DashboardGate gate, TimeSpan patience)
{
    // Nothing but this page's own files runs, is shown or is connected to, whatever a text in it says; and no other page shows it.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    internal async Task ShowPageAsync(HttpContext context)
    {
        // The page's files are next to it.
        if (context.Request.Path.Value is not [.., '/'])
        {
            Begin(context);
            context.Response.Redirect($"{context.Request.PathBase}{context.Request.Path}/");
            return;
        }
        await ShowFileAsync(context, DashboardFiles.Page).ConfigureAwait(false);
    }

    internal async Task ShowFileAsync(HttpContext context, string name)
    {
        Begin(context);
        if (await gate.ForFilesAsync(context).ConfigureAwait(false) is { } refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }
        var (type, content) = DashboardFiles.Find(name);
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>One picture, for scripts.</summary>
    internal async Task ShowPictureAsync(HttpContext context)
    {
        Begin(context);
        if (await gate.ForFiguresAsync(context).ConfigureAwait(false) is { } refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }
        try
        {
            var picture = await feed.TakeAsync(context.RequestAborted).ConfigureAwait(false);
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(picture, PictureJson.Default.Picture), context.RequestAborted).ConfigureAwait(false);
        }
        catch (BrowserStoppedException e)
        {
            await RefuseAsync(context, new DashboardGate.Refusal(StatusCodes.Status503ServiceUnavailable, e.Message)).ConfigureAwait(false);
        }
    }

    /// <summary>Pictures as server-sent events, until the viewer goes.</summary>
    internal async Task ShowEventsAsync(HttpContext context)
    {
        Begin(context);
        if (await gate.ForFiguresAsync(context).ConfigureAwait(false) is { } refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }
        using var viewer = feed.TryWatch();
        if (viewer is null)
        {
            await RefuseAsync(context, new DashboardGate.Refusal(StatusCodes.Status503ServiceUnavailable, "As many watch as MaxViewers allows.")).ConfigureAwait(false);
            return;
        }
        context.Response.ContentType = "text/event-stream";
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        try
        {
            while (true)
            {
                var next = await viewer.NextAsync(context.RequestAborted).ConfigureAwait(false);
                using var late = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
                late.CancelAfter(patience);
                await context.Response.Body.WriteAsync(next, late.Token).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(late.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer is gone, or does not read.
            context.Abort();
        }
        catch (BrowserStoppedException)
        {
            // The response ends; the page says so, and tries again.
        }
    }

    /// <summary>End, reload or drain.</summary>
    internal async Task GiveOrderAsync(HttpContext context)
    {
        Begin(context);
        if (await gate.ForOrdersAsync(context).ConfigureAwait(false) is { } refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }
        var order = context.Request.RouteValues["order"] switch
        {
            "end" => ProcessOrder.End,
            "reload" => ProcessOrder.Reload,
            "drain" => ProcessOrder.Drain,
            _ => ProcessOrder.None,
        };
        if (order == ProcessOrder.None || !long.TryParse(context.Request.RouteValues["number"] as string, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            await RefuseAsync(context, new DashboardGate.Refusal(StatusCodes.Status404NotFound, "An order is NUMBER/end, NUMBER/reload or NUMBER/drain.")).ConfigureAwait(false);
            return;
        }
        try
        {
            var taken = await feed.OrderAsync(number, order, context.RequestAborted).ConfigureAwait(false);
            await AnswerAsync(context, taken.Taken ? StatusCodes.Status202Accepted : StatusCodes.Status409Conflict, taken.Sentence).ConfigureAwait(false);
        }
        catch (BrowserStoppedException e)
        {
            await RefuseAsync(context, new DashboardGate.Refusal(StatusCodes.Status503ServiceUnavailable, e.Message)).ConfigureAwait(false);
        }
    }

    private static void Begin(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static Task RefuseAsync(HttpContext context, DashboardGate.Refusal refusal)
    {
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        // Who is not let in keeps no connection. HTTP/2 has no such header.
        if (refusal.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden && HttpProtocol.IsHttp11(context.Request.Protocol))
            context.Response.Headers.Connection = "close";
        return AnswerAsync(context, refusal.Status, refusal.Sentence);
    }

    private static async Task AnswerAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new Answer(sentence), DashboardJson.Default.Answer), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>What every answer says that is no picture.</summary>
    internal sealed record Answer(string Sentence);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DashboardDesk.Answer))]
internal sealed partial class DashboardJson : JsonSerializerContext;
