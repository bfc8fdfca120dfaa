using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace ActorBrowser.AgentsTests;

/// <summary>Programs of another user reach the servers on 127.0.0.1, without a token: they keep out none that has it.</summary>
public sealed class ConnectionFloodSpecs : ServeProgram, IAsyncLifetime
{
    private const int Flood = 2000;

    private readonly List<Socket> _opened = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _opened.ForEach(static socket => socket.Dispose());
        DeleteFolders();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_viewer_with_the_token_sees_the_task_manager_while_2000_connections_send_nothing_or_half_a_header()
    {
        using var server = Start("serve", "--dashboard");
        var said = (await server.StandardError.ReadLineAsync().Soon())!.Split(' ')[^1].Split("#token=");
        var page = new Uri(said[0]);
        using var viewer = new HttpClient();
        try
        {
            await FloodAsync(page.Port);
            Assert.Contains("<html", await viewer.GetStringAsync(page).Soon(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Unauthorized, (await viewer.GetAsync(new Uri(page, "picture")).Soon()).StatusCode);
            viewer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", said[1]);
            Assert.Contains("processes", await viewer.GetStringAsync(new Uri(page, "picture")).Soon(), StringComparison.Ordinal);
            using var events = new StreamReader(await viewer.GetStreamAsync(new Uri(page, "events")).Soon());
            Assert.StartsWith("data: ", await events.ReadLineAsync().Soon(), StringComparison.Ordinal);
            // A known viewer's connection is none of those that end for others.
            await FloodAsync(page.Port);
            for (var seen = 0; seen < 2;)
                seen += (await events.ReadLineAsync().Soon())!.StartsWith("data: ", StringComparison.Ordinal) ? 1 : 0;
            Assert.Contains("processes", await viewer.GetStringAsync(new Uri(page, "picture")).Soon(), StringComparison.Ordinal);
        }
        finally
        {
            await EndAsync(server);
        }
    }

    [Fact]
    public async Task A_client_of_the_tools_with_the_token_is_served_meanwhile_too()
    {
        using var server = Start("mcp", "--http", "0", "--workspace", Work.FullName, "--token-file", await TokenFileAsync());
        try
        {
            var address = "";
            while (!address.StartsWith("http", StringComparison.Ordinal))
                address = (await server.StandardError.ReadLineAsync().Soon())!.Split(' ')[^1];
            var tools = new Uri(address);
            await FloodAsync(tools.Port);
            using var client = new HttpClient();
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync(tools, new StringContent("{}")).Soon()).StatusCode);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            // No message: it was let in.
            Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync(tools, new StringContent("{}")).Soon()).StatusCode);
        }
        finally
        {
            await EndAsync(server);
        }
    }

    [Fact]
    public async Task Half_a_header_and_a_request_without_the_token_keep_no_connection()
    {
        using var server = Start("serve", "--dashboard");
        var page = new Uri((await server.StandardError.ReadLineAsync().Soon())!.Split(' ')[^1].Split('#')[0]);
        try
        {
            var limit = Stopwatch.StartNew();
            Assert.StartsWith("HTTP/1.1 408", await AnswerAsync(page.Port, "GET / HTTP/1.1\r\nHost:"), StringComparison.Ordinal);
            Assert.InRange(limit.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20));
            foreach (var path in (string[])["picture", "events"])
            {
                var refused = await AnswerAsync(page.Port, $"GET /processes/{path} HTTP/1.1\r\nHost: 127.0.0.1:{page.Port}\r\n\r\n");
                Assert.StartsWith("HTTP/1.1 401", refused, StringComparison.Ordinal);
                Assert.Contains("Connection: close", refused, StringComparison.Ordinal);
            }
        }
        finally
        {
            await EndAsync(server);
        }
    }

    private const string Token = "0123456789abcdef-flood";

    private async Task<string> TokenFileAsync()
    {
        var file = Path.Combine(Runtime.FullName, "token");
        await File.WriteAllTextAsync(file, Token);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private async Task FloodAsync(int port)
    {
        for (var i = 0; i < Flood; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _opened.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, port).Soon();
            if (i % 2 == 0)
                await socket.SendAsync("GET / HTTP/1.1\r\nHost:"u8.ToArray());
        }
    }

    // All that comes until the server ends the connection.
    private async Task<string> AnswerAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port).Soon();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync().Soon();
    }

    private static async Task EndAsync(Process server)
    {
        await Signals.SendAsync(server.Id, "TERM");
        await server.WaitForExitAsync().Soon();
    }
}
