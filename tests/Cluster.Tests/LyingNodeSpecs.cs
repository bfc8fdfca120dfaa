using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>What a browser node says of a command is checked: what cannot be ends the command for all who hear of it, once.</summary>
public sealed class LyingNodeSpecs : AskingSpecs
{
    private const string Handle = "cmd-1";

    private static readonly CommandExit s_exit = new(0, null, false, ExitCause.Itself, default, default, 0, default, DateTimeOffset.UnixEpoch);

    private static readonly RetainedOutput s_nothing = new(default, 0, default);

    private readonly TestProbe _subscriber;
    private readonly TestProbe _asker;

    public LyingNodeSpecs() : base("") => (_subscriber, _asker) = (CreateTestProbe(), CreateTestProbe());

    // Each lie after what may come before it; the subscriber is the actor 1, an asker the actor 2.
    public static TheoryData<string> Lies => new(LiesByName.Keys);

    private static Dictionary<string, object[]> LiesByName => new()
    {
        ["the end twice"] = [Heard(1, Exited()), Heard(1, Exited())],
        ["the end of another command"] = [Heard(1, Exited("cmd-2"))],
        ["the last end of another command"] = [Heard(1, Exited()), Heard(1, Closed("cmd-2"))],
        ["a last end without an end"] = [Heard(1, Closed())],
        ["a last end with another code"] = [Heard(1, Exited()), Heard(1, new CommandClosed(Handle, s_exit with { ExitCode = 9 }, 0, 0, 0))],
        ["a last end with another cause"] = [Heard(1, Exited()), Heard(1, new CommandClosed(Handle, s_exit with { Cause = ExitCause.Kill }, 0, 0, 0))],
        ["a last end at another time"] = [Heard(1, Exited()), Heard(1, new CommandClosed(Handle, s_exit with { EndedAt = DateTimeOffset.UnixEpoch.AddTicks(1) }, 0, 0, 0))],
        ["output again"] = [Heard(1, Chunk(0)), Heard(1, Chunk(0))],
        ["output from before"] = [Heard(1, Chunk(5)), Heard(1, Chunk(1))],
        ["text again"] = [Heard(1, new OutputText(OutputStream.Output, 0, 2, "ab")), Heard(1, new OutputText(OutputStream.Error, 1, 1, "b"))],
        ["a gap that was told"] = [Heard(1, new OutputGap(0, long.MaxValue)), Heard(1, new OutputGap(1, 1))],
        ["more output than was asked for"] = [Heard(1, Chunk(0, 11))],
        ["output to an actor that asked a question"] = [Heard(2, Chunk(0))],
        ["an end to an actor that asked a question"] = [Heard(2, Exited())],
        ["a last end to an actor that asked a question"] = [Heard(2, Closed())],
        ["a problem of a file to an actor that asked a question"] = [Heard(2, new SpillFailed("no"))],
        ["taken input of an actor that wrote nothing"] = [Heard(2, new InputTaken(1, false))],
        ["refused input of an actor that wrote nothing"] = [Heard(1, new InputRefused("no"))],
        ["another answer than was asked for"] = [Heard(2, new Waited(Snapshot(), false))],
        ["an answer about another command"] = [Heard(2, Snapshot("cmd-2"))],
        ["no such command, and another one"] = [Heard(2, new UnknownHandle("cmd-2"))],
        ["an answer to a subscriber that asked nothing"] = [Heard(1, Snapshot())],
        ["the start twice"] = [new CommandStarted("cmd-2", 1, default)],
        ["a refusal after the start"] = [new SpawnRefused(SpawnFailure.Denied, 0, "no")],
        ["over twice"] = [new CommandOver(), new CommandOver()],
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_ends_the_command_once_for_each_who_hears_of_it(string lie)
    {
        Run();
        foreach (var said in LiesByName[lie])
            Answer(said);
        // What came before the lie was told.
        var exits = 0;
        object told;
        while ((told = _subscriber.ReceiveOne(Deadline.Long)) is not CommandClosed)
            exits += told is CommandExited ? 1 : told is OutputChunk or OutputText or OutputGap ? 0 : throw new InvalidOperationException($"{told} came.");
        Assert.Equal((1, ExitCause.NodeLost), (exits, ((CommandClosed)told).Exit.Cause));
        Assert.Equal(ExitCause.NodeLost, _asker.ExpectMsg<CommandSnapshot>().Exit!.Cause);
        IsOver(Heard(1, Chunk(0)));
        _subscriber.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        _asker.ExpectNoMsg(TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void What_comes_after_a_subscriber_s_last_message_reaches_nobody_and_ends_nothing()
    {
        Run();
        Answer(Heard(1, Chunk(0)));
        Answer(Heard(1, Exited()));
        Answer(Heard(1, Chunk(2)));
        Answer(Heard(1, Closed()));
        Answer(Heard(1, Chunk(4)));
        Answer(Heard(1, Exited()));
        Answer(Heard(1, Closed()));
        _subscriber.ExpectMsg<OutputChunk>();
        _subscriber.ExpectMsg<CommandExited>();
        _subscriber.ExpectMsg<OutputChunk>();
        Assert.Equal(ExitCause.Itself, _subscriber.ExpectMsg<CommandClosed>().Exit.Cause);
        Answer(Heard(2, Snapshot()));
        Assert.Equal(CommandStatus.Exited, _asker.ExpectMsg<CommandSnapshot>().Status);
        _subscriber.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void What_a_node_finds_out_when_all_is_over_is_no_lie()
    {
        Run();
        Answer(Heard(1, Exited()));
        Answer(Heard(1, new CommandClosed(Handle, s_exit with { Cause = ExitCause.OutputLimit, Blocked = "It was refused something.", IsBlockedTold = true, Appeared = [".vscode"] }, 777, 888, 3)));
        _subscriber.ExpectMsg<CommandExited>();
        var closed = _subscriber.ExpectMsg<CommandClosed>();
        Assert.Equal((ExitCause.OutputLimit, "It was refused something.", ".vscode", 777), (closed.Exit.Cause, closed.Exit.Blocked, Assert.Single(closed.Exit.Appeared), closed.OutputBytes));
        Answer(Heard(2, Snapshot()));
        Assert.Equal(CommandStatus.Exited, _asker.ExpectMsg<CommandSnapshot>().Status);
    }

    [Fact]
    public void What_needs_no_answer_may_be_refused()
    {
        Run();
        Conversation.Tell(new CommandProtocol.SendSignal(64), ActorRefs.NoSender);
        var signal = Assert.IsType<CommandSaid>(Said());
        Answer(Heard(signal.Actor, NodeFailure.Of(new InvalidMessageException("SendSignal", "no"))));
        Answer(Heard(signal.Actor, new UnknownHandle(Handle)));
        Answer(Heard(2, Snapshot()));
        Assert.Equal(CommandStatus.Exited, _asker.ExpectMsg<CommandSnapshot>().Status);
    }

    private void Run()
    {
        Begin(CommandConversation.Starting(Start, new Spawn(["true"]) { Subscription = new Subscribe(_subscriber.Ref) { Credit = 10 } }, new PlacementRequest(WorkKind.Command)));
        Answer(new CommandStarted(Handle, 1, DateTimeOffset.UnixEpoch));
        Requester.ExpectMsg<Spawned>();
        Conversation.Tell(GetSnapshot.Instance, _asker.Ref);
        Assert.Equal(2, Assert.IsType<CommandSaid>(Said()).Actor);
    }

    private static CommandHeard Heard(long actor, object happened) => new(actor, happened);

    private static OutputChunk Chunk(long position, int length = 2) => new(OutputStream.Output, position, position, new byte[length]);

    private static CommandExited Exited(string handle = Handle) => new(handle, s_exit);

    private static CommandClosed Closed(string handle = Handle) => new(handle, s_exit, 0, 0, 0);

    private static CommandSnapshot Snapshot(string handle = Handle) => new(handle, "true", CommandStatus.Exited, 1, DateTimeOffset.UnixEpoch, null, s_exit, s_nothing, s_nothing, 0);
}
