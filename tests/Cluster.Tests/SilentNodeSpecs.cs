using ActorBrowser.Cluster;
using ActorBrowser.TestChild;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit;
using static ActorBrowser.CommandProtocol;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>A browser node that takes a request and then says nothing, although the cluster reaches it.</summary>
public sealed class SilentNodeSpecs() : AskingSpecs("actorbrowser.cluster { answer-grace = 100ms, answer-timeout = 1s }")
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longer = TimeSpan.FromMilliseconds(1500);

    private static readonly CommandExit s_exit = new(0, null, false, ExitCause.Itself, default, default, 0, default, DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_fetch_fails_once_when_its_own_timeout_and_the_grace_are_over()
    {
        Begin(FetchConversation.Props(Start, new Fetch("http://a.test/") { TotalTimeout = s_short }, null));
        var failed = Requester.ExpectMsg<FetchFailed>();
        Assert.Equal(FetchErrorKind.NodeLost, failed.Kind);
        Assert.Contains("answer-grace", failed.Message, StringComparison.Ordinal);
        IsOver(new FetchFailed(1, FetchErrorKind.Timeout, "late", 1));
    }

    [Fact]
    public void A_fetch_without_a_timeout_fails_once_after_a_silence_and_not_while_its_node_says_something()
    {
        Begin(FetchConversation.Props(Start, new Fetch("http://a.test/"), null));
        // Longer than the silence, in all.
        for (var i = 0; i < 15; i++)
        {
            Requester.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
            Conversation.Tell(new LinkPiece(7, FrameKind.Part, new byte[] { 1 }));
        }
        var failed = Requester.ExpectMsg<FetchFailed>();
        Assert.Equal(FetchErrorKind.NodeLost, failed.Kind);
        Assert.Contains("answer-timeout", failed.Message, StringComparison.Ordinal);
        IsOver(new FetchFailed(1, FetchErrorKind.Timeout, "late", 1));
    }

    [Fact]
    public void What_may_take_any_time_is_waited_for()
    {
        Begin(FetchConversation.Props(Start, new Fetch("http://a.test/") { TotalTimeout = Timeout.InfiniteTimeSpan }, null));
        Requester.ExpectNoMsg(s_longer);
        Answer(new FetchFailed(1, FetchErrorKind.Timeout, "at last", 1));
        Assert.Equal("at last", Requester.ExpectMsg<FetchFailed>().Message);
    }

    [Fact]
    public void The_reader_of_a_stream_may_take_any_time()
    {
        Begin(FetchConversation.Props(Start, new Fetch("http://a.test/") { Streamed = true }, null));
        Requester.ExpectMsg<FetchStarted>();
        Answer(new FetchHeadersArrived(1, new FetchHeaders(200, "1.1", "http://a.test/", [], [], "", AddressSpace.Public, -1, default), 5));
        Requester.ExpectMsg<FetchHeadersArrived>();
        Requester.ExpectNoMsg(s_longer);
        Answer(new FetchFailed(1, FetchErrorKind.Timeout, "at last", 1));
        Assert.Equal("at last", Requester.ExpectMsg<FetchFailed>().Message);
    }

    [Fact]
    public void An_image_is_refused_once()
    {
        Begin(ImageConversation.Props(Start, new ImageProtocol.Decode("image"u8.ToArray()), null));
        var refused = Requester.ExpectMsg<ImageProtocol.DecodeRefused>();
        Assert.Contains("answer-timeout", refused.Message, StringComparison.Ordinal);
        IsOver(new ImageProtocol.DecodeRefused(DecodeFailure.NoMemory, "late"));
    }

    [Theory]
    [InlineData(50, "answer-grace"), InlineData(null, "answer-timeout")]
    public void A_request_to_a_role_fails_once(int? timeout, string key)
    {
        Begin(RoleConversation.Props(Start, CallOf(timeout is { } time ? TimeSpan.FromMilliseconds(time) : null)));
        var failed = Assert.IsType<NodeLostException>(Requester.ExpectMsg<Status.Failure>().Cause);
        Assert.Contains(key, failed.Message, StringComparison.Ordinal);
        IsOver(new RoleEnd());
    }

    [Fact]
    public void A_command_that_does_not_start_is_refused_once()
    {
        Begin(CommandConversation.Starting(Start, new Spawn(["true"]), new PlacementRequest(WorkKind.Command)));
        var refused = Requester.ExpectMsg<SpawnRefused>();
        Assert.Equal(SpawnFailure.NodeLost, refused.Kind);
        IsOver(new CommandStarted("cmd-1", 1, default));
    }

    [Fact]
    public void A_command_that_runs_may_say_nothing_until_a_question_is_not_answered()
    {
        var subscriber = CreateTestProbe();
        Run(new Spawn(["sleep", "1000"]) { Subscription = new Subscribe(subscriber.Ref) });
        subscriber.ExpectNoMsg(s_longer);
        Conversation.Tell(GetSnapshot.Instance, Requester.Ref);
        Assert.Equal(ExitCause.NodeLost, Requester.ExpectMsg<CommandSnapshot>().Exit!.Cause);
        EndsOnce(subscriber);
    }

    [Fact]
    public void A_command_whose_own_time_is_over_ends_once()
    {
        var subscriber = CreateTestProbe();
        Run(new Spawn(["sleep", "1000"]) { Subscription = new Subscribe(subscriber.Ref), TotalTimeout = s_short, Grace = s_short, DrainTimeout = s_short });
        EndsOnce(subscriber);
    }

    [Fact]
    public void A_command_that_is_over_is_not_late_however_slow_its_reader_is()
    {
        var subscriber = CreateTestProbe();
        Run(new Spawn(["true"]) { Subscription = new Subscribe(subscriber.Ref) { Credit = 0 }, TotalTimeout = s_short, Grace = s_short, DrainTimeout = s_short });
        Answer(new CommandHeard(1, new CommandExited("cmd-1", s_exit)));
        Answer(new CommandOver());
        subscriber.ExpectMsg<CommandExited>();
        subscriber.ExpectNoMsg(s_longer);
        Answer(new CommandHeard(1, new CommandClosed("cmd-1", s_exit, 0, 0, 0)));
        Assert.Equal(ExitCause.Itself, subscriber.ExpectMsg<CommandClosed>().Exit.Cause);
    }

    [Fact]
    public void A_wait_that_is_not_answered_in_its_own_time_ends_once()
    {
        var subscriber = CreateTestProbe();
        Run(new Spawn(["sleep", "1000"]) { Subscription = new Subscribe(subscriber.Ref) });
        Conversation.Tell(new Wait("cmd-1@1", s_short), Requester.Ref);
        Assert.Equal(ExitCause.NodeLost, Requester.ExpectMsg<Waited>().Snapshot.Exit!.Cause);
        EndsOnce(subscriber);
    }

    [Fact]
    public void A_node_that_does_not_list_its_commands_has_none()
    {
        Begin(HandlesConversation.Props(Start, "node"));
        Assert.Empty(Requester.ExpectMsg<HandlesConversation.Listed>().Entries);
        IsOver(new CommandHandles([]));
    }

    private void Run(Spawn spawn)
    {
        Begin(CommandConversation.Starting(Start, spawn, new PlacementRequest(WorkKind.Command)));
        Answer(new CommandStarted("cmd-1", 1, DateTimeOffset.UnixEpoch));
        Requester.ExpectMsg<Spawned>();
    }

    private void EndsOnce(TestProbe subscriber)
    {
        Assert.Equal(ExitCause.NodeLost, subscriber.ExpectMsg<CommandExited>().Exit.Cause);
        Assert.Equal(ExitCause.NodeLost, subscriber.ExpectMsg<CommandClosed>().Exit.Cause);
        IsOver(new CommandHeard(1, new CommandClosed("cmd-1", s_exit, 0, 0, 0)));
        subscriber.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    private ClusterRole.Call CallOf(TimeSpan? timeout) => new(TypedRole.Role, Requester.Ref, TypedRole.Role.Find(typeof(Work))!, new Work("x")) { Timeout = timeout };
}
