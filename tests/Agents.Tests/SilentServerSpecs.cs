using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ActorBrowser.AgentsTests;

/// <summary>Clients of a <c>serve</c> that takes their connection, and does not answer.</summary>
public sealed class SilentServerSpecs : ServeProgram, IAsyncLifetime
{
    private const byte Request = 1;
    private const byte Answer = 22;

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        DeleteFolders();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_stopped_server_is_named_and_has_started_nothing_when_it_goes_on()
    {
        using var server = Start("serve");
        Assert.Equal($"actorbrowser: serving at {Socket}", await server.StandardError.ReadLineAsync().Soon());
        try
        {
            var handle = await DetachAsync("sleep", "1000");
            await Signals.SendAsync(server.Id, "STOP");
            string[][] clients =
            [
                ["exec", "--", "touch", "ran"], ["exec", "--detach", "--", "touch", "ran"], ["ps"], ["logs", handle], ["logs", "-f", handle], ["attach", handle], ["kill", handle], ["top", "--once"],
            ];
            var ends = await Task.WhenAll(clients.Select(client => RunAsync(client)));
            Assert.All(ends, end => Assert.Equal(
                (69, "", $"actorbrowser: the server, process {server.Id}, is stopped and has not answered for 5 seconds: 'kill -CONT {server.Id}' lets it go on\n"), end));
            await Signals.SendAsync(server.Id, "CONT");
            Assert.Equal((0, "ok\n", ""), await RunAsync(["exec", "--", "echo", "ok"]));
            Assert.Equal([handle], (await ListAsync()).Where(static row => row.GetProperty("status").GetString() == "running").Select(static row => row.GetProperty("handle").GetString()));
            Assert.False(File.Exists(Path.Combine(Work.FullName, "ran")));
        }
        finally
        {
            await Signals.SendAsync(server.Id, "CONT");
            await Signals.SendAsync(server.Id, "TERM");
            await server.WaitForExitAsync().Soon();
        }
    }

    [Fact]
    public async Task A_silence_within_a_running_command_is_none_of_the_server()
    {
        using var server = Start("serve");
        Assert.Equal($"actorbrowser: serving at {Socket}", await server.StandardError.ReadLineAsync().Soon());
        try
        {
            // Longer than the server may be silent before it has greeted, and before an answer.
            Assert.Equal((3, "late\n", ""), await RunAsync(["exec", "--", "sh", "-c", "sleep 11; echo late; exit 3"]));
        }
        finally
        {
            await Signals.SendAsync(server.Id, "TERM");
            await server.WaitForExitAsync().Soon();
        }
    }

    [Fact]
    public async Task A_server_that_greets_and_then_is_silent_is_an_error_for_what_takes_no_work()
    {
        using var listener = Listen(backlog: 16);
        var serving = Task.WhenAll(ServeOneAsync(listener), ServeOneAsync(listener));
        var (ps, kill) = (RunAsync(["ps"]), RunAsync(["kill", "cmd-1"]));
        Assert.Equal((69, "", $"actorbrowser: the server, process {Environment.ProcessId}, has not answered for 10 seconds: the machine is busy, or it hangs; 'kill {Environment.ProcessId}' ends it\n"), await ps);
        Assert.False(kill.IsCompleted);
        _over.SetResult();
        // Its answer comes after a command's grace.
        Assert.Equal((0, "", ""), await kill);
        await serving.Soon();
    }

    [Fact]
    public async Task A_server_that_takes_no_connection_is_an_error_too()
    {
        using var listener = Listen(backlog: 0);
        using var first = await ConnectAsync();
        var limit = Stopwatch.StartNew();
        Assert.Equal((69, "", $"actorbrowser: what listens at {Socket} has taken no connection for 5 seconds\n"), await RunAsync(["ps"]));
        Assert.InRange(limit.Elapsed, TimeSpan.FromSeconds(5), Deadline.Long);
    }

    [Fact]
    public async Task Clients_that_send_nothing_keep_none_out()
    {
        using var server = Start("serve");
        Assert.Equal($"actorbrowser: serving at {Socket}", await server.StandardError.ReadLineAsync().Soon());
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < 300; i++)
                silent.Add(await ConnectAsync());
            Assert.Equal((0, "ok\n", ""), await RunAsync(["exec", "--", "echo", "ok"]));
            Assert.All(silent, static socket => Assert.False(socket.Poll(0, SelectMode.SelectRead)));
        }
        finally
        {
            silent.ForEach(static socket => socket.Dispose());
            await Signals.SendAsync(server.Id, "TERM");
            await server.WaitForExitAsync().Soon();
        }
    }

    private Socket Listen(int backlog)
    {
        var folder = Path.GetDirectoryName(Socket)!;
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Socket));
        listener.Listen(backlog);
        return listener;
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        return socket;
    }

    // Answers the greeting; the request only at the end.
    private async Task ServeOneAsync(Socket listener)
    {
        using var client = await listener.AcceptAsync();
        await using var stream = new NetworkStream(client);
        Assert.Equal("greet", await VerbAsync(stream));
        await stream.WriteAsync((byte[])[2, 0, 0, 0, Answer, .. "{}"u8]);
        if (await VerbAsync(stream) == "kill")
        {
            await _over.Task;
            await stream.WriteAsync((byte[])[2, 0, 0, 0, Answer, .. "{}"u8]);
        }
        // The client's end.
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    private static async Task<string?> VerbAsync(Stream stream)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head);
        Assert.Equal(Request, head[4]);
        var content = new byte[BitConverter.ToInt32(head)];
        await stream.ReadExactlyAsync(content);
        using var request = JsonDocument.Parse(Encoding.UTF8.GetString(content));
        return request.RootElement.GetProperty("verb").GetString();
    }
}
