using System.Text;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

public sealed class OutputSpecs() : CommandSpecs("""
    actorbrowser.commands.retained-head = 1 KiB
    actorbrowser.commands.retained-tail = 64 KiB
    actorbrowser.commands.window = 32 KiB
    """)
{
    private async Task<(byte[] Output, byte[] Error, long Gaps, CommandClosed Closed)> ReadAsync(TestProbe probe)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var gaps = 0L;
        long position = -1;
        while (true)
        {
            switch (await probe.ReceiveOneAsync(Deadline.Long))
            {
                case OutputChunk chunk:
                    Assert.True(position < 0 || chunk.Position == position, $"{chunk.Position} after {position}");
                    position = chunk.Position + chunk.Data.Length;
                    (chunk.Stream == OutputStream.Output ? output : error).Write(chunk.Data.Span);
                    probe.LastSender.Tell(new GrantOutput(chunk.Data.Length), probe);
                    break;
                case OutputGap gap:
                    gaps += gap.Bytes;
                    position = gap.Position + gap.Bytes;
                    break;
                case CommandClosed closed:
                    return (output.ToArray(), error.ToArray(), gaps, closed);
                case null:
                    throw new TimeoutException("No output, and no end.");
                default:
                    break;
            }
        }
    }

    [Fact]
    public async Task Binary_output_arrives_byte_for_byte()
    {
        var probe = CreateTestProbe();
        var expected = RandomBytes(300_000);
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, expected);
        await SpawnAsync(new Spawn(["cat", file]) { Read = [file], Subscription = new Subscribe(probe) { Credit = 10_000 } });
        var (output, _, gaps, closed) = await ReadAsync(probe);
        File.Delete(file);
        Assert.Equal((0, expected.LongLength), (gaps, closed.OutputBytes));
        Assert.Equal(expected, output);
    }

    [Fact]
    public async Task Order_across_streams_is_the_order_of_writing_when_merged()
    {
        var snapshot = await RunAsync(Spawn.Shell("for i in 1 2 3; do echo o$i; echo e$i >&2; done") with { Output = CommandOutput.Merged });
        Assert.Equal("o1\ne1\no2\ne2\no3\ne3\n", snapshot.Output.ToString());
    }

    [Fact]
    public async Task Text_is_put_together_across_pieces()
    {
        var probe = CreateTestProbe();
        await SpawnAsync(Spawn.Shell(@"printf '\303'; sleep 0.2; printf '\244\360\237'; sleep 0.2; printf '\230\200 \377'") with { Subscription = new Subscribe(probe) { Text = true } });
        var text = new StringBuilder();
        while (await probe.ReceiveOneAsync(Deadline.Long) is not CommandClosed and var message)
            text.Append((message as OutputText)?.Text);
        Assert.Equal("ä😀 \uFFFD", text.ToString());
    }

    [Fact]
    public async Task What_is_not_kept_is_a_gap_of_its_exact_size()
    {
        var snapshot = await RunShellAsync("head -c 1000000 /dev/zero");
        Assert.Equal(1_000_000, snapshot.Position);
        Assert.Equal(1024, snapshot.Output.Head.Length);
        Assert.Equal(1_000_000, snapshot.Output.Head.Length + snapshot.Output.Gap + snapshot.Output.Tail.Length);
        Assert.InRange(snapshot.Output.Tail.Length, 64 << 10, 192 << 10);
        var late = CreateTestProbe();
        Browser.Tell(new SubscribeTo(snapshot.Handle, new Subscribe(late) { Credit = 3000 }));
        var (output, _, gaps, _) = await ReadAsync(late);
        Assert.Equal((snapshot.Output.Gap, 1_000_000 - snapshot.Output.Gap), (gaps, output.LongLength));
    }

    [Fact]
    public async Task A_subscriber_that_comes_again_goes_on_from_its_offset()
    {
        var snapshot = await RunShellAsync("echo 0123456789");
        var probe = CreateTestProbe();
        Browser.Tell(new SubscribeTo(snapshot.Handle, new Subscribe(probe) { From = 4 }));
        var (output, _, _, _) = await ReadAsync(probe);
        Assert.Equal("456789\n", Encoding.UTF8.GetString(output));
    }

    [Fact]
    public async Task Yes_into_a_slow_reader_waits_and_starves_nobody()
    {
        var slow = CreateTestProbe();
        var yes = await SpawnAsync(new Spawn(["yes"]) { Subscription = new Subscribe(slow) { Credit = 1000 } });
        Assert.Equal(1000, (await slow.ExpectMsgAsync<OutputChunk>(Deadline.Long)).Data.Length);
        for (var i = 0; i < 5; i++)
            Assert.Equal("other\n", (await RunShellAsync("echo other")).Output.ToString());
        var snapshot = await yes.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long);
        // At most one and a half windows; the scheduler determines how much the first reads return.
        Assert.InRange(snapshot.Position, 1000, 48 << 10);
        slow.Send(yes.Session, new GrantOutput(500));
        for (var more = 0; more < 500;)
            more += (await slow.ExpectMsgAsync<OutputChunk>(Deadline.Long)).Data.Length;
        await slow.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        await KillAsync(yes, TimeSpan.Zero);
    }

    [Fact]
    public async Task A_spill_file_keeps_everything()
    {
        var file = Path.GetTempFileName();
        var snapshot = await RunAsync(Spawn.Shell("head -c 500000 /dev/zero; echo end") with { SpillFile = file });
        Assert.Equal(500_004, snapshot.Position);
        Assert.Equal(500_004, new FileInfo(file).Length);
        File.Delete(file);
    }

    [Fact]
    public async Task A_file_that_is_written_slowly_holds_nothing_up_but_its_own_command()
    {
        // A named pipe without a reader is the slowest of files: it cannot even be opened.
        var file = Path.Combine(Environment.CurrentDirectory, $"spill-{Guid.NewGuid():N}");
        Assert.Equal(0, (await RunAsync(new Spawn(["mkfifo", file]))).Exit!.ExitCode);
        var probe = CreateTestProbe();
        var slow = await SpawnAsync(Spawn.Shell("head -c 3000000 /dev/zero") with { SpillFile = file, Subscription = new Subscribe(probe) });
        Assert.Equal("hello\n", (await RunAsync(new Spawn(["echo", "hello"]))).Output.ToString());
        Assert.Equal(CommandStatus.Running, (await Browser.Ask<CommandSnapshot>(new Poll(slow.Handle), Deadline.Long)).Status);
        var reader = await RunAsync(Spawn.Shell($"wc -c < '{file}'"));
        Assert.Equal("3000000\n", reader.Output.ToString());
        var closed = (CommandClosed)await probe.FishForMessageAsync(static message => message is CommandClosed, Deadline.Long);
        Assert.Equal((0, 3_000_000), (closed.Exit.ExitCode, closed.OutputBytes));
        File.Delete(file);
    }

    [Fact]
    public async Task A_full_disk_costs_the_file_and_not_the_command()
    {
        var probe = CreateTestProbe();
        await SpawnAsync(Spawn.Shell("echo hello") with { SpillFile = "/dev/full", Subscription = new Subscribe(probe) });
        await probe.FishForMessageAsync(static message => message is SpillFailed, Deadline.Long);
        var closed = (CommandClosed)await probe.FishForMessageAsync(static message => message is CommandClosed, Deadline.Long);
        Assert.Equal((0, 6), (closed.Exit.ExitCode, closed.OutputBytes));
    }

    [Fact]
    public async Task The_exit_comes_once_and_the_close_comes_last()
    {
        var probe = CreateTestProbe();
        await SpawnAsync(Spawn.Shell("head -c 200000 /dev/zero; exit 3") with { Subscription = new Subscribe(probe) { Credit = 1000 } });
        var exits = 0;
        var bytes = 0L;
        while (true)
        {
            var message = await probe.ReceiveOneAsync(Deadline.Long);
            if (message is OutputChunk chunk)
            {
                bytes += chunk.Data.Length;
                probe.LastSender.Tell(new GrantOutput(chunk.Data.Length), probe);
            }
            exits += message is CommandExited ? 1 : 0;
            if (message is CommandClosed closed)
            {
                Assert.Equal((3, 200_000, 200_000, 1), (closed.Exit.ExitCode, closed.OutputBytes, bytes, exits));
                break;
            }
        }
        await probe.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task A_command_that_closes_its_output_lives_on()
    {
        var command = await ShellAsync("exec >&- 2>&-; sleep 0.5; exit 4");
        Assert.Equal(4, (await EndOfAsync(command)).Exit!.ExitCode);
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
