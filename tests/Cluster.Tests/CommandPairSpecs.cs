using System.Collections;
using System.Text;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>Commands asked on one node and run by another: both halves against each other, as a local command behaves.</summary>
public sealed class CommandPairSpecs(CommandNodes nodes) : IClassFixture<CommandNodes>
{
    private const int Part = 64 << 10;

    private const int Feed = CommandNodes.Window / 4;

    private static int[] Sizes => [0, 1, Part - 1, Part, Part + 1, CommandNodes.Window - 1, CommandNodes.Window, CommandNodes.Window + 1, Part * 100];

    private CommandClient Commands => nodes.Front.Client.Commands;

    [Fact]
    public async Task A_command_runs_elsewhere_and_its_end_and_its_output_come_back()
    {
        var snapshot = await Commands.RunAsync("sh", ["-c", "echo out; echo err >&2; exit 7"], default).Soon();
        Assert.Equal((7, "out\n", "err\n"), (snapshot.Exit!.ExitCode, snapshot.Output.ToString(), snapshot.Error.ToString()));
        Assert.Matches("^cmd-[0-9a-f]+-[0-9]+@[0-9a-f]+$", snapshot.Handle);
        Assert.Equal(SpawnFailure.NotFound, (await Assert.ThrowsAsync<CommandRefusedException>(() => Commands.RunAsync("no-such-program").Soon())).Kind);
    }

    [Fact]
    public async Task A_command_without_a_folder_neither_sees_nor_changes_the_folder_of_the_node_s_program()
    {
        var own = Environment.CurrentDirectory;
        var name = $"made-{Guid.NewGuid():N}";
        var snapshot = await Commands.RunAsync("sh", ["-c", $"pwd; ls -A | head -1; echo x >{name} && cat {name}; ls {own} | head -1; echo x >{own}/{name}"], default).Soon();
        Assert.Equal($"{Path.GetTempPath().TrimEnd('/')}\nx\n", snapshot.Output.ToString());
        Assert.NotEqual(0, snapshot.Exit!.ExitCode);
        Assert.False(File.Exists(Path.Combine(own, name)));
        Assert.False(File.Exists(Path.Combine(Path.GetTempPath(), name)));
    }

