using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Samples.Acting;

/// <summary>A small web application, as many are: a login with a session cookie and a token against forged forms, a search, a list in pages, an upload.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private const int PageLength = 3;

    private static readonly (string Name, int Price)[] s_goods = [("Black tea", 4), ("Green tea", 6), ("Coffee", 9), ("White tea", 8), ("Tea pot", 30), ("Iced tea", 3)];

    private readonly WebApplication _app;
    private readonly HashSet<string> _sessions = [];
    private readonly string _token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    private Shop(WebApplication app)
    {
        _app = app;
        app.MapGet("/login", (Delegate)ShowLogin);
        app.MapPost("/login", (Delegate)LoginAsync);
        app.MapGet("/", (Delegate)Home);
        app.MapGet("/search", (Delegate)Search);
        app.MapGet("/upload", (Delegate)ShowUpload);
        app.MapPost("/upload", (Delegate)UploadAsync);
        app.MapGet("/invoice", (Delegate)Invoice);
    }

    /// <summary>Scheme, host and port.</summary>
    internal string Root { get; private set; } = "";

    internal static async Task<Shop> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var shop = new Shop(app);
        await app.StartAsync();
        shop.Root = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return shop;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Html(string title, string body, int status = 200) =>
        Results.Content($"<!doctype html><title>{title}</title><main>{body}</main>", "text/html; charset=utf-8", statusCode: status);

    private bool Knows(HttpContext context)
    {
        lock (_sessions)
            return _sessions.Contains(context.Request.Cookies["session"] ?? "");
    }

    private IResult ShowLogin() => Html("Login", $"""
        <form method=post><input type=hidden name=token value={_token}>
        <label>Name <input name=user required></label> <label>Password <input name=password type=password required></label>
        <label><input type=checkbox name=stay value=yes> Stay logged in</label> <button>Log in</button></form>
        """);

    private async Task<IResult> LoginAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        // A form of another site knows no token, and comes from elsewhere.
        if (form["token"] != _token || context.Request.Headers.Origin != Root)
            return Html("Forged", "<p>That form is not ours.</p>", 403);
        if (form["user"] != "alice" || form["password"] != "wonderland")
            return Html("Login", "<p>Wrong name or password.</p>", 403);
        var session = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        lock (_sessions)
            _sessions.Add(session);
        context.Response.Cookies.Append("session", session, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = form["stay"] == "yes" ? TimeSpan.FromDays(30) : null });
        return Results.Redirect("/");
    }

    private IResult Home(HttpContext context) => !Knows(context) ? Results.Redirect("/login") : Html("Welcome, alice", """
        <form id=search action=/search><input name=q type=search><select name=sort><option value=name>by name<option value=price>by price</select></form>
        """);

    private IResult Search(HttpContext context)
    {
        if (!Knows(context))
            return Results.Redirect("/login");
        var (query, sort) = (context.Request.Query["q"].ToString(), context.Request.Query["sort"].ToString());
        _ = int.TryParse(context.Request.Query["page"], out var page);
        var found = s_goods.Where(good => good.Name.Contains(query, StringComparison.OrdinalIgnoreCase));
        var sorted = (sort == "price" ? found.OrderBy(static good => good.Price) : found.OrderBy(static good => good.Name)).ToArray();
        var items = string.Concat(sorted.Skip(page * PageLength).Take(PageLength).Select(static good => $"<li>{good.Name} {good.Price}</li>"));
        var next = (page + 1) * PageLength < sorted.Length ? $"<a rel=next href='?q={Uri.EscapeDataString(query)}&amp;sort={Uri.EscapeDataString(sort)}&amp;page={page + 1}'>next</a>" : "";
        return Html("Found", $"<ul>{items}</ul>{next}");
    }

    private IResult ShowUpload(HttpContext context) => !Knows(context) ? Results.Redirect("/login") : Html("Upload", $"""
        <form method=post enctype=multipart/form-data><input type=hidden name=token value={_token}><input name=title><input type=file name=files multiple><button>Send</button></form>
        """);

    private async Task<IResult> UploadAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (!Knows(context) || form["token"] != _token)
            return Html("Forged", "<p>That form is not ours.</p>", 403);
        var files = string.Join(", ", form.Files.Select(static file => $"{file.FileName} ({file.ContentType}, {file.Length} bytes)"));
        return Html("Received", $"<p>{WebUtility.HtmlEncode(form["title"])}: {WebUtility.HtmlEncode(files)}</p><a id=invoice href=/invoice>Invoice</a>");
    }

    private IResult Invoice(HttpContext context)
    {
        context.Response.Headers.ContentDisposition = "attachment; filename=\"../invoice 1.pdf\"";
        return Knows(context) ? Results.Bytes("%PDF-1.7"u8.ToArray(), "application/pdf") : Results.Redirect("/login");
    }
}
