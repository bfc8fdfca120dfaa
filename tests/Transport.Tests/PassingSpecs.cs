using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.TransportTests;

/// <summary>Descriptors that cross a channel as numbers, as on Windows.</summary>
public sealed class PassingSpecs
{
    [Fact]
    public void What_was_given_before_one_that_cannot_be_given_is_taken_back()
    {
        using var peer = new Peer(room: 2);
        using var queue = new OutgoingQueue(new ChannelLimits(1000, 4, 1000)) { Passing = peer };
        SafeDescriptor[] three = [new(1000), new(1001), new(1002)];
        Assert.Throws<SystemCallException>(() => queue.Write(1, new RoleMessage(1, default), three));
        Assert.Empty(peer.Held);
        Assert.All(three, static descriptor => Assert.True(descriptor.IsClosed));
        // The queue goes on with the next frame.
        Assert.Equal(WriteOutcome.Queued, queue.Write(2, new RoleMessage(1, default), [new SafeDescriptor(1003)]));
        Assert.Equal([1003], peer.Held);
        Assert.True(queue.TryBegin(out var data, out _));
        Assert.Equal((2UL, 1), (FrameHeader.Read(data.Span).CorrelationId, FrameHeader.Read(data.Span).DescriptorCount));
    }

    private sealed class Peer(int room) : IDescriptorPassing
    {
        internal HashSet<int> Held { get; } = [];

        public int Give(SafeDescriptor descriptor)
        {
            if (Held.Count == room)
                throw new SystemCallException("DuplicateHandle", 8);
            var number = descriptor.Value;
            Held.Add(number);
            descriptor.SetHandleAsInvalid();
            return number;
        }

        public SafeDescriptor? Take(int number) => null;

        public void Withdraw(int number) => Assert.True(Held.Remove(number));

        public void Dispose()
        {
        }
    }
}