    [Fact]
    public async Task Output_arrives_whole_at_each_size()
    {
        foreach (var size in Sizes)
        {
            var expected = Bytes(size);
            using var taken = new MemoryStream();
            await foreach (var happened in Commands.RunEventsAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe }, default).WithCancellation(Late()))
            {
                switch (happened)
                {
                    case Spawned spawned:
                        // No node keeps more input than is allowed, so a long one is written in pieces.
                        _ = WriteAsync(spawned.Session, expected);
                        break;
                    case OutputChunk chunk:
                        Assert.Equal(taken.Length, chunk.Position);
                        taken.Write(chunk.Data.Span);
                        break;
                    case CommandClosed closed:
                        Assert.Equal((0, (long)size), (closed.Exit.ExitCode, closed.OutputBytes));
                        break;
                }
            }
            Assert.Equal(expected, taken.ToArray());
        }
    }

    [Fact]
    public async Task A_subscriber_gets_what_it_allows_and_another_one_is_not_held_up()
    {
        var slow = new Probe(nodes.Front.System);
        var quick = new Probe(nodes.Front.System);
        var spawn = new Spawn(["sh", "-c", $"head -c {Feed * 3} /dev/zero; echo end >&2"]) { Subscription = new Subscribe(slow.Ref) { Credit = 10 } };
        var spawned = await nodes.Front.Cluster.Ask<Spawned>(spawn, Deadline.Long);
        spawned.Session.Tell(new Subscribe(quick.Ref), quick.Ref);
        // The command waits for the slow one, which has had its 10 bytes; the quick one is one window ahead of it at most.
        Assert.Equal(10, (await slow.NextAsync<OutputChunk>()).Data.Length);
        spawned.Session.Tell(new GrantOutput(5), slow.Ref);
        Assert.Equal(5, (await slow.NextAsync<OutputChunk>()).Data.Length);
        spawned.Session.Tell(new GrantOutput(long.MaxValue), slow.Ref);
        var slowest = await slow.OutputAsync();
        var quickest = await quick.OutputAsync();
        Assert.Equal((Feed * 3) + 4 - 15, slowest.Length);
        Assert.Equal((Feed * 3) + 4, quickest.Length);
        await slow.NothingAsync();
    }

    [Fact]
    public async Task Without_credit_no_output_comes_and_a_subscriber_that_leaves_lets_the_command_go_on()
    {
        var stuck = new Probe(nodes.Front.System);
        var spawned = await nodes.Front.Cluster.Ask<Spawned>(new Spawn(["head", "-c", "5000000", "/dev/zero"]) { Subscription = new Subscribe(stuck.Ref) { Credit = 0 } }, Deadline.Long);
        await stuck.NothingAsync();
        stuck.Stop();
        Assert.Equal(0, (await nodes.Front.Cluster.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot.Exit!.ExitCode);
    }

    [Fact]
    public async Task Text_is_decoded_across_pieces_and_a_gap_is_told()
    {
        var probe = new Probe(nodes.Front.System);
        await nodes.Front.Cluster.Ask<Spawned>(new Spawn(["sh", "-c", "printf '\\303\\244\\303\\266\\303'"]) { Subscription = new Subscribe(probe.Ref) { Text = true, Credit = 1 } }, Deadline.Long);
        var text = new StringBuilder();
        for (var i = 0; i < 5; i++)
        {
            var piece = await probe.NextAsync<OutputText>();
            text.Append(piece.Text);
            probe.LastSender.Tell(new GrantOutput(1), probe.Ref);
        }
        text.Append((await probe.NextAsync<OutputText>()).Text);
        Assert.Equal("äö\uFFFD", text.ToString());
        Assert.Equal(5, (await probe.NextAsync<CommandClosed>()).OutputBytes);
    }

    [Fact]
    public async Task Any_node_reaches_a_command_by_its_handle()
    {
        var spawned = await Commands.StartAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe }).Soon();
        var other = nodes.Other.Cluster;
        Assert.Equal((CommandStatus.Running, spawned.Handle), await StateAsync(other, spawned.Handle));
        Assert.True((await other.Ask<Waited>(new Wait(spawned.Handle, TimeSpan.FromMilliseconds(1)), Deadline.Long)).TimedOut);
        var listed = Assert.Single((await other.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries, entry => entry.Handle == spawned.Handle);
        Assert.False(listed.IsOver);
        Assert.Equal(spawned.Handle, (await listed.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long)).Handle);

        var probe = new Probe(nodes.Other.System);
        other.Tell(new SubscribeTo(spawned.Handle, new Subscribe(probe.Ref)), probe.Ref);
        Assert.Equal(6, (await listed.Session.Ask<InputTaken>(new WriteInput("hello\n"u8.ToArray()), Deadline.Long)).Taken);
        Assert.Equal("hello\n", Encoding.UTF8.GetString((await probe.NextAsync<OutputChunk>()).Data.Span));
        listed.Session.Tell(CloseInput.Instance, ActorRefs.NoSender);
        Assert.Equal(0, (await probe.NextAsync<CommandClosed>()).Exit.ExitCode);
        await probe.NothingAsync();

        // Its node retains the output, for all of them.
        foreach (var node in new[] { other, nodes.Front.Cluster, nodes.Browser.Cluster })
        {
            Assert.Equal("hello\n", (await node.Ask<CommandSnapshot>(new Poll(spawned.Handle), Deadline.Long)).Output.ToString());
            var late = new Probe(node.Equals(other) ? nodes.Other.System : node.Equals(nodes.Front.Cluster) ? nodes.Front.System : nodes.Browser.System);
            node.Tell(new SubscribeTo(spawned.Handle, new Subscribe(late.Ref) { Credit = 1 }), late.Ref);
            Assert.Equal(1, (await late.NextAsync<OutputChunk>()).Data.Length);
            late.LastSender.Tell(new GrantOutput(100), late.Ref);
            Assert.Equal("ello\n", Encoding.UTF8.GetString(await late.OutputAsync()));
        }
        // As a local session that has stopped.
        Assert.Equal(CommandStatus.Exited, (await spawned.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long)).Status);
        Assert.Equal("The command has ended.", (await spawned.Session.Ask<InputRefused>(new WriteInput("x"u8.ToArray()), Deadline.Long)).Message);

        Assert.True((await other.Ask<Released>(new Release(spawned.Handle), Deadline.Long)).Found);
        Assert.False((await nodes.Front.Cluster.Ask<Released>(new Release(spawned.Handle), Deadline.Long)).Found);
        Assert.Equal(spawned.Handle, (await other.Ask<UnknownHandle>(new Poll(spawned.Handle), Deadline.Long)).Handle);
        var refused = new Probe(nodes.Other.System);
        var asker = new Probe(nodes.Other.System);
        other.Tell(new SubscribeTo(spawned.Handle, new Subscribe(refused.Ref)), asker.Ref);
        Assert.Equal(spawned.Handle, (await asker.NextAsync<UnknownHandle>()).Handle);
        await refused.NothingAsync();
    }

    [Fact]
    public async Task A_handle_that_names_no_node_or_one_that_is_gone_is_answered_at_once()
    {
        Assert.Equal("cmd-1-1", (await nodes.Front.Cluster.Ask<UnknownHandle>(new Poll("cmd-1-1"), Deadline.Long)).Handle);
        Assert.False((await nodes.Front.Cluster.Ask<Released>(new Release("@x"), Deadline.Long)).Found);
        var lost = await Assert.ThrowsAsync<Cluster.NodeLostException>(() => nodes.Front.Cluster.Ask<CommandSnapshot>(new Poll("cmd-1-1@abcdef"), Deadline.Long));
        Assert.Contains("cmd-1-1@abcdef", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_of_a_browser_node_s_own_program_is_none_of_the_cluster_s()
    {
        var browser = await nodes.Browser.System.ActorSelection("/user/browser").ResolveOne(Deadline.Long);
        var own = await browser.Ask<Spawned>(new Spawn(["sleep", "100"]), Deadline.Long);
        var some = await Commands.StartAsync(new Spawn(["sleep", "100"])).Soon();
        var handle = own.Handle + some.Handle[some.Handle.IndexOf('@')..];
        foreach (var node in new[] { nodes.Front.Cluster, nodes.Browser.Cluster })
        {
            Assert.DoesNotContain((await node.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries, entry => entry.Handle == handle);
            Assert.Equal(handle, (await node.Ask<UnknownHandle>(new Poll(handle), Deadline.Long)).Handle);
            Assert.Equal(handle, (await node.Ask<UnknownHandle>(new KillCommand(handle), Deadline.Long)).Handle);
            Assert.False((await node.Ask<Released>(new Release(handle), Deadline.Long)).Found);
        }
        Assert.Equal(CommandStatus.Running, (await browser.Ask<CommandSnapshot>(new Poll(own.Handle), Deadline.Long)).Status);
        Assert.True((await browser.Ask<Released>(new Release(own.Handle), Deadline.Long)).Found);
        Assert.True((await nodes.Front.Cluster.Ask<Released>(new Release(some.Handle), Deadline.Long)).Found);
    }

    [Fact]
    public async Task Many_actors_may_ask_about_a_command_one_after_another()
    {
        var running = await Commands.StartAsync(new Spawn(["sleep", "100"])).Soon();
        // More than a node gives numbers to, if those that have their answer were not forgotten.
        for (var batch = 0; batch < 5; batch++)
        {
            var probes = Enumerable.Range(0, 1000).Select(_ => new Probe(nodes.Front.System)).ToArray();
            foreach (var probe in probes)
                running.Session.Tell(GetSnapshot.Instance, probe.Ref);
            foreach (var probe in probes)
                Assert.Equal(CommandStatus.Running, ((CommandSnapshot)await probe.NextAsync()).Status);
        }
        Assert.Equal(ExitCause.Kill, (await nodes.Front.Cluster.Ask<CommandSnapshot>(new KillCommand(running.Handle), Deadline.Long)).Exit!.Cause);
    }

    [Fact]
    public async Task A_session_takes_signals_kills_and_sizes()
    {
        var terminal = await Commands.StartAsync(new Spawn(["sh", "-c", "stty size; while [ \"$(stty size)\" != '41 101' ]; do sleep 0.02; done; read line; echo got $line"]) { Output = CommandOutput.Terminal, Columns = 90, Rows = 30 }).Soon();
        var probe = new Probe(nodes.Front.System);
        terminal.Session.Tell(new Subscribe(probe.Ref), probe.Ref);
        Assert.Contains("30 90", Encoding.UTF8.GetString((await probe.NextAsync<OutputChunk>()).Data.Span), StringComparison.Ordinal);
        terminal.Session.Tell(new ResizeTerminal(101, 41), probe.Ref);
        terminal.Session.Tell(new WriteInput("it\n"u8.ToArray()), probe.Ref);
        Assert.Contains("got it", Encoding.UTF8.GetString(await probe.OutputAsync()), StringComparison.Ordinal);

        var signalled = await Commands.StartAsync(new Spawn(["sleep", "100"])).Soon();
        signalled.Session.Tell(new CommandProtocol.SendSignal(10), ActorRefs.NoSender);
        Assert.Equal(10, (await nodes.Front.Cluster.Ask<Waited>(new Wait(signalled.Handle), Deadline.Long)).Snapshot.Exit!.Signal);

        var killed = await Commands.StartAsync(new Spawn(["sleep", "100"])).Soon();
        Assert.Equal(ExitCause.Kill, (await nodes.Other.Cluster.Ask<CommandSnapshot>(new KillCommand(killed.Handle), Deadline.Long)).Exit!.Cause);
    }

    [Fact]
    public async Task What_stays_on_its_node_and_what_the_policy_forbids_is_refused_by_name()
    {
        var (read, write) = Interop.UnixPipe.Create();
        write.Dispose();
        var descriptor = await RefusedAsync(new Spawn(["cat"]) { Input = CommandInput.Descriptor, InputDescriptor = read });
        Assert.Equal(SpawnFailure.InvalidRequest, descriptor.Kind);
        Assert.Contains("WriteInput", descriptor.Message, StringComparison.Ordinal);
        Assert.True(read.IsClosed);

        var secret = await RefusedAsync(new Spawn(["true"]) { Secrets = [new CommandSecret("TOKEN", "12345678", "example.org")], Egress = ["example.org"] });
        Assert.Equal(SpawnFailure.Denied, secret.Kind);
        Assert.Contains("TLS", secret.Message, StringComparison.Ordinal);

        foreach (var (key, spawn) in new (string, Spawn)[]
        {
            ("profiles", new Spawn(["true"]) { Profile = "workspace" }), ("read", new Spawn(["true"]) { Read = ["/srv"] }), ("egress", new Spawn(["true"]) { Egress = ["example.org"] }),
            ("spill-file", new Spawn(["true"]) { SpillFile = "/tmp/spill" }), ("scratch", new Spawn(["true"]) { Scratch = "s" }),
        })
        {
            var refused = await RefusedAsync(spawn);
            Assert.Equal(SpawnFailure.Denied, refused.Kind);
            Assert.Contains($"actorbrowser.cluster.policy.command.{key}", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal(SpawnFailure.InvalidRequest, (await RefusedAsync(new Spawn([]))).Kind);
    }

    [Fact]
    public async Task A_list_of_the_requester_that_throws_refuses_the_command()
    {
        var refused = await RefusedAsync(new Spawn(["true"]) { Egress = new Throwing() });
        Assert.Equal(SpawnFailure.InvalidRequest, refused.Kind);
    }

    private Task<SpawnRefused> RefusedAsync(Spawn spawn) => nodes.Front.Cluster.Ask<SpawnRefused>(spawn, Deadline.Long);

    private static async Task<(CommandStatus, string)> StateAsync(IActorRef node, string handle)
    {
        var snapshot = await node.Ask<CommandSnapshot>(new Poll(handle), Deadline.Long);
        return (snapshot.Status, snapshot.Handle);
    }

    private static async Task WriteAsync(IActorRef session, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += Part + 1)
        {
            var piece = bytes.AsMemory(at, Math.Min(Part + 1, bytes.Length - at));
            await session.Ask<InputTaken>(new WriteInput(piece), Deadline.Long);
        }
        session.Tell(CloseInput.Instance, ActorRefs.NoSender);
    }

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static CancellationToken Late() => new CancellationTokenSource(Deadline.Long).Token;

    private sealed class Throwing : IReadOnlyList<string>
    {
        public int Count => 1;

        public string this[int index] => throw new IOException("no list");

        public IEnumerator<string> GetEnumerator() => throw new IOException("no list");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
