using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.TransportTests;

/// <summary>The behaviour of every channel; one class for each kind creates a pair.</summary>
public abstract class ChannelSpecs
{
    private protected static readonly ChannelLimits Limits = ChannelLimits.Default;

    private protected abstract Task<(IChannel First, IChannel Second)> ConnectAsync(ChannelLimits limits);

    [Fact]
    public async Task Messages_arrive_whole_and_in_order()
    {
        var (first, second) = await ConnectAsync(Limits);
        using var a = first;
        using var b = second;
        var received = new Recorder();
        b.Start(received);
        a.Start(new Recorder());
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(WriteOutcome.Queued, a.Write((ulong)i, new Ping(i)));
            if (i % 7 == 0)
                a.Flush();
        }
        a.Flush();
        var frames = await received.TakeAsync(1000);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (ulong)i), frames.Select(f => f.Header.CorrelationId));
        Assert.All(frames, f => Assert.Equal(MessageType.Ping, f.Header.Type));
        Assert.False(received.Overlapped);
        Assert.InRange(received.Batches, 1, 1000);
    }

    [Fact]
    public async Task A_message_as_long_as_the_limit_arrives_and_a_longer_one_is_refused_without_harm()
    {
        var (first, second) = await ConnectAsync(Limits);
        using var a = first;
        using var b = second;
        var received = new Recorder();
        b.Start(received);
        a.Start(new Recorder());
        var longest = new byte[Limits.MaxBodyBytes - 32];
        Random.Shared.NextBytes(longest);
        Assert.Equal(WriteOutcome.Queued, a.Write(1, new FetchBodyChunk(0, longest)));
        Assert.Equal(WriteOutcome.TooLarge, a.Write(2, new FetchBodyChunk(0, new byte[Limits.MaxBodyBytes])));
        Assert.Equal(WriteOutcome.Queued, a.Write(3, new Ping(3)));
        a.Flush();
        var frames = await received.TakeAsync(2);
        Assert.Equal([1UL, 3UL], frames.Select(f => f.Header.CorrelationId));
        Assert.True(frames[0].Body.AsSpan().EndsWith(longest));
    }

    [Fact]
    public async Task Both_directions_at_once_lose_nothing()
    {
        var (first, second) = await ConnectAsync(Limits);
        using var a = first;
        using var b = second;
        var (atA, atB) = (new Recorder(), new Recorder());
        a.Start(atA);
        b.Start(atB);
        var payload = new byte[3000];
        await Task.WhenAll(new[] { a, b }.Select(channel => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                channel.Write((ulong)i, new RoleMessage(1, payload));
                channel.Flush();
            }
        })));
        Assert.Equal(2000, (await atA.TakeAsync(2000)).Count);
        Assert.Equal(2000, (await atB.TakeAsync(2000)).Count);
    }

    [Fact]
    public async Task Writers_on_many_threads_do_not_mix_their_frames()
    {
        var (first, second) = await ConnectAsync(Limits);
        using var a = first;
        using var b = second;
        var received = new Recorder();
        b.Start(received);
        a.Start(new Recorder());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                a.Write(((ulong)writer << 32) | (uint)i, new Ping(i));
                a.Flush();
            }
        })));
        var frames = await received.TakeAsync(4000);
        foreach (var writer in frames.GroupBy(f => f.Header.CorrelationId >> 32))
            Assert.Equal(Enumerable.Range(0, 500).Select(i => (ulong)i), writer.Select(f => f.Header.CorrelationId & 0xffffffff));
    }

    [Fact]
    public async Task Closing_is_told_exactly_once_on_either_side()
    {
        var (first, second) = await ConnectAsync(Limits);
        var (atA, atB) = (new Recorder(), new Recorder());
        first.Start(atA);
        second.Start(atB);
        first.Dispose();
        first.Dispose();
        Assert.Equal(ChannelEnd.Disposed, (await atA.Closed.Soon()).End);
        Assert.Equal(ChannelEnd.EndOfStream, (await atB.Closed.Soon()).End);
        second.Dispose();
        Assert.Equal((1, 1), (atA.Closings, atB.Closings));
        Assert.Equal(WriteOutcome.Closed, first.Write(1, new Ping(1)));
    }

    [Fact]
    public async Task What_was_flushed_before_closing_arrives_before_the_end()
    {
        var (first, second) = await ConnectAsync(Limits);
        var atB = new Recorder();
        first.Start(new Recorder());
        for (var i = 0; i < 100; i++)
            first.Write((ulong)i, new Ping(i));
        first.Flush();
        second.Start(atB);
        Assert.Equal(100, (await atB.TakeAsync(100)).Count);
        first.Dispose();
        Assert.Equal(ChannelEnd.EndOfStream, (await atB.Closed.Soon()).End);
        second.Dispose();
    }

    [Fact]
    public async Task A_handler_s_verdict_closes_the_channel_with_it()
    {
        var (first, second) = await ConnectAsync(Limits);
        using var a = first;
        using var b = second;
        var verdict = new ProtocolViolation(ViolationKind.OutOfState, "not now");
        var atB = new Recorder { Judge = header => header.CorrelationId == 2 ? verdict : null };
        a.Start(new Recorder());
        b.Start(atB);
        a.Write(1, new Ping(1));
        a.Write(2, new Ping(2));
        a.Write(3, new Ping(3));
        a.Flush();
        var closed = await atB.Closed.Soon();
        Assert.Equal((ChannelEnd.Violation, verdict), (closed.End, closed.Violation));
        Assert.Equal(2, atB.Frames.Count);
    }

    [Fact]
    public async Task A_handler_that_throws_costs_its_own_channel_only()
    {
        var (first, second) = await ConnectAsync(Limits);
        using var a = first;
        using var b = second;
        var atB = new Recorder { Judge = static _ => throw new InvalidOperationException("a defect") };
        a.Start(new Recorder());
        b.Start(atB);
        a.Write(1, new Ping(1));
        a.Flush();
        var closed = await atB.Closed.Soon();
        Assert.Equal(ChannelEnd.Error, closed.End);
        Assert.IsType<InvalidOperationException>(closed.Error);

        var (third, fourth) = await ConnectAsync(Limits);
        var after = new Recorder();
        third.Start(new Recorder());
        fourth.Start(after);
        third.Write(9, new Ping(9));
        third.Flush();
        Assert.Single(await after.TakeAsync(1));
        third.Dispose();
        fourth.Dispose();
    }

    [Fact]
    public async Task Starting_twice_is_a_defect_that_is_told()
    {
        var (first, second) = await ConnectAsync(Limits);
        using var a = first;
        using var b = second;
        a.Start(new Recorder());
        Assert.Throws<InvalidOperationException>(() => a.Start(new Recorder()));
    }
}

