using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>A browser node that says that a command is over, and then not what is left to say of it. The time is moved by hand.</summary>
public sealed class OverCommandSpecs : AskingSpecs
{
    private readonly TestProbe _subscriber;

    public OverCommandSpecs() : base("actorbrowser.cluster.answer-grace = 1s", "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"") => _subscriber = CreateTestProbe();

    [Theory]
    [InlineData(null), InlineData(5L)]
    public void A_subscriber_that_accepts_more_hears_the_end_once(long? credit)
    {
        Run(new Subscribe(_subscriber.Ref) { Credit = credit });
        // While it runs, it may say nothing.
        Advance(TimeSpan.FromDays(1));
        Answer(new CommandOver());
        EndsOnce();
    }

    [Fact]
    public void A_subscriber_of_a_command_that_is_over_hears_the_end_once()
    {
        Run(null);
        Answer(new CommandOver());
        Advance(TimeSpan.FromDays(1));
        Conversation.Tell(new Subscribe(_subscriber.Ref));
        EndsOnce();
    }

    [Fact]
    public void Each_word_has_its_time_and_a_reader_whose_credit_is_used_up_any_time()
    {
        Run(new Subscribe(_subscriber.Ref) { Credit = 5 });
        Answer(new CommandOver());
        for (var i = 0; i < 5; i++)
        {
            Advance(TimeSpan.FromMilliseconds(999));
            Answer(new CommandHeard(1, new OutputChunk(OutputStream.Output, i, i, new byte[1])));
            _subscriber.ExpectMsg<OutputChunk>();
        }
        Advance(TimeSpan.FromDays(1));
        _subscriber.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Conversation.Tell(new GrantOutput(1), _subscriber.Ref);
        EndsOnce();
    }

    [Fact]
    public void A_wait_is_answered_once()
    {
        Run(new Subscribe(_subscriber.Ref) { Credit = 0 });
        Conversation.Tell(new Wait("cmd-1@1"), Requester.Ref);
        Advance(TimeSpan.FromDays(1));
        Answer(new CommandOver());
        EndsOnce();
        Assert.Equal(ExitCause.NodeLost, Requester.ExpectMsg<Waited>().Snapshot.Exit!.Cause);
        Requester.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    private void Run(Subscribe? subscription)
    {
        Begin(CommandConversation.Starting(Start, new Spawn(["true"]) { Subscription = subscription }, new PlacementRequest(WorkKind.Command)));
        Answer(new CommandStarted("cmd-1", 1, DateTimeOffset.UnixEpoch));
        Requester.ExpectMsg<Spawned>();
    }

    private void Advance(TimeSpan by)
    {
        // All that was sent was handled.
        Conversation.Tell(new Identify(1), TestActor);
        ExpectMsg<ActorIdentity>();
        ((TestScheduler)Sys.Scheduler).Advance(by);
    }

    private void EndsOnce()
    {
        Advance(TimeSpan.FromMilliseconds(999));
        _subscriber.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ExitCause.NodeLost, _subscriber.ExpectMsg<CommandExited>().Exit.Cause);
        Assert.Equal(ExitCause.NodeLost, _subscriber.ExpectMsg<CommandClosed>().Exit.Cause);
        Node.FishForMessage(static message => message is LinkPiece { Kind: FrameKind.Close }, Deadline.Long);
        Answer(new CommandHeard(1, new CommandExited("cmd-1", new CommandExit(0, null, false, ExitCause.Itself, default, default, 0, default, DateTimeOffset.UnixEpoch))));
        _subscriber.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }
}
