using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.TransportTests;

/// <summary>Descriptors sent with frames. Counts this process's descriptors, so it runs alone.</summary>
[Collection("counts descriptors")]
public sealed class DescriptorSpecs
{
    private static readonly ChannelLimits Limits = ChannelLimits.Default;

    private static (SocketChannel Channel, SafeDescriptor End, Recorder Received) Connect()
    {
        var channel = SocketChannel.CreatePair(Limits, out var end);
        var received = new Recorder();
        channel.Start(received);
        return (channel, end, received);
    }

    [Fact]
    public void A_shared_descriptor_is_closed_when_all_owners_have_let_go_of_it()
    {
        var (read, write) = UnixPipe.Create();
        using (read)
        {
            var second = write.Share();
            Assert.Equal(write.Value, second.Value);
            write.Dispose();
            Assert.Equal(SocketStatus.Ok, UnixPipe.Write(second, "still there"u8).Status);
            var buffer = new byte[64];
            Assert.Equal(11, UnixPipe.Read(read, buffer).Bytes);
            Assert.Equal(SocketStatus.WouldBlock, UnixPipe.Read(read, buffer).Status);
            second.Dispose();
            Assert.Equal(SocketStatus.Closed, UnixPipe.Read(read, buffer).Status);
            Assert.Throws<ObjectDisposedException>(second.Share);
        }
    }

    [Fact]
    public async Task A_blocking_channel_waits_for_another_descriptor_as_well()
    {
        var (read, write) = UnixPipe.Create();
        using var first = SocketChannel.CreatePair(Limits, out var end);
        first.Start(new Recorder());
        using var second = new BlockingSocketChannel(end, Limits);
        var readable = new SemaphoreSlim(0);
        var threads = new System.Collections.Concurrent.ConcurrentQueue<int>();
        second.Watch(read, () =>
        {
            Assert.Equal(SocketStatus.Ok, UnixPipe.Read(read, new byte[64]).Status);
            threads.Enqueue(Environment.CurrentManagedThreadId);
            readable.Release();
        });
        var received = new Recorder { Judge = _ => { threads.Enqueue(Environment.CurrentManagedThreadId); return null; } };
        second.Start(received);
        for (var i = 0; i < 100; i++)
        {
            UnixPipe.Write(write, "x"u8);
            Assert.True(await readable.WaitAsync(TimeSpan.FromSeconds(30)));
            first.Write((ulong)i, new Ping(i));
            first.Flush();
            await received.TakeAsync(1);
        }
        Assert.Single(threads.Distinct());
        first.Dispose();
        Assert.Equal(ChannelEnd.EndOfStream, (await received.Closed).End);
        SafeDescriptor.DisposeAll(read, write);
    }

