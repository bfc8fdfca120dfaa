using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.TestActors;
using Akka.TestKit.Xunit2;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

public sealed class TestKitProbes : TestKit
{
    [Fact]
    public void A_probe_is_an_actor_ref_with_a_queue_of_its_own()
    {
        var probe = CreateTestProbe("one");
        var echo = ActorOf<SimpleEchoActor>();

        probe.Send(echo, "hello");

        probe.ExpectMsg("hello");
        Assert.Equal(echo, probe.Sender);
        Assert.Equal("one", probe.Ref.Path.Name);
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_probe_made_in_a_test_leaves_the_test_its_sender()
    {
        CreateTestProbe();

        ActorOf<SimpleEchoActor>().Tell("hello");

        ExpectMsg("hello");
    }

    [Fact]
    public void A_probe_replies_and_forwards()
    {
        var probe = CreateTestProbe();
        var other = CreateTestProbe();
        probe.Ref.Tell("question");
        probe.ExpectMsg("question");

        probe.Reply("answer");
        probe.Forward(other.Ref);

        ExpectMsgFrom(probe.Ref, "answer");
        other.ExpectMsgFrom(TestActor, "question");
    }

    [Fact]
    public void A_probe_can_be_told_and_watched_like_any_actor()
    {
        var probe = CreateTestProbe();
        Watch(probe);

        probe.Tell("direct");
        probe.ExpectMsg("direct");
        Sys.Stop(probe);

        ExpectTerminated(probe);
    }

    [Fact]
    public void An_auto_pilot_answers_before_the_test_looks()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"auto {message}");
            return AutoPilot.KeepRunning;
        }));

        probe.Tell("one");
        probe.Tell("two");

        ExpectMsg("auto one");
        ExpectMsg("auto two");
        probe.ExpectMsg("one");
        probe.ExpectMsg("two");
    }

    [Fact]
    public void An_auto_pilot_that_lands_answers_no_more()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell("once");
            return AutoPilot.NoAutoPilot;
        }));

        probe.Tell(1);
        probe.Tell(2);

        probe.ReceiveN(2);
        ExpectMsg("once");
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_child_of_a_probe_has_the_probe_for_its_parent()
    {
        var probe = CreateTestProbe();

        var child = probe.ChildActorOf(Props.Create<SimpleEchoActor>(), "child");

        Assert.Equal(probe.Ref.Path, child.Path.Parent);
    }

    [Fact]
    public void A_test_actor_ref_runs_its_actor_on_the_thread_that_tells()
    {
        var actor = ActorOfAsTestActorRef<Recorder>();

        actor.Tell("one");

        Assert.Equal(["one"], actor.UnderlyingActor.Received);
        Assert.Equal(Environment.CurrentManagedThreadId, actor.UnderlyingActor.Thread);
    }

    [Fact]
    public void A_test_actor_ref_throws_at_the_test_what_its_handler_throws_when_called_directly()
    {
        var actor = ActorOfAsTestActorRef<Recorder>();

        Assert.Throws<InvalidOperationException>(() => actor.Receive(new InvalidOperationException()));
    }

    [Fact]
    public void A_test_fsm_ref_sets_the_state_of_a_machine()
    {
        var machine = ActorOfAsTestFSMRef<Lamp, string, int>();
        Assert.Equal("off", machine.StateName);

        machine.Tell("press");
        Assert.Equal(("on", 1), (machine.StateName, machine.StateData));

        machine.SetState("off", 5);
        Assert.Equal(("off", 5), (machine.StateName, machine.StateData));
    }

    private sealed class Recorder : ReceiveActor
    {
        public Recorder()
        {
            Receive<Exception>(e => throw e);
            ReceiveAny(message =>
            {
                Received.Add(message);
                Thread = Environment.CurrentManagedThreadId;
            });
        }

        public List<object> Received { get; } = [];

        public int Thread { get; private set; }
    }

    private sealed class Lamp : FSM<string, int>
    {
        public Lamp()
        {
            StartWith("off", 0);
            When("off", _ => GoTo("on").Using(StateData + 1));
            When("on", _ => GoTo("off"));
            Initialize();
        }
    }
}
