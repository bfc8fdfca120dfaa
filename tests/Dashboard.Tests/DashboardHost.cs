using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ActorBrowser.Dashboard;
using ActorBrowser.TestChild;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.DashboardTests;

/// <summary>An ASP.NET host as an embedder writes it: a browser with real processes, and its task manager.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    internal const string Token = "0123456789abcdef-test";

    private readonly WebApplication _app;
    private readonly List<IAsyncDisposable> _opened = [];

    private DashboardHost(WebApplication app)
    {
        _app = app;
        Root = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Page = new Uri(Root, "/processes/");
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    internal Uri Root { get; }

    internal Uri Page { get; }

    internal string Link => $"{Page}#token={Token}";

    /// <summary>A client that has the token.</summary>
    internal HttpClient Http { get; } = new();

    internal BrowserClient Client => _app.Services.GetRequiredService<BrowserClient>();

    internal IActorRef Browser => _app.Services.GetRequiredService<ActorRegistry>().Get<BrowserActor>();

    internal RoleClient<TypedRole> Role => _app.Services.GetRequiredService<RoleClient<TypedRole>>();

    /// <summary>An actor that keeps a message.</summary>
    internal IActorRef Listener<T>(TaskCompletionSource<T> kept) => _app.Services.GetRequiredService<ActorSystem>().ActorOf(Props.Create(() => new Keeper<T>(kept)));

    internal static async Task<DashboardHost> StartAsync(Action<DashboardOptions>? configure = null, string settings = "", Action<WebApplication>? before = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddAkka("service", akka => akka
            .AddHocon($"akka.loglevel = ERROR\nakka.log-dead-letters = off\nactorbrowser.child.executable = \"{TestChildProgram.Path}\"\nactorbrowser.role.spares = 0\n{settings}", HoconAddMode.Prepend)
            .WithActorBrowser(static options => options.AddRole(TypedRole.Role)));
        builder.Services.AddBrowserClient();
        var app = builder.Build();
        before?.Invoke(app);
        app.MapActorBrowser("/processes", configure ?? (static options => options.Token = Token));
        await app.StartAsync().Soon();
        return new DashboardHost(app);
    }

    internal async Task<TabClient> OpenAsync(string url)
    {
        var tab = await Client.OpenTabAsync().Soon();
        _opened.Add(tab);
        await tab.NavigateAsync(url).Soon();
        return tab;
    }

    /// <summary>Serves one page of HTML, as long as the host lives.</summary>
    internal async Task<string> ServeAsync(string html)
    {
        var site = await Site.StartAsync(context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(html)).AsTask();
        });
        _opened.Add(site);
        return site.Root;
    }

    internal async Task<BrowserProtocol.ChildSpawned> SpawnAsync(string role = "echo") =>
        await Browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild(role)).Soon();

    internal async Task<JsonElement> PictureAsync() => JsonDocument.Parse(await Http.GetStringAsync(new Uri(Page, "picture")).Soon()).RootElement;

    /// <summary>Asks until a picture shows something; each is two seconds younger than the last.</summary>
    internal async Task<JsonElement> PictureAsync(Func<JsonElement, bool> wanted)
    {
        for (var asked = 0; ; asked++)
        {
            var picture = await PictureAsync();
            if (wanted(picture))
                return picture;
            Assert.True(asked < 15, $"No picture was as wanted. The last: {picture}");
            await Task.Delay(ProcessWatch.Interval);
        }
    }

    internal async Task<(HttpStatusCode Status, string Sentence)> OrderAsync(long number, string order)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Page, $"{number}/{order}"));
        request.Headers.Add("X-ActorBrowser", "1");
        using var answer = await Http.SendAsync(request).Soon();
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync().Soon()).RootElement.GetProperty("sentence").GetString()!);
    }

    /// <summary>Asks until there is an answer.</summary>
    internal async Task<T> WhenAsync<T>(Func<Task<T?>> ask) where T : class
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer)
                return answer;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline.Long, "There was no answer.");
            await timer.WaitForNextTickAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _opened)
            await one.DisposeAsync();
        Http.Dispose();
        await _app.StopAsync().Soon();
        await _app.DisposeAsync();
    }
}

internal sealed class Keeper<T>(TaskCompletionSource<T> kept) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is T wanted)
            kept.TrySetResult(wanted);
    }
}

internal static class Pictures
{
    internal static JsonElement[] Rows(this JsonElement picture, string role) =>
        [.. picture.GetProperty("processes").EnumerateArray().Where(row => row.GetProperty("role").GetString() == role)];

    internal static string Text(this JsonElement row, string name) => row.GetProperty(name).GetString()!;

    internal static long Number(this JsonElement row, string name = "number") => row.GetProperty(name).GetInt64();
}
