using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ActorBrowser.Cli;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary><c>serve</c>'s task manager: <c>top</c>, in a terminal and without one, and the page of <c>serve --dashboard</c>.</summary>
public sealed class TopSpecs : IAsyncLifetime
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly DirectoryInfo _runtime = Directory.CreateTempSubdirectory("ab-top-");
    private Process? _server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server is { } server)
        {
            await Signals.SendAsync(server.Id, "TERM");
            await server.WaitForExitAsync().Soon();
            server.Dispose();
        }
        _runtime.Delete(recursive: true);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT", TestChildProgram.Command, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_RUNTIME_DIR"] = _runtime.FullName;
        return Process.Start(start)!;
    }

    private async Task<string> ServeAsync(params string[] options)
    {
        _server = Start(["serve", .. options]);
        var said = "";
        while (await _server.StandardError.ReadLineAsync().Soon() is { } line)
        {
            if (line.StartsWith("actorbrowser: serving at ", StringComparison.Ordinal))
                return said;
            said += line;
        }
        throw new InvalidOperationException($"The server has ended: {said}");
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        return await process.OutcomeAsync();
    }

    [Fact]
    public async Task One_picture_is_printed_and_what_a_command_is_called_controls_no_terminal()
    {
        await ServeAsync();
        Assert.Equal(0, (await RunAsync("exec", "--detach", "--", "sh", "-c", "sleep 300 #\u001b[2J</td>\u202e")).Code);
        var (code, output, error) = await RunAsync("top", "--once", "--sort", "memory");
        Assert.True(code == 0, error);
        Assert.Contains(TopTable.Head, output, StringComparison.Ordinal);
        Assert.Contains("sleep 300 #^[[2J</td><U+202E>", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        var picture = JsonDocument.Parse((await RunAsync("top", "--once", "--json")).Output).RootElement;
        // How many runners there are is not said: a spare may have started.
        Assert.Equal(["browser", "command-runner", "process"], picture.GetProperty("processes").EnumerateArray().Select(static row => row.GetProperty("role").GetString()).Distinct());
    }

    [Fact]
    public async Task Without_a_server_it_says_so_and_a_wrong_key_is_named()
    {
        var absent = await RunAsync("top", "--once");
        Assert.Equal((69, "actorbrowser: no server runs: start one with 'actorbrowser serve'\n"), (absent.Code, absent.Error));
        var wrong = await RunAsync("top", "--sort", "colour");
        Assert.Equal((2, "actorbrowser: --sort takes one of tree, role, cpu, memory, in-flight, uptime, restarts, not 'colour'.\n"), (wrong.Code, wrong.Error));
    }

    [FactNeeds("python3")]
    public async Task On_a_terminal_keys_choose_a_process_and_end_it_after_a_question()
    {
        await ServeAsync();
        Assert.Equal(0, (await RunAsync("exec", "--detach", "--", "sleep", "300")).Code);
        var seen = await TypingTerminal.RunAsync(
            $"stty rows 30 cols 150; export XDG_RUNTIME_DIR={_runtime.FullName}; AB top; echo left-$?; stty -a",
            "q quit", "j", "sleep 300", "e", "What it works on fails. y/n", "n", "q quit", "e", "y/n", "y", "is killed.", "q");
        Assert.Contains("left-0", seen, StringComparison.Ordinal);
        // The other screen was left, with the cursor, and the terminal is as before.
        Assert.Contains("\u001b[?1049l", seen[seen.LastIndexOf("is killed.", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains(" icanon", seen, StringComparison.Ordinal);
        await ProcessTable.Until(static () => ProcessTable.WithArgument("300").Count == 0, Deadline.Long);
    }

    [FactNeeds("python3")]
    public async Task The_steps_of_the_guide_work_as_they_are_written()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "ActorBrowser.sln")))
            root = Path.GetDirectoryName(root)!;
        var steps = (await File.ReadAllTextAsync(Path.Combine(root, "docs", "dashboard.md"))).Split("```sh\n")[1].Split("```")[0].TrimEnd('\n').Split('\n');
        Assert.Equal(4, steps.Length);
        var lines = steps.Select(static step => step.Replace("./actorbrowser ", "AB ", StringComparison.Ordinal)).ToList();
        lines.Insert(1, $"until test -S {_runtime.FullName}/actorbrowser/serve.sock; do sleep 0.1; done");
        var seen = await TypingTerminal.RunAsync($"stty rows 30 cols 150; export XDG_RUNTIME_DIR={_runtime.FullName}\n{string.Join('\n', lines)}\nkill $!; wait $!; echo ended-$?", "sleep 60", "q");
        Assert.Contains("the task manager is at http://127.0.0.1:", seen, StringComparison.Ordinal);
        // The picture that is printed after the screen was left.
        Assert.Contains("sleep 60", seen[seen.LastIndexOf("\u001b[?1049l", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("ended-143", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_serve_is_on_this_machine_and_its_link_has_the_token()
    {
        var said = await ServeAsync("--dashboard");
        var link = new Uri(said.Split(' ')[^1]);
        Assert.Equal($"actorbrowser: the task manager is at http://127.0.0.1:{link.Port}/processes/{link.Fragment}", said);
        var port = link.Port.ToString("X4", null);
        Assert.Contains(File.ReadLines("/proc/net/tcp"), line => line.Contains($" 0100007F:{port} 00000000:0000 0A", StringComparison.Ordinal));
        Assert.DoesNotContain(File.ReadLines("/proc/net/tcp6"), line => line.Contains($":{port} ", StringComparison.Ordinal) && line.Contains(" 0A ", StringComparison.Ordinal));
        using var http = new HttpClient();
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri(link, "picture")).Soon()).StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", link.Fragment["#token=".Length..]);
        var picture = JsonDocument.Parse(await http.GetStringAsync(new Uri(link, "picture")).Soon()).RootElement;
        Assert.Equal(_server!.Id, picture.GetProperty("processes")[0].GetProperty("processId").GetInt32());
        // A viewer does not hold up the server's end.
        using var events = await http.GetAsync(new Uri(link, "events"), HttpCompletionOption.ResponseHeadersRead).Soon();
        Assert.Equal("text/event-stream", events.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        var (code, _, error) = await RunAsync("serve", $"--dashboard={port}");
        Assert.Equal(2, code);
        Assert.StartsWith($"actorbrowser: --dashboard: the port {port} cannot be used", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q", "Quit")]
    [InlineData("\u001b[A\u001b[B\u001bOA", "Up Down Up")]
    [InlineData("\u001b[5~\u001b[6~\u001b[1;5Cq", "PageUp PageDown Other Quit")]
    [InlineData("\u001b[", "Other")]
    [InlineData("\u001bq", "Other Quit")]
    [InlineData("jkPMx", "Down Up ByProcessor ByMemory Other")]
    public void Keys_are_read_also_when_several_come_at_once(string typed, string keys)
    {
        var read = new List<TopKey>();
        for (ReadOnlySpan<byte> rest = Encoding.ASCII.GetBytes(typed); !rest.IsEmpty;)
        {
            read.Add(TopKeys.First(rest, out var length));
            rest = rest[length..];
        }
        Assert.Equal(keys, string.Join(' ', read));
    }

    private static ProcessRow Row(long number, long parent, string role, double processor = 0, long memory = 1 << 20) => new(
        number, parent, (int)(1000 + number), role, $"name {number}", "ready", "native", 9, 10, "world: why", processor, memory, false, 0, 0, s_now.AddSeconds(-number), 0, ProcessOrder.End);

    private static Picture Of(params ProcessRow[] rows) => new(s_now, rows, [], [], 0, [], []);

    [Fact]
    public void A_parent_is_above_its_children_whatever_they_are_sorted_by()
    {
        var picture = Of(Row(0, -1, "browser"), Row(1, 0, "network", 1), Row(2, 0, "command-runner", 5), Row(-77, 2, "process", 99), Row(3, 0, "renderer", 3, 1 << 30));
        Assert.Equal([0, 1, 2, -77, 3], TopTable.Arrange(picture, TopOrder.Tree).Select(static one => one.Row.Number));
        Assert.Equal([0, 2, -77, 3, 1], TopTable.Arrange(picture, TopOrder.Processor).Select(static one => one.Row.Number));
        Assert.Equal([0, 3, 1, 2, -77], TopTable.Arrange(picture, TopOrder.Memory).Select(static one => one.Row.Number));
        Assert.Equal([0, 3, 2, -77, 1], TopTable.Arrange(picture, TopOrder.Uptime).Select(static one => one.Row.Number));
        Assert.Equal([0, 1, 1, 2, 1], TopTable.Arrange(picture, TopOrder.Tree).Select(static one => one.Level));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(20, 5)]
    [InlineData(1, 1)]
    [InlineData(500, 400)]
    public void The_screen_is_never_larger_than_the_terminal_and_shows_the_chosen_process(int columns, int height)
    {
        var view = new TopView(TopOrder.Tree);
        view.Show(Of([Row(0, -1, "browser"), .. Enumerable.Range(1, 200).Select(static number => Row(number, 0, "renderer"))]));
        for (var pressed = 0; pressed < 150; pressed++)
            Assert.True(view.Press(TopKey.Down).GoesOn);
        var lines = view.Draw(columns, height);
        Assert.InRange(lines.Count, 1, height);
        Assert.All(lines, line => Assert.InRange(line.Text.Length, 0, Math.Max(2, columns)));
        if (height > 4)
            Assert.StartsWith("   1150", Assert.Single(lines, static line => line.IsMarked).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_is_for_the_process_that_was_chosen_when_the_question_was_asked()
    {
        var view = new TopView(TopOrder.Tree);
        view.Show(Of(Row(0, -1, "browser"), Row(1, 0, "network"), Row(2, 0, "renderer")));
        view.Press(TopKey.Down);
        Assert.Null(view.Press(TopKey.End).Order);
        // Meanwhile it has gone, and another one is in its place.
        view.Show(Of(Row(0, -1, "browser"), Row(2, 0, "renderer")));
        Assert.Equal((1, ProcessOrder.End), view.Press(TopKey.Yes).Order);
        Assert.Null(view.Press(TopKey.Yes).Order);
        Assert.Null(view.Press(TopKey.End).Order);
        Assert.Null(view.Press(TopKey.Quit).Order);
        Assert.False(view.Press(TopKey.Quit).GoesOn);
    }
}
