using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>A browser node that says that a command is over, and then not what is left to say of it.</summary>
public sealed class OverCommandSpecs : AskingSpecs
{
    private static readonly TimeSpan s_longer = TimeSpan.FromMilliseconds(1500);

    private readonly TestProbe _subscriber;

    public OverCommandSpecs() : base("actorbrowser.cluster { answer-grace = 1s, answer-timeout = 10m }") => _subscriber = CreateTestProbe();

    [Theory]
    [InlineData(null), InlineData(5L)]
    public void A_subscriber_that_accepts_more_hears_the_end_once(long? credit)
    {
        Run(new Subscribe(_subscriber.Ref) { Credit = credit });
        Answer(new CommandOver());
        EndsOnce();
    }

    [Fact]
    public void A_subscriber_of_a_command_that_is_over_hears_the_end_once()
    {
        Run(null);
        Answer(new CommandOver());
        Requester.ExpectNoMsg(s_longer);
        Conversation.Tell(new Subscribe(_subscriber.Ref));
        EndsOnce();
    }

    [Fact]
    public void Each_word_has_its_time_and_a_reader_whose_credit_is_used_up_any_time()
    {
        Run(new Subscribe(_subscriber.Ref) { Credit = 15 });
        Answer(new CommandOver());
        // Longer than the grace, in all.
        for (var i = 0; i < 15; i++)
        {
            _subscriber.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
            Answer(new CommandHeard(1, new OutputChunk(OutputStream.Output, i, i, new byte[1])));
            _subscriber.ExpectMsg<OutputChunk>();
        }
        _subscriber.ExpectNoMsg(s_longer);
        Conversation.Tell(new GrantOutput(1), _subscriber.Ref);
        EndsOnce();
    }

    [Fact]
    public void A_wait_is_answered_once()
    {
        Run(new Subscribe(_subscriber.Ref) { Credit = 0 });
        Conversation.Tell(new Wait("cmd-1@1"), Requester.Ref);
        Requester.ExpectNoMsg(s_longer);
        Answer(new CommandOver());
        Assert.Equal(ExitCause.NodeLost, Requester.ExpectMsg<Waited>().Snapshot.Exit!.Cause);
        EndsOnce();
    }

    private void Run(Subscribe? subscription)
    {
        Begin(CommandConversation.Starting(Start, new Spawn(["true"]) { Subscription = subscription }, new PlacementRequest(WorkKind.Command)));
        Answer(new CommandStarted("cmd-1", 1, DateTimeOffset.UnixEpoch));
        Requester.ExpectMsg<Spawned>();
    }

    private void EndsOnce()
    {
        Assert.Equal(ExitCause.NodeLost, _subscriber.ExpectMsg<CommandExited>().Exit.Cause);
        Assert.Equal(ExitCause.NodeLost, _subscriber.ExpectMsg<CommandClosed>().Exit.Cause);
        IsOver(new CommandHeard(1, new CommandExited("cmd-1", new CommandExit(0, null, false, ExitCause.Itself, default, default, 0, default, DateTimeOffset.UnixEpoch))));
        _subscriber.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }
}
