using System.Buffers;
using ActorBrowser.Transport;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ActorsTests;

/// <summary>The actor of a typed role and children that a test plays: lost ones, and hostile ones.</summary>
public sealed class RoleChildSpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off")
{
    private readonly FakeLauncher _launcher = new();

    private RoleClient<Adder> Start(string own = "max-processes = 1, spares = 0")
    {
        var options = new ActorBrowserOptions { Launcher = _launcher }.AddRole(Adder.Role);
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString($"actorbrowser.roles.adder {{ {own} }}"));
        return RoleClient<Adder>.For(Sys.ActorOf(RoleActor.Props(RolesActor.SetupOf(options.Roles[0], settings, options.Launcher))));
    }

    private static ReadOnlyMemory<byte> Bytes<T>(T value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Adder.Role.Codec.Value.Write(bytes, value);
        return bytes.WrittenMemory;
    }

    private async Task<(FakeChild Child, ulong Id)> RequestedAsync()
    {
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        var (type, id, _) = await child.NextAsync();
        Assert.Equal(MessageType.RoleRequest, type);
        return (child, id);
    }

    [Fact]
    public async Task A_lost_child_s_request_fails_with_its_exit_record_and_the_one_that_waits_gets_another_child()
    {
        var role = Start();
        var first = role.AskAsync<Total>(new Sum([1]));
        var second = role.AskAsync<Total>(new Sum([2]));
        var (child, _) = await RequestedAsync();
        child.Exit(3, null, "no paper");
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => first.Soon());
        Assert.Equal((3, "no paper"), (lost.Exited!.ExitCode, lost.LastStderrLines[^1]));
        var (next, id) = await RequestedAsync();
        next.Send(id, new RoleReply(RoleReplyKind.Answer, 0, Bytes(new Total(2))));
        Assert.Equal(new Total(2), await second.Soon());
    }

    [Fact]
    public async Task Children_that_cannot_be_started_refuse_their_requests_with_the_reason()
    {
        _launcher.Failure = static () => new Sandbox.LaunchException(Sandbox.LaunchErrorKind.NotFound, "there is no such program");
        var refused = await Assert.ThrowsAsync<RoleRefusedException>(() => Start().AskAsync<Total>(new Sum([1])).Soon());
        Assert.Equal(RoleRefusal.Unavailable, refused.Reason);
        Assert.Contains("there is no such program", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_in_parts_is_put_together()
    {
        var role = Start();
        var answer = role.AskAsync<byte[]>(new Fill(0));
        var (child, id) = await RequestedAsync();
        var data = new byte[(2 * Payload.Piece) + 1000];
        Random.Shared.NextBytes(data);
        var bytes = Bytes(data);
        child.Send(id, new RoleReply(RoleReplyKind.Part, 0, bytes[..Payload.Piece]));
        child.Send(id, new RoleReply(RoleReplyKind.Part, 0, bytes[Payload.Piece..(2 * Payload.Piece)]));
        child.Send(id, new RoleReply(RoleReplyKind.Answer, 0, bytes[(2 * Payload.Piece)..]));
        Assert.Equal(data, await answer.Soon());
    }

    public enum Attack
    {
        Malformed,
        Trailing,
        LongMalformed,
        OfAnotherKind,
        EventOfNoKind,
        UnknownRequest,
        TwoAnswers,
        MalformedFailure,
        MoreThanGranted,
        EmptyParts,
        SmallParts,
        AnotherMessage,
    }

    public static TheoryData<Attack> Attacks => new(Enum.GetValues<Attack>());

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_child_that_breaks_the_protocol_is_ended_and_its_request_fails(Attack attack)
    {
        var role = Start();
        var answer = role.AskAsync<Total>(new Sum([1]));
        var (child, id) = await RequestedAsync();
        switch (attack)
        {
            case Attack.Malformed:
                child.Send(id, new RoleReply(RoleReplyKind.Answer, 0, "rubbish"u8.ToArray()));
                break;
            case Attack.Trailing:
                child.Send(id, new RoleReply(RoleReplyKind.Answer, 0, (byte[])[.. Bytes(new Total(1)).Span, 0]));
                break;
            case Attack.LongMalformed:
                child.Send(id, new RoleReply(RoleReplyKind.Answer, 0, new byte[100_000]));
                break;
            case Attack.OfAnotherKind:
                child.Send(id, new RoleReply(RoleReplyKind.Items, 0, Bytes(1)));
                break;
            case Attack.EventOfNoKind:
                child.Send(0, new RoleReply(RoleReplyKind.Event, 0, Bytes(1)));
                break;
            case Attack.UnknownRequest:
                child.Send(id + 1, new RoleReply(RoleReplyKind.Answer, 0, Bytes(new Total(1))));
                break;
            case Attack.TwoAnswers:
                child.Send(id, new RoleReply(RoleReplyKind.Answer, 0, Bytes(new Total(1))));
                Assert.Equal(new Total(1), await answer.Soon());
                answer = role.AskAsync<Total>(new Sum([2]));
                await child.NextAsync();
                child.Send(id, new RoleReply(RoleReplyKind.Answer, 0, Bytes(new Total(3))));
                break;
            case Attack.MalformedFailure:
                child.Send(id, new RoleReply(RoleReplyKind.Failed, 0, "rubbish"u8.ToArray()));
                break;
            case Attack.MoreThanGranted:
                // Granted again as they arrive, until they are longer than the longest message.
                for (var i = 0; i < 300; i++)
                    child.Send(id, new RoleReply(RoleReplyKind.Part, 0, new byte[Payload.Piece]));
                break;
            case Attack.EmptyParts:
                // They cost no credit, and would be kept without end.
                child.Send(id, new RoleReply(RoleReplyKind.Part, 0, default));
                break;
            case Attack.SmallParts:
                child.Send(id, new RoleReply(RoleReplyKind.Part, 0, new byte[1]));
                break;
            default:
                child.Channel.Write(id, new QueryAnswer(1, []));
                child.Channel.Flush();
                break;
        }
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => answer.Soon());
        Assert.Equal(ExitReason.ProtocolViolation, lost.Exited!.Reason);
        // The next one is served.
        var next = role.AskAsync<Total>(new Sum([3]));
        var (other, again) = await RequestedAsync();
        other.Send(again, new RoleReply(RoleReplyKind.Answer, 0, Bytes(new Total(3))));
        Assert.Equal(new Total(3), await next.Soon());
    }

    [Fact]
    public async Task A_stream_that_is_not_read_gets_no_credit_and_a_child_that_goes_on_is_ended()
    {
        var role = Start("max-processes = 1, spares = 0, window = 64 KiB");
        await using var items = role.StreamAsync<int>(new Upto(5)).GetAsyncEnumerator();
        var first = items.MoveNextAsync();
        var (child, id) = await RequestedAsync();
        child.Send(id, new RoleReply(RoleReplyKind.Items, 0, Bytes(7)));
        Assert.True(await first.AsTask().Soon());
        Assert.Equal(7, items.Current);
        // The reader holds the first item; nothing is granted for what follows.
        for (var i = 0; i < 10; i++)
            child.Send(id, new RoleReply(RoleReplyKind.Items, 0, new byte[60_000]));
        await AwaitConditionAsync(() => Task.FromResult(child.Kills > 0), Deadline.Long, Deadline.Often);
        var lost = await Assert.ThrowsAsync<ChildLostException>(async () =>
        {
            while (await items.MoveNextAsync().AsTask().Soon())
            {
            }
        });
        Assert.Equal(ExitReason.ProtocolViolation, lost.Exited!.Reason);
    }

    [Fact]
    public async Task An_item_that_cannot_be_read_ends_the_stream_and_the_child()
    {
        var role = Start();
        await using var items = role.StreamAsync<int>(new Upto(5)).GetAsyncEnumerator();
        var first = items.MoveNextAsync();
        var (child, id) = await RequestedAsync();
        child.Send(id, new RoleReply(RoleReplyKind.Items, 0, new byte[] { 0xc1 }));
        await Assert.ThrowsAsync<ChildLostException>(() => first.AsTask().Soon());
        // Its actor kills it again as it lets go of it.
        await AwaitAssertAsync(() => Assert.True(child.Kills > 0), Deadline.Long);
    }

    [Fact]
    public async Task Empty_items_end_the_child_and_small_ones_cost_more_than_their_bytes()
    {
        var role = Start("max-processes = 1, spares = 0, window = 64 KiB");
        await using var items = role.StreamAsync<int>(new Upto(5)).GetAsyncEnumerator();
        var first = items.MoveNextAsync();
        var (child, id) = await RequestedAsync();
        child.Send(id, new RoleReply(RoleReplyKind.Items, 0, default));
        await AwaitAssertAsync(() => Assert.True(child.Kills > 0), Deadline.Long);
        await Assert.ThrowsAsync<ChildLostException>(() => first.AsTask().Soon());
        Assert.Equal((64, 64, 65), (RoleReply.CostOf(1), RoleReply.CostOf(64), RoleReply.CostOf(65)));
    }
}
