using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>Defects found by an outside tester: each wait ends, and one sender's lists affect no other sender.</summary>
public sealed class OutsiderSpecs() : CommandSpecs
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_runner_s_process_actor_that_is_stopped_ends_its_command_and_the_next_gets_another(bool byPill)
    {
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
        var waiting = Browser.Ask<Waited>(new Wait(command.Handle), Deadline.Long);
        Sys.ActorSelection(command.Session.Path.Parent / "*" / "process").Tell(byPill ? PoisonPill.Instance : Kill.Instance);
        Assert.Equal(ExitCause.RunnerLost, (await waiting).Snapshot.Exit!.Cause);
        Assert.Equal("next\n", (await RunShellAsync("echo next")).Output.ToString());
        await ProcessTable.Until(() => !ProcessTable.IsRunning(command.ProcessId), Deadline.Long);
    }

    [Fact]
    public async Task A_list_that_fails_as_it_is_read_is_refused_to_its_sender_and_harms_no_other_command()
    {
        var other = await SpawnAsync(new Spawn(["sleep", "1000"]));
        for (var good = 0; good < 30; good++)
        {
            var asker = CreateTestProbe();
            Browser.Tell(new Spawn(new Failing(good)), asker);
            var answer = await asker.ReceiveOneAsync(Deadline.Long);
            Assert.True(answer is SpawnRefused { Kind: SpawnFailure.InvalidRequest } or Spawned or Status.Failure, $"{answer}");
        }
        Assert.Equal(CommandStatus.Running, (await Browser.Ask<CommandSnapshot>(new Poll(other.Handle), Deadline.Long)).Status);
        await KillAsync(other, TimeSpan.Zero);
    }

    [Fact]
    public async Task Input_on_its_way_is_answered_when_the_session_is_stopped()
    {
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]) { Input = CommandInput.Pipe });
        var writer = CreateTestProbe();
        command.Session.Tell(new WriteInput(new byte[300_000]), writer);
        await command.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long);
        Sys.Stop(command.Session);
        await writer.FishForMessageAsync(static message => message is InputTaken { Ended: true }, Deadline.Long);
    }

    [Fact]
    public async Task Each_of_two_writers_hears_that_its_input_was_taken()
    {
        var command = await SpawnAsync(new Spawn(["sh", "-c", "sleep 1; exec cat > /dev/null"]) { Input = CommandInput.Pipe });
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        command.Session.Tell(new WriteInput(new byte[200_000]), first);
        command.Session.Tell(new WriteInput(new byte[10]), second);
        foreach (var writer in new[] { first, second })
            await writer.FishForMessageAsync(static message => message is InputTaken { Taken: 200_010 }, Deadline.Long);
        await KillAsync(command, TimeSpan.Zero);
    }

    [Fact]
    public async Task A_session_is_asked_after_its_registry_was_stopped()
    {
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
        var registry = (await Browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long)).Commands;
        Watch(registry);
        registry.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        await ExpectTerminatedAsync(registry, Deadline.Long);
        foreach (var question in new ICommand[] { new Wait(command.Handle), GetSnapshot.Instance, new KillCommand(command.Handle), new WriteInput(new byte[1]) })
            Assert.Equal(command.Handle, (await command.Session.Ask<UnknownHandle>(question, Deadline.Long)).Handle);
        var subscriber = CreateTestProbe();
        command.Session.Tell(new Subscribe(subscriber), ActorRefs.NoSender);
        await subscriber.ExpectMsgAsync<UnknownHandle>(Deadline.Long);
    }

    private sealed class Failing(int good) : IReadOnlyList<CommandText>
    {
        private int _left = good;

        public int Count => Next(1);

        public CommandText this[int index] => Next("true");

        public IEnumerator<CommandText> GetEnumerator()
        {
            yield return Next("true");
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        private T Next<T>(T value) => _left-- > 0 ? value : throw new InvalidOperationException("failed on purpose");

        private CommandText Next(string value) => Next<CommandText>(value);
    }
}
