using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace ActorBrowser.TestSupport;

/// <summary>A real nginx on free loopback ports, in clear text and over TLS with HTTP/2.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/opt/homebrew/bin/nginx"];

    private readonly Process _process;
    private readonly string _folder;

    private Nginx(Process process, string folder, int port, int tlsPort)
    {
        _process = process;
        _folder = folder;
        Root = $"http://127.0.0.1:{port}";
        TlsRoot = $"https://127.0.0.1:{tlsPort}";
    }

    public string Root { get; }

    public string TlsRoot { get; }

    public static async Task<Nginx> StartAsync(string documents, X509Certificate2 certificate)
    {
        var program = Programs.First(File.Exists);
        var folder = Directory.CreateTempSubdirectory("actorbrowser-nginx-").FullName;
        var (port, tlsPort) = (FreePort(), FreePort());
        await File.WriteAllTextAsync(Path.Combine(folder, "certificate.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr notice;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                default_type application/octet-stream;
                types { text/html html; text/plain txt; text/css css; image/png png; }
                sendfile on;
                gzip on;
                gzip_min_length 256;
                gzip_types text/plain text/css application/octet-stream;
                keepalive_requests 100000;
                server {
                    listen 127.0.0.1:{{port}};
                    listen 127.0.0.1:{{tlsPort}} ssl http2;
                    ssl_certificate {{folder}}/certificate.pem;
                    ssl_certificate_key {{folder}}/key.pem;
                    root {{documents}};
                }
            }
            """);
        var process = Process.Start(new ProcessStartInfo(program, ["-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr"])
        {
            RedirectStandardError = true,
        })!;
        // nginx writes its first notice when its sockets are open.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
                said.Add(line.Data ?? "");
            if (line.Data is null)
                started.TrySetException(new InvalidOperationException("nginx did not start: " + string.Join('\n', said)));
            else if (line.Data.Contains("[notice]", StringComparison.Ordinal))
                started.TrySetResult();
        };
        process.BeginErrorReadLine();
        await started.Task.WaitAsync(Deadline.Long);
        return new Nginx(process, folder, port, tlsPort);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
