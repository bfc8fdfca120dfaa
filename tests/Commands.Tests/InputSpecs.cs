using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

public sealed class InputSpecs() : CommandSpecs("actorbrowser.commands.max-queued-input = 2 MiB")
{
    private Task<Spawned> CatAsync() => SpawnAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe });

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public async Task Input_is_taken_in_order_and_acknowledged()
    {
        var cat = await CatAsync();
        cat.Session.Tell(new WriteInput(Bytes("one ")), TestActor);
        cat.Session.Tell(new WriteInput(Bytes("two")), TestActor);
        await FishForMessageAsync(static message => message is InputTaken { Taken: 7 }, Deadline.Long);
        cat.Session.Tell(CloseInput.Instance);
        Assert.Equal("one two", (await EndOfAsync(cat)).Output.ToString());
    }

    [Fact]
    public async Task Input_sent_again_at_its_offset_is_taken_once()
    {
        var cat = await CatAsync();
        cat.Session.Tell(new WriteInput(Bytes("hello")) { Offset = 0 });
        cat.Session.Tell(new WriteInput(Bytes("hello world")) { Offset = 0 });
        cat.Session.Tell(new WriteInput(Bytes("hello")) { Offset = 0 });
        cat.Session.Tell(CloseInput.Instance);
        Assert.Equal("hello world", (await EndOfAsync(cat)).Output.ToString());
    }

    [Fact]
    public async Task Input_after_the_close_is_refused()
    {
        var sleep = await SpawnAsync(new Spawn(["sleep", "1000"]) { Input = CommandInput.Pipe });
        sleep.Session.Tell(CloseInput.Instance);
        Assert.StartsWith("The command's input is closed", (await sleep.Session.Ask<InputRefused>(new WriteInput(Bytes("x")), Deadline.Long)).Message, StringComparison.Ordinal);
        await KillAsync(sleep, TimeSpan.Zero);
    }

    [Fact]
    public async Task A_gap_in_the_input_is_refused()
    {
        var cat = await CatAsync();
        Assert.Contains("gap", (await cat.Session.Ask<InputRefused>(new WriteInput(Bytes("x")) { Offset = 9 }, Deadline.Long)).Message, StringComparison.Ordinal);
        await KillAsync(cat, TimeSpan.Zero);
    }

    [Fact]
    public async Task A_command_that_never_reads_holds_up_only_its_own_writer()
    {
        var sleep = await SpawnAsync(new Spawn(["sleep", "1000"]) { Input = CommandInput.Pipe });
        sleep.Session.Tell(new WriteInput(new byte[2 << 20]), TestActor);
        var refused = await sleep.Session.Ask<InputRefused>(new WriteInput(new byte[1 << 20]), Deadline.Long);
        Assert.Contains("wait", refused.Message, StringComparison.Ordinal);
        Assert.Equal("fine\n", (await RunShellAsync("echo fine")).Output.ToString());
        Assert.Equal(CommandStatus.Killed, (await KillAsync(sleep)).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Memory_that_throws_is_refused_as_input_or_as_an_argument_and_harms_no_command(int readings)
    {
        var cat = await CatAsync();
        if (readings == 0)
            Assert.Contains("hostile", (await cat.Session.Ask<InputRefused>(new WriteInput(HostileMemory.Of(5)), Deadline.Long)).Message, StringComparison.Ordinal);
        else
            cat.Session.Tell(new WriteInput(HostileMemory.Of(5, readings)));
        Assert.Throws<InvalidOperationException>(static () => CommandText.FromBytes(HostileMemory.Of(5)));
        cat.Session.Tell(new WriteInput(Bytes("fine")));
        cat.Session.Tell(CloseInput.Instance);
        Assert.EndsWith("fine", (await EndOfAsync(cat)).Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_exits_before_it_reads_is_no_error()
    {
        for (var i = 0; i < 20; i++)
        {
            var command = await SpawnAsync(new Spawn(["true"]) { Input = CommandInput.Pipe });
            command.Session.Tell(new WriteInput(new byte[200_000]));
            Assert.Equal(0, (await EndOfAsync(command)).Exit!.ExitCode);
        }
        Assert.Equal("alive\n", (await RunShellAsync("echo alive")).Output.ToString());
    }

    [Fact]
    public async Task Large_input_comes_out_as_it_went_in()
    {
        var probe = CreateTestProbe();
        var command = await SpawnAsync(new Spawn(["sha256sum"]) { Input = CommandInput.Pipe });
        var data = new byte[1_900_000];
        new Random(3).NextBytes(data);
        command.Session.Tell(new WriteInput(data), probe);
        command.Session.Tell(CloseInput.Instance);
        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data));
        Assert.StartsWith(expected, (await EndOfAsync(command)).Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_descriptor_of_ones_own_can_be_the_input()
    {
        var (read, write) = UnixPipe.CreateForWriting();
        UnixPipe.Write(write, "through a descriptor"u8);
        write.Dispose();
        var snapshot = await RunAsync(new Spawn(["cat"]) { Input = CommandInput.Descriptor, InputDescriptor = read });
        Assert.Equal("through a descriptor", snapshot.Output.ToString());
    }

    [Fact]
    public async Task A_terminal_or_a_folder_is_refused_as_input()
    {
        var master = PseudoTerminal.Open(80, 24, out _);
        var folder = PathProbe.OpenFolder("/"u8, out _);
        foreach (var (descriptor, kind) in new[] { (master, "terminal"), (folder, "folder") })
        {
            var refused = await RefusedAsync(new Spawn(["true"]) { Input = CommandInput.Descriptor, InputDescriptor = descriptor });
            Assert.Equal(SpawnFailure.InvalidRequest, refused.Kind);
            Assert.Contains($"InputDescriptor is a {kind}", refused.Message, StringComparison.Ordinal);
            await ProcessTable.Until(() => descriptor.IsClosed, Deadline.Long);
        }
    }
}