    [Fact]
    public async Task A_passed_descriptor_is_usable_and_then_at_its_end()
    {
        var (a, end, received) = Connect();
        using var b = SocketChannel.FromDescriptor(end, Limits);
        b.Start(new Recorder());
        var (read, write) = UnixPipe.Create();
        Assert.Equal(WriteOutcome.Queued, b.Write(5, new Ping(5), [read]));
        b.Write(6, new Ping(6));
        b.Flush();
        var frames = await received.TakeAsync(2);
        Assert.True(read.IsClosed);
        var passed = Assert.Single(frames[0].Descriptors);
        Assert.Empty(frames[1].Descriptors);

        using (var file = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(write.Value, ownsHandle: false), FileAccess.Write, 0))
            file.Write("through"u8);
        write.Dispose();
        var buffer = new byte[64];
        Assert.Equal("through", Encoding.UTF8.GetString(buffer, 0, UnixPipe.Read(passed, buffer).Bytes));
        Assert.Equal(SocketStatus.Closed, UnixPipe.Read(passed, buffer).Status);
        passed.Dispose();
        a.Dispose();
    }

    [Fact]
    public async Task As_many_as_allowed_ride_on_one_frame_and_keep_their_order()
    {
        var (a, end, received) = Connect();
        using var b = SocketChannel.FromDescriptor(end, Limits);
        b.Start(new Recorder());
        var pipes = Enumerable.Range(0, Limits.MaxDescriptorsPerFrame).Select(_ => UnixPipe.Create()).ToArray();
        b.Write(1, new Ping(1));
        b.Write(2, new Ping(2), pipes.Select(p => p.Read).ToArray());
        b.Write(3, new Ping(3));
        b.Flush();
        var frames = await received.TakeAsync(3);
        Assert.Equal(pipes.Length, frames[1].Descriptors.Length);
        for (var i = 0; i < pipes.Length; i++)
        {
            using (var file = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(pipes[i].Write.Value, ownsHandle: false), FileAccess.Write, 0))
                file.Write([(byte)i]);
            var buffer = new byte[8];
            Assert.Equal(1, UnixPipe.Read(frames[1].Descriptors[i], buffer).Bytes);
            Assert.Equal(i, buffer[0]);
            frames[1].Descriptors[i].Dispose();
            pipes[i].Write.Dispose();
        }
        a.Dispose();
    }

    [Fact]
    public void More_than_allowed_are_refused_and_closed()
    {
        var (a, end, _) = Connect();
        using var b = SocketChannel.FromDescriptor(end, Limits);
        var pipes = Enumerable.Range(0, Limits.MaxDescriptorsPerFrame + 1).Select(_ => UnixPipe.Create()).ToArray();
        Assert.Equal(WriteOutcome.TooLarge, b.Write(1, new Ping(1), pipes.Select(p => p.Read).ToArray()));
        Assert.All(pipes, p => Assert.True(p.Read.IsClosed));
        foreach (var pipe in pipes)
            pipe.Write.Dispose();
        a.Dispose();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(0, 5)]
    [InlineData(0, 200)]
    public async Task Undeclared_missing_or_too_many_descriptors_are_violations(int declared, int sent)
    {
        var (a, end, received) = Connect();
        var frame = new byte[FrameHeader.Size + 2];
        new FrameHeader(2, MessageType.Ping, (ushort)declared, 1).Write(frame);
        (frame[^2], frame[^1]) = (0x91, 1);
        var (read, write) = UnixPipe.Create();
        var copies = Enumerable.Range(0, sent).Select(_ => DescriptorFlags.Duplicate(read)).ToArray();
        UnixSocket.Send(end, frame, copies, wait: true);
        var closed = await received.Closed.Soon();
        Assert.Equal(ChannelEnd.Violation, closed.End);
        Assert.Equal(ViolationKind.Descriptors, closed.Violation!.Kind);
        foreach (var descriptor in copies.Concat([read, write, end]))
            descriptor.Dispose();
        foreach (var delivered in received.Frames.SelectMany(f => f.Descriptors))
            delivered.Dispose();
        a.Dispose();
    }

    [Fact]
    public async Task No_path_leaks_a_descriptor()
    {
        // A first round, because pools, the reactor and the runtime open their descriptors in it.
        await EveryPathAsync();
        GC.Collect();
        var before = ProcessTable.OpenDescriptors();
        for (var i = 0; i < 20; i++)
            await EveryPathAsync();
        await ProcessTable.Until(() => ProcessTable.OpenDescriptors() <= before, Deadline.Long);
    }

    private async Task EveryPathAsync()
    {
        await A_passed_descriptor_is_usable_and_then_at_its_end();
        More_than_allowed_are_refused_and_closed();
        await Undeclared_missing_or_too_many_descriptors_are_violations(0, 5);
        await Undeclared_missing_or_too_many_descriptors_are_violations(1, 2);

        // Queued and never sent.
        var queued = SocketChannel.CreatePair(Limits, out var end);
        var (read, write) = UnixPipe.Create();
        queued.Write(1, new Ping(1), [read]);
        queued.Dispose();
        end.Dispose();
        write.Dispose();
        Assert.True(read.IsClosed);

        // Delivered to a handler that does not take it.
        var a = SocketChannel.CreatePair(Limits, out var other);
        var ignoring = new Recorder { TakeDescriptors = false };
        a.Start(ignoring);
        var b = SocketChannel.FromDescriptor(other, Limits);
        b.Start(new Recorder());
        (read, write) = UnixPipe.Create();
        b.Write(1, new Ping(1), [read]);
        b.Flush();
        await ignoring.TakeAsync(1);
        a.Dispose();
        await ignoring.Closed.Soon();
        b.Dispose();
        write.Dispose();
    }
}

[CollectionDefinition("counts descriptors", DisableParallelization = true)]
public sealed class CountsDescriptors;
