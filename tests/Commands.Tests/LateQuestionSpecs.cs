using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>The registry answers a question that reaches a command's session after its end, with how the command ended.</summary>
public sealed class LateQuestionSpecs() : CommandSpecs
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_question_to_a_session_that_is_gone_has_its_answer(bool byItself)
    {
        var command = await SpawnAsync(new Spawn(["sh", "-c", byItself ? "echo hello" : "echo hello; exec sleep 1000"]) { Input = CommandInput.Pipe });
        if (byItself)
            await EndOfAsync(command);
        else
            await UntilOutputAsync(command, "hello");
        Watch(command.Session);
        Sys.Stop(command.Session);
        await ExpectTerminatedAsync(command.Session, Deadline.Long);

        var (status, exit) = byItself ? (CommandStatus.Exited, 0) : (CommandStatus.Killed, 137);
        foreach (var asked in new[] { Browser, command.Session })
        {
            var waited = await asked.Ask<Waited>(new Wait(command.Handle), Deadline.Long);
            Assert.Equal((status, exit, false), (waited.Snapshot.Status, waited.Snapshot.Exit!.ShellCode, waited.TimedOut));
            foreach (var question in new ICommand[] { new Poll(command.Handle), new KillCommand(command.Handle) })
                Assert.Equal((status, "hello\n"), StateOf(await asked.Ask<CommandSnapshot>(question, Deadline.Long)));
        }
        Assert.Equal((status, "hello\n"), StateOf(await command.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long)));
        Assert.Equal("The command has ended.", (await command.Session.Ask<InputRefused>(new WriteInput("x"u8.ToArray()), Deadline.Long)).Message);
        var subscriber = CreateTestProbe();
        command.Session.Tell(new Subscribe(subscriber) { Text = true }, subscriber);
        await subscriber.ExpectMsgAsync<CommandExited>(Deadline.Long);
        Assert.Equal("hello\n", (await subscriber.ExpectMsgAsync<OutputText>(Deadline.Long)).Text);
        await subscriber.ExpectMsgAsync<CommandClosed>(Deadline.Long);

        Assert.True((await Browser.Ask<Released>(new Release(command.Handle), Deadline.Long)).Found);
        Assert.Equal(command.Handle, (await command.Session.Ask<UnknownHandle>(new Wait(command.Handle), Deadline.Long)).Handle);
    }

    [Fact]
    public async Task Questions_that_are_on_their_way_when_a_session_is_stopped_have_one_answer_each()
    {
        for (var i = 0; i < 100; i++)
        {
            var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
            var asker = CreateTestProbe();
            Browser.Tell(new Wait(command.Handle), asker);
            command.Session.Tell(new Wait(command.Handle), asker);
            Sys.Stop(command.Session);
            Browser.Tell(new Wait(command.Handle), asker);
            for (var j = 0; j < 3; j++)
                Assert.Equal((CommandStatus.Killed, false), await asker.ExpectMsgAsync<Waited>(Deadline.Long) is var waited ? (waited.Snapshot.Status, waited.TimedOut) : default);
            // This passes through the same actors: a second answer would have arrived before.
            Browser.Tell(ListHandles.Instance, asker);
            await asker.ExpectMsgAsync<Handles>(Deadline.Long);
            await Browser.Ask<Released>(new Release(command.Handle), Deadline.Long);
        }
    }

    [Fact]
    public async Task A_reading_by_handle_ends_if_the_session_is_stopped_meanwhile()
    {
        for (var i = 0; i < 50; i++)
        {
            var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
            var reading = Task.Run(async () =>
            {
                var last = default(IEvent);
                await foreach (var happened in BrowserClient.For(Browser).Commands.EventsAsync(command.Handle))
                    last = happened;
                return last;
            });
            Sys.Stop(command.Session);
            Assert.IsType<CommandClosed>(await reading.WaitAsync(Deadline.Long));
        }
    }

    [Fact]
    public async Task Commands_go_on_after_their_registry_was_stopped_and_what_is_sent_to_the_stopped_one_is_answered()
    {
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
        var registry = (await Browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long)).Commands;
        var waiting = CreateTestProbe();
        command.Session.Tell(new Wait(command.Handle), waiting);
        await command.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long);
        Watch(registry);
        registry.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        await ExpectTerminatedAsync(registry, Deadline.Long);
        Assert.Equal(CommandStatus.Killed, (await waiting.ExpectMsgAsync<Waited>(Deadline.Long)).Snapshot.Status);
        Assert.Equal(SpawnFailure.Unavailable, (await registry.Ask<SpawnRefused>(new Spawn(["true"]), Deadline.Long)).Kind);
        Assert.Contains("'commands' was stopped", (await Assert.ThrowsAsync<BrowserStoppedException>(() => registry.Ask<IEvent>(new Poll(command.Handle), Deadline.Long))).Message);
        await ProcessTable.Until(() => !ProcessTable.IsRunning(command.ProcessId), Deadline.Long);
        Assert.Equal("again\n", (await RunShellAsync("echo again")).Output.ToString());
    }

    private static (CommandStatus Status, string Output) StateOf(CommandSnapshot snapshot) => (snapshot.Status, snapshot.Output.ToString());
}
