using System.Net;
using System.Net.Sockets;

namespace ActorBrowser.Bench;

/// <summary>An nginx started for the benchmarks on a free loopback port: 1 KiB at /small, 1 GiB (a sparse file) at /large.</summary>
internal sealed class Nginx : IDisposable
{
    internal const long LargeBytes = 1L << 30;
    internal const int SmallBytes = 1024;

    private readonly NativeProcess _process;

    private Nginx(NativeProcess process, int port)
    {
        _process = process;
        BaseAddress = $"http://127.0.0.1:{port}";
    }

    internal string BaseAddress { get; }

    internal const string PageTitle = "A page of some length";

    internal Uri Page => new(BaseAddress + "/page.html");

    /// <summary>The URL as text, as a fetch takes it.</summary>
    internal string Small => field ??= BaseAddress + "/small";

    internal Uri Large => new(BaseAddress + "/large");

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="folder">A temporary folder; bench/run kills the process in its nginx.pid and removes it, even if this process is killed.</param>
    /// <param name="documents">A folder that is served as /docs/; null for none.</param>
    internal static async Task<Nginx> StartAsync(string folder, string? documents = null)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "site")).FullName;
        File.WriteAllBytes(Path.Combine(root, "small"), Enumerable.Range(0, SmallBytes).Select(i => (byte)i).ToArray());
        File.WriteAllText(Path.Combine(root, "page.html"), $"<!doctype html><title>{PageTitle}</title><body>" + string.Concat(Enumerable.Range(0, 400).Select(
            i => $"<h2 id=h{i}>Part {i}</h2><p>Some words of part {i}, with a <a href=\"/part/{i}\">link to it</a>, an <em>emphasis</em> and enough more of them to make a paragraph that is worth reading.</p><ul><li>one<li>two</ul>\n")));
        using (var large = File.Create(Path.Combine(root, "large")))
            large.SetLength(LargeBytes);
        var port = FreePort();
        var shared = documents is null ? "" : $"location /docs/ {{ alias {documents}/; }}";
        var configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr crit;
            events { worker_connections 1024; }
            http {
              access_log off;
              types { text/html html; }
              sendfile on;
              tcp_nopush on;
              tcp_nodelay on;
              keepalive_requests 1000000000;
              keepalive_timeout 1h;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              open_file_cache max=16;
              server { listen 127.0.0.1:{{port}} backlog=1024; root {{root}}; {{shared}} }
            }
            """);
        var server = new Nginx(NativeProcess.Start(Tools.Find("nginx"), ["-e", "stderr", "-p", folder, "-c", configuration]), port);
        try
        {
            await server.AnswersAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose() => _process.Dispose();

    private async Task AnswersAsync()
    {
        using var client = new HttpClient();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await client.GetByteArrayAsync(Small);
                return;
            }
            catch (HttpRequestException) when (attempt < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
