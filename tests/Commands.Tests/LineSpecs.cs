using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>Runs with text as input, and output as lines.</summary>
public sealed class LineSpecs : CommandSpecs
{
    private CommandClient Commands => BrowserClient.For(Browser).Commands;

    [Fact]
    public async Task A_text_is_a_command_s_whole_input()
    {
        var text = string.Concat(Enumerable.Repeat("zeile ä 🙂\n", 200_000));
        var counted = await Commands.RunAsync(new Spawn(["wc", "-c"]), text).Soon();
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text), int.Parse(counted.Output.ToString(), null));
        Assert.Equal("a\nb\n", (await Commands.RunAsync(new Spawn(["sort"]), "b\na\n").Soon()).Output.ToString());
        Assert.Equal("", (await Commands.RunAsync(new Spawn(["cat"]), "").Soon()).Output.ToString());
        Assert.Equal(0, (await Commands.RunAsync(new Spawn(["true"]), text).Soon()).Exit!.ExitCode);
    }

    [Fact]
    public async Task A_text_beside_another_input_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Commands.RunAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe }, "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => Commands.RunAsync(new Spawn(["cat"]) { Output = CommandOutput.Terminal }, "x"));
        Assert.Equal(SpawnFailure.NotFound, (await Assert.ThrowsAsync<CommandRefusedException>(() => Commands.RunAsync(new Spawn(["no-such-program"]), "x").Soon())).Kind);
    }

    [Fact]
    public async Task Lines_come_whole_with_their_stream_and_then_the_exit()
    {
        CommandExit? exit = null;
        List<OutputLine> lines = [];
        await foreach (var line in Commands.LinesAsync(Spawn.Shell(@"printf 'one\r\n\ntw'; printf 'o\n\303'; printf '\244 last'; echo bad >&2; exit 3"), end => exit = end))
            lines.Add(line);
        Assert.Equal(["one", "", "two", "ä last"], lines.Where(static line => line.Stream == OutputStream.Output).Select(static line => line.Text));
        Assert.Equal(["bad"], lines.Where(static line => line.Stream == OutputStream.Error).Select(static line => line.Text));
        Assert.Equal(3, exit!.ExitCode);
    }

    [Fact]
    public async Task No_line_of_a_long_output_is_lost()
    {
        var next = 1;
        await foreach (var line in Commands.LinesAsync(new Spawn(["seq", "1", "400000"])))
            Assert.Equal(next++.ToString(System.Globalization.CultureInfo.InvariantCulture), line.Text);
        Assert.Equal(400_001, next);
    }

    [Fact]
    public async Task Leaving_the_lines_ends_the_command()
    {
        var length = Random.Shared.Next(100_000, 999_999).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var seen = false;
        await foreach (var line in Commands.LinesAsync(Spawn.Shell($"echo begun; exec sleep {length}")))
        {
            seen = line.Text == "begun";
            await ProcessTable.Until(() => ProcessTable.WithArgument(length).Count > 0, Deadline.Long);
            break;
        }
        Assert.True(seen);
        await ProcessTable.Until(() => ProcessTable.WithArgument(length).Count == 0, Deadline.Long);
    }

    [Fact]
    public async Task A_command_that_cannot_be_started_has_no_lines_but_a_reason()
    {
        var refused = await Assert.ThrowsAsync<CommandRefusedException>(async () =>
        {
            await foreach (var line in Commands.LinesAsync(new Spawn(["no-such-program"])))
                Assert.Fail(line.Text);
        });
        Assert.Equal(SpawnFailure.NotFound, refused.Kind);
        Sys.Stop(Browser);
        await Assert.ThrowsAsync<BrowserStoppedException>(async () =>
        {
            await foreach (var line in Commands.LinesAsync(new Spawn(["true"])))
                Assert.Fail(line.Text);
        });
    }
}