public sealed class InMemoryChannelSpecs : ChannelSpecs
{
    private protected override Task<(IChannel, IChannel)> ConnectAsync(ChannelLimits limits)
    {
        var (first, second) = InMemoryChannel.CreatePair(limits);
        return Task.FromResult<(IChannel, IChannel)>((first, second));
    }
}

public sealed class SocketChannelSpecs : ChannelSpecs
{
    private protected override Task<(IChannel, IChannel)> ConnectAsync(ChannelLimits limits)
    {
        var first = SocketChannel.CreatePair(limits, out var end);
        return Task.FromResult<(IChannel, IChannel)>((first, SocketChannel.FromDescriptor(end, limits)));
    }

    [Fact]
    public async Task A_peer_that_does_not_read_fills_the_queue_and_costs_nothing_else()
    {
        var limits = Limits with { MaxQueuedBytes = 1 << 20 };
        using var a = SocketChannel.CreatePair(limits, out var end);
        a.Start(new Recorder());
        var outcome = WriteOutcome.Queued;
        for (var i = 0; i < 100 && outcome == WriteOutcome.Queued; i++)
        {
            outcome = a.Write(1, new RoleMessage(1, new byte[100_000]));
            a.Flush();
        }
        Assert.Equal(WriteOutcome.QueueFull, outcome);
        using var b = SocketChannel.FromDescriptor(end, limits);
        var received = new Recorder();
        b.Start(received);
        Assert.True((await received.TakeAsync(1))[0].Body.Length > 100_000);
    }

    [Fact]
    public async Task After_the_peer_s_death_what_it_wrote_is_read_even_while_another_holds_its_end()
    {
        var a = SocketChannel.CreatePair(Limits, out var end);
        using var grandchild = DescriptorFlags.Duplicate(end);
        var received = new Recorder();
        using (var b = SocketChannel.FromDescriptor(end, Limits))
        {
            b.Write(1, new Pong(1));
            b.Flush();
        }
        a.Start(received);
        a.CloseAfterDrain();
        Assert.Single(await received.TakeAsync(1));
        Assert.Equal(ChannelEnd.EndOfStream, (await received.Closed.Soon()).End);
    }
}

public sealed class BlockingSocketChannelSpecs : ChannelSpecs
{
    private protected override Task<(IChannel, IChannel)> ConnectAsync(ChannelLimits limits)
    {
        var first = SocketChannel.CreatePair(limits, out var end);
        return Task.FromResult<(IChannel, IChannel)>((first, new BlockingSocketChannel(end, limits)));
    }
}

public sealed class NamedPipeChannelSpecs : ChannelSpecs
{
    private protected override async Task<(IChannel, IChannel)> ConnectAsync(ChannelLimits limits)
    {
        var endpoint = new NamedPipeEndpoint();
        var accepting = endpoint.AcceptAsync(limits, CancellationToken.None);
        var client = await Task.Run(() => NamedPipeEndpoint.Connect(endpoint.Name, endpoint.Secret, limits)).Soon();
        return (await accepting.Soon(), client);
    }

    [Fact]
    public async Task A_peer_without_the_secret_is_cut_off()
    {
        using var endpoint = new NamedPipeEndpoint();
        var accepting = endpoint.AcceptAsync(Limits, CancellationToken.None);
        using var intruder = await Task.Run(() => NamedPipeEndpoint.Connect(endpoint.Name, Convert.ToHexString(new byte[32]), Limits)).Soon();
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => accepting.Soon());
        var ended = new Recorder();
        intruder.Start(ended);
        await ended.Closed.Soon();
    }

    [Fact]
    public async Task Descriptors_are_refused_and_closed()
    {
        var (first, second) = await ConnectAsync(Limits);
        using var a = first;
        using var b = second;
        var (read, write) = UnixPipe.Create();
        Assert.Equal(WriteOutcome.TooLarge, a.Write(1, new Ping(1), [read]));
        Assert.True(read.IsClosed);
        write.Dispose();
    }
}
