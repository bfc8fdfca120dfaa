using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

public sealed class TestKitWithoutSender : TestKit, INoImplicitSender
{
    [Fact]
    public void A_plain_tell_has_the_dead_letters_for_its_sender()
    {
        TestActor.Tell("hello");

        ExpectMsg<string>((_, sender) => Assert.Equal(Sys.DeadLetters, sender));
    }

    [Fact]
    public void A_sender_can_still_be_named()
    {
        var probe = CreateTestProbe();

        TestActor.Tell("hello", probe);

        ExpectMsgFrom(probe.Ref, "hello");
    }
}
