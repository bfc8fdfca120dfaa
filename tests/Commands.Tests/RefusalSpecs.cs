using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>An invalid message is refused to its sender, and an actor that stops tells everyone who waits for it.</summary>
public sealed class RefusalSpecs() : CommandSpecs("actorbrowser.commands.capacity = 4")
{
    private static readonly string[] Texts = ["", "no", "\0", new string('x', 100_000)];
    private static readonly TimeSpan?[] Times = [null, TimeSpan.Zero, TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.FromTicks(-1), TimeSpan.FromDays(25), TimeSpan.FromSeconds(1)];
    private static readonly long[] Numbers = [0, 1, -1, long.MinValue, long.MaxValue, int.MaxValue];

    [Fact]
    public async Task Wrong_messages_by_the_thousand_disturb_no_command()
    {
        var random = new Random(20261128);
        var cat = await SpawnAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe });
        var hostile = CreateTestProbe();
        for (var i = 0; i < 5_000; i++)
        {
            Browser.Tell(Hostile(random, hostile), hostile);
            cat.Session.Tell(ToSession(random, hostile), hostile);
        }
        var echoed = CreateTestProbe();
        cat.Session.Tell(new Subscribe(echoed) { Text = true });
        cat.Session.Tell(new WriteInput("still here\n"u8.ToArray()), echoed);
        await echoed.FishForMessageAsync(static message => message is OutputText { Text: "still here\n" }, Deadline.Long);
        cat.Session.Tell(CloseInput.Instance);
        var end = await EndOfAsync(cat);
        Assert.Equal((0, ExitCause.Itself, "still here\n"), (end.Exit!.ExitCode, end.Exit.Cause, end.Output.ToString()));
        Assert.Equal("fine\n", (await RunShellAsync("echo fine")).Output.ToString());
    }

    [Fact]
    public async Task Each_wrong_message_is_answered()
    {
        var cat = await SpawnAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe });
        foreach (var wrong in new IRegistryCommand[]
        {
            new Poll(null!), new Wait(null!), new Wait(cat.Handle, TimeSpan.MaxValue), new Wait(cat.Handle, TimeSpan.FromTicks(-1)), new KillCommand(null!),
            new KillCommand(cat.Handle, TimeSpan.MinValue), new Release(null!), new SubscribeTo(null!, new Subscribe(TestActor)), new SubscribeTo(cat.Handle, null!),
            new SubscribeTo(cat.Handle, new Subscribe(null!)), new SubscribeTo(cat.Handle, new Subscribe(TestActor) { From = -1 }),
        })
        {
            var refused = await Assert.ThrowsAsync<InvalidMessageException>(() => Browser.Ask<IEvent>(wrong, Deadline.Long));
            Assert.Equal(wrong.GetType().Name, refused.MessageType);
        }
        foreach (var wrong in new ICommand[]
        {
            new Subscribe(null!), new Subscribe(TestActor) { Credit = -1 }, new Unsubscribe(null!), new GrantOutput(-1), new CommandProtocol.SendSignal(0), new CommandProtocol.SendSignal(65),
            new ResizeTerminal(0, 1), new ResizeTerminal(1, 65536), new CommandProtocol.Terminate(TimeSpan.MaxValue), new Wait(cat.Handle, TimeSpan.MaxValue),
        })
        {
            await Assert.ThrowsAsync<InvalidMessageException>(() => cat.Session.Ask<IEvent>(wrong, Deadline.Long));
        }
        foreach (var wrong in new[]
        {
            new Spawn(null!), new Spawn([]), new Spawn([default]), new Spawn(["a\0"]), new Spawn(["true"]) { Folder = "" }, new Spawn(["true"]) { Input = (CommandInput)9 },
            new Spawn(["true"]) { Output = (CommandOutput)(-1) }, new Spawn(["true"]) { TotalTimeout = TimeSpan.MaxValue }, new Spawn(["true"]) { Grace = TimeSpan.MinValue },
            new Spawn(["true"]) { Subscription = new Subscribe(null!) }, new Spawn(["true"]) { Environment = CommandEnvironment.Default with { Variables = null! } },
            new Spawn(["true"]) { Environment = CommandEnvironment.AllowList(null!, "A") }, new Spawn(["true"]) { SpillFile = "\0" }, new Spawn(["true"]) { Profile = "none" },
            new Spawn(["true"]) { Columns = 0 }, new Spawn(["true"]) { Limits = new CommandLimits(-1, 0, 0, 0, 0, 0) },
        })
        {
            Assert.Equal(SpawnFailure.InvalidRequest, (await RefusedAsync(wrong)).Kind);
        }
        Assert.Equal("", (await RunAsync(new Spawn(["printf", "%s", ""]))).Output.ToString());
        await KillAsync(cat, TimeSpan.Zero);
    }

    [Fact]
    public async Task A_session_that_is_stopped_answers_each_who_waits_once()
    {
        var probe = CreateTestProbe();
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]) { Subscription = new Subscribe(probe) });
        var waiting = Browser.Ask<Waited>(new Wait(command.Handle), Deadline.Long);
        var killing = command.Session.Ask<CommandSnapshot>(new KillCommand(command.Handle, TimeSpan.FromDays(1)), Deadline.Long);
        // This passes through the same actors as the questions: the session has both before it is stopped.
        await Browser.Ask<Handles>(ListHandles.Instance, Deadline.Long);
        await command.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long);
        Sys.Stop(command.Session);
        Assert.Equal((CommandStatus.Killed, false), ((await waiting).Snapshot.Status, (await waiting).TimedOut));
        Assert.Equal(CommandStatus.Killed, (await killing).Status);
        await probe.ExpectMsgAsync<CommandExited>(Deadline.Long);
        await probe.ExpectMsgAsync<CommandClosed>(Deadline.Long);
        await ProcessTable.Until(() => !ProcessTable.IsRunning(command.ProcessId), Deadline.Long);
    }

    [Fact]
    public async Task A_registry_that_is_restarted_answers_each_who_waits_and_goes_on()
    {
        var commands = new List<Spawned>();
        for (var i = 0; i < 3; i++)
            commands.Add(await SpawnAsync(new Spawn(["sleep", "1000"])));
        var children = await Browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        var waiting = commands.ConvertAll(command => Browser.Ask<Waited>(new Wait(command.Handle), Deadline.Long));
        var releasing = Browser.Ask<Released>(new Release(commands[0].Handle), Deadline.Long);
        // This passes through the same actor as the questions: they have arrived before it answers.
        await Browser.Ask<Handles>(ListHandles.Instance, Deadline.Long);
        children.Commands.Tell(Kill.Instance);
        foreach (var waited in await Task.WhenAll(waiting))
            Assert.Equal(CommandStatus.Killed, waited.Snapshot.Status);
        Assert.True((await releasing).Found);
        Assert.Equal("again\n", (await RunShellAsync("echo again")).Output.ToString());
        foreach (var command in commands)
            await ProcessTable.Until(() => !ProcessTable.IsRunning(command.ProcessId), Deadline.Long);
    }

    [Fact]
    public async Task A_hundred_awaited_commands_at_once_all_end_by_themselves()
    {
        var client = BrowserClient.For(Browser).Commands;
        var all = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.RunAsync("sh", "-c", $"echo {i}; exit {i % 7}")));
        for (var i = 0; i < all.Length; i++)
            Assert.Equal((i % 7, ExitCause.Itself, $"{i}\n"), (all[i].Exit!.ExitCode, all[i].Exit!.Cause, all[i].Output.ToString()));
        Assert.Empty((await Browser.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries);
    }

    private static IRegistryCommand Hostile(Random random, IActorRef sender)
    {
        var text = random.Next(3) == 0 ? null! : Texts[random.Next(Texts.Length)];
        return random.Next(6) switch
        {
            0 => new Poll(text),
            1 => new Wait(text, Any(random, Times)),
            2 => new KillCommand(text, Any(random, Times)),
            3 => new Release(text),
            4 => new SubscribeTo(text, random.Next(2) == 0 ? null! : AnySubscription(random, sender)),
            _ => new Spawn(random.Next(3) switch { 0 => null!, 1 => [], _ => [default, text ?? ""] })
            {
                Input = (CommandInput)random.Next(-2, 6),
                Output = (CommandOutput)random.Next(-2, 6),
                TotalTimeout = Any(random, Times),
                Grace = Any(random, Times),
                Columns = (int)Any(random, Numbers),
                Rows = (int)Any(random, Numbers),
                Subscription = random.Next(2) == 0 ? null : AnySubscription(random, sender),
                Limits = new CommandLimits(Any(random, Numbers), Any(random, Numbers), Any(random, Numbers), 0, 0, Any(random, Numbers)),
                SpillFile = random.Next(2) == 0 ? null : "\0",
            },
        };
    }

    // Random messages, except valid ones that end the command or write to it.
    private static ICommand ToSession(Random random, IActorRef sender) => random.Next(7) switch
    {
        0 => AnySubscription(random, sender),
        1 => new Unsubscribe(random.Next(2) == 0 ? null! : ActorRefs.Nobody),
        2 => new GrantOutput(Any(random, Numbers)),
        3 => new CommandProtocol.SendSignal(random.Next(2) == 0 ? random.Next(-100, 1) : random.Next(65, int.MaxValue)),
        4 => new ResizeTerminal((int)Any(random, Numbers), -1),
        5 => new CommandProtocol.Terminate(TimeSpan.FromTicks(-random.Next(1, 1000))),
        _ => new WriteInput(new byte[3]) { Offset = random.Next(2) == 0 ? long.MinValue : long.MaxValue },
    };

    private static Subscribe AnySubscription(Random random, IActorRef sender) =>
        new(random.Next(3) switch { 0 => null!, 1 => ActorRefs.Nobody, _ => sender }) { From = Any(random, Numbers), Credit = random.Next(2) == 0 ? null : Any(random, Numbers), Text = random.Next(2) == 0 };

    private static T Any<T>(Random random, T[] values) => values[random.Next(values.Length)];
}
