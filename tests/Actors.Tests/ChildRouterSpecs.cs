using System.Runtime.Versioning;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ActorsTests;

/// <summary>The router between a child's channel and the actor that uses the child.</summary>
[Trait("Tier", "Fast")]
public sealed class ChildRouterSpecs : TestKit
{
    private readonly TestProbe _child;
    private readonly TestProbe _user;
    private readonly ChildRouter _router;
    private readonly InMemoryChannel _parentEnd;
    private readonly FakeChild _other;

    public ChildRouterSpecs()
    {
        var limits = new ChannelLimits(256, 1, 1 << 10);
        _child = CreateTestProbe();
        _user = CreateTestProbe();
        _router = new ChildRouter(_child.Ref, limits.MaxBodyBytes) { User = _user.Ref };
        (_parentEnd, var childEnd) = InMemoryChannel.CreatePair(limits);
        _other = new FakeChild("renderer", 1000, childEnd);
    }

    [Fact]
    public async Task What_is_sent_goes_to_the_child_and_is_in_flight_until_it_has_ended()
    {
        _router.Open(_parentEnd, 1000);
        _router.Send(7, new RoleMessage(1, new byte[10]), opens: true);
        _router.Flush();
        Assert.Equal((MessageType.RoleMessage, 7UL), ((await _other.NextAsync()) is var frame ? (frame.Type, frame.Id) : default));
        Assert.Equal([7UL], _router.InFlight);
        _router.Pass([new ChildFrames.Error(7, new FetchError(FetchErrorKind.Refused, "No."))]);
        Assert.Empty(_router.InFlight);
        var passed = await _user.ExpectMsgAsync<RoleTraffic.WorkBatch>(Deadline.Long);
        Assert.Equal(1000, passed.ProcessId);
        Assert.Equal(_child.Ref, _user.LastSender);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Before_the_child_is_ready_and_once_it_takes_no_more_what_is_sent_is_dropped_and_unanswered_and_its_descriptors_closed()
    {
        var early = SharedMemory.Create("early", 1);
        _router.Send(1, new RoleMessage(1, default), opens: true, descriptors: early);
        Assert.True(early.IsClosed);
        _router.Open(_parentEnd, 1000);
        _router.Close();
        var late = SharedMemory.Create("late", 1);
        _router.Send(2, new RoleMessage(1, default), opens: true, descriptors: late);
        Assert.True(late.IsClosed);
        _router.Flush();
        Assert.Equal([1UL, 2UL], _router.InFlight);
    }

    [Fact]
    public async Task The_user_hears_of_what_is_too_large_to_be_sent()
    {
        _router.Open(_parentEnd, 1000);
        _router.Send(3, new RoleMessage(1, new byte[300]), opens: true);
        var passed = await _user.ExpectMsgAsync<RoleTraffic.WorkBatch>(Deadline.Long);
        Assert.Equal(new ChildFrames.TooLarge(3, 256), Assert.Single(passed.Frames));
        Assert.Empty(_router.InFlight);
    }

    [Fact]
    public async Task The_child_s_actor_hears_of_a_queue_that_is_full()
    {
        _router.Open(_parentEnd, 1000);
        for (var i = 0UL; i < 10; i++)
            _router.Send(i, new RoleMessage(1, new byte[200]));
        await _child.ExpectMsgAsync<ChildFrames.QueueFull>(Deadline.Long);
    }
}
