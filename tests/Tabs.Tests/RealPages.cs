using System.Diagnostics;

namespace ActorBrowser.TabsTests;

/// <summary>Every page of a real documentation tree, compared with an independent parser.</summary>
public sealed class RealPages : BrowserSpecs
{
    private const int Tabs = 4;

    [FactNeeds("postgresql-doc", "nginx-light", "python3-bs4", "python3-html5lib", Timeout = 600_000)]
    public async Task Every_page_of_a_documentation_tree_has_the_title_and_the_links_that_html5lib_finds()
    {
        var documents = Directory.GetDirectories("/usr/share/doc", "postgresql-doc-*").Select(static folder => Path.Combine(folder, "html")).First(Directory.Exists);
        var reference = Tools.PythonAsync("pages.py", documents);
        await using var server = await Nginx.StartAsync(documents);
        var pages = Directory.GetFiles(documents, "*.html").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        Assert.InRange(pages.Length, 1000, int.MaxValue);
        var found = new string[pages.Length];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Tabs).Select(_ => Task.Run(async () =>
        {
            var tab = await OpenAsync();
            for (int i; (i = Interlocked.Increment(ref next)) < pages.Length;)
            {
                var page = await tab.NavigateAsync($"{server.Root}/{pages[i]}").Soon();
                found[i] = $"{pages[i]}\t{page.Document.Counts.Links}\t{page.Document.Title}";
            }
        })));
        var expected = await reference;
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }
}

/// <summary>A real web server, on a separate loopback port.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private Nginx(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Root = $"http://127.0.0.1:{port}";
    }

    internal string Root { get; }

    internal static async Task<Nginx> StartAsync(string documents)
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-nginx-").FullName;
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            daemon off; master_process off; pid {{folder}}/pid; error_log stderr notice;
            events { worker_connections 1024; }
            http {
              access_log off; default_type application/octet-stream; types { text/html html; }
              client_body_temp_path {{folder}}/a; proxy_temp_path {{folder}}/b; fastcgi_temp_path {{folder}}/c; uwsgi_temp_path {{folder}}/d; scgi_temp_path {{folder}}/e;
              server { listen 127.0.0.1:{{port}}; root {{documents}}; }
            }
            """);
        var process = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr"]) { RedirectStandardError = true })!;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                started.TrySetException(new InvalidOperationException("nginx did not start."));
            else if (line.Data.Contains("[notice]", StringComparison.Ordinal))
                started.TrySetResult();
        };
        process.BeginErrorReadLine();
        await started.Task.Soon();
        return new Nginx(process, folder, port);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, true);
    }
}
