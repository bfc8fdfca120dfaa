using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.Cli.Demo;

/// <summary>
/// A small web site on a free loopback port: an index, pages with a picture each, and <c>/held</c>, which answers only after
/// <see cref="ReleaseHeld"/>, so that the demo can kill the network child in the middle of fetches. Writes no file.
/// </summary>
internal sealed class DemoSite : IAsyncDisposable
{
    internal const int PageCount = 12;

    private readonly WebApplication _server;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _heldRequests = new(0);

    private DemoSite(WebApplication server) => _server = server;

    internal Uri Root { get; private set; } = new("http://127.0.0.1/");

    internal IEnumerable<Uri> Pages => Enumerable.Range(1, PageCount).Select(n => new Uri(Root, $"page/{n}"));

    internal IEnumerable<Uri> Images => Enumerable.Range(1, PageCount).Select(n => new Uri(Root, $"image/{n}.bmp"));

    internal Uri Held => new(Root, "held");

    internal static async Task<DemoSite> StartAsync(CancellationToken cancellation)
    {
        var site = new DemoSite(LoopbackServer.Build(0, static _ => { }));
        site._server.Run(site.AnswerAsync);
        site.Root = new Uri(await LoopbackServer.StartAsync(site._server, "demo", 0, cancellation).ConfigureAwait(false) + "/");
        return site;
    }

    /// <summary>Completes when this many further requests for <c>/held</c> have arrived.</summary>
    internal async Task HeldRequestsAsync(int count, CancellationToken cancellation)
    {
        for (var i = 0; i < count; i++)
            await _heldRequests.WaitAsync(cancellation).ConfigureAwait(false);
    }

    internal void ReleaseHeld() => _released.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        ReleaseHeld();
        await _server.DisposeAsync().ConfigureAwait(false);
        _heldRequests.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path == "/held")
        {
            _heldRequests.Release();
            await _released.Task.WaitAsync(context.RequestAborted).ConfigureAwait(false);
            await WriteAsync(context, "text/plain", "released"u8.ToArray()).ConfigureAwait(false);
        }
        else if (path == "/")
        {
            await WriteAsync(context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(Index())).ConfigureAwait(false);
        }
        else if (Number(path, "/page/", "") is { } page)
        {
            await WriteAsync(context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(Page(page))).ConfigureAwait(false);
        }
        else if (Number(path, "/image/", ".bmp") is { } image)
        {
            await WriteAsync(context, "image/bmp", Bitmap(image)).ConfigureAwait(false);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private static async Task WriteAsync(HttpContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private static int? Number(string path, string prefix, string suffix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && path.EndsWith(suffix, StringComparison.Ordinal)
            && int.TryParse(path[prefix.Length..^suffix.Length], out var n) && n is >= 1 and <= PageCount ? n : null;

    private static string Index() =>
        "<!doctype html><title>The demo site</title><ul>"
        + string.Concat(Enumerable.Range(1, PageCount).Select(n => $"<li><a href='/page/{n}'>Page {n}</a>")) + "</ul>";

    private static string Page(int n) =>
        $"<!doctype html><title>Page {n}</title><h1>Page {n}</h1><img src='/image/{n}.bmp'><p>"
        + string.Concat(Enumerable.Repeat($"This is paragraph text of page {n}. ", 40 * n));

    /// <summary>A 64 × 64 picture: 24-bit BMP, a different colour ramp for each number.</summary>
    private static byte[] Bitmap(int n)
    {
        const int Side = 64;
        const int HeaderSize = 54;
        var file = new byte[HeaderSize + (Side * Side * 3)];
        "BM"u8.CopyTo(file);
        BitConverter.TryWriteBytes(file.AsSpan(2), file.Length);
        BitConverter.TryWriteBytes(file.AsSpan(10), HeaderSize);
        BitConverter.TryWriteBytes(file.AsSpan(14), 40);
        BitConverter.TryWriteBytes(file.AsSpan(18), Side);
        BitConverter.TryWriteBytes(file.AsSpan(22), Side);
        BitConverter.TryWriteBytes(file.AsSpan(26), (short)1);
        BitConverter.TryWriteBytes(file.AsSpan(28), (short)24);
        for (var i = 0; i < Side * Side; i++)
        {
            var pixel = file.AsSpan(HeaderSize + (i * 3), 3);
            pixel[0] = (byte)(i % Side * 4);
            pixel[1] = (byte)(i / Side * 4);
            pixel[2] = (byte)(n * 20);
        }
        return file;
    }
}
