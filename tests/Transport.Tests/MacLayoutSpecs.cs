using System.Runtime.InteropServices;
using ActorBrowser.Interop;

namespace ActorBrowser.TransportTests;

/// <summary>
/// The structures that macOS and we share, as its headers lay them out for 64 bits (sys/event.h, sys/socket.h, sys/uio.h,
/// sys/poll.h; the same on x64 and arm64). There is no such header here: sizes and offsets are written down from the documented ABI.
/// </summary>
[Trait("Tier", "Fast")]
public sealed class MacLayoutSpecs
{
    // struct kevent { uintptr_t ident; int16_t filter; uint16_t flags; uint32_t fflags; intptr_t data; void *udata; }
    [Fact]
    public void A_kernel_event_is_that_of_sys_event_h()
    {
        Assert.Equal(32, Marshal.SizeOf<KernelEvent>());
        Assert.Equal((0, 8, 10), (Offset<KernelEvent>("Identifier"), Offset<KernelEvent>("Filter"), Offset<KernelEvent>("Flags")));
        Assert.Equal((12, 16, 24), (Offset<KernelEvent>("FilterFlags"), Offset<KernelEvent>("Data"), Offset<KernelEvent>("UserData")));
    }

    // struct msghdr { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; int msg_iovlen; void *msg_control; socklen_t msg_controllen; int msg_flags; }: 48 bytes
    [Fact]
    public unsafe void A_message_header_serves_the_smaller_one_of_sys_socket_h()
    {
        Assert.True(sizeof(MessageHeader) >= 48);
        Assert.Equal((0, 8, 16, 24), (Offset<MessageHeader>("_name"), Offset<MessageHeader>("_nameLength"), Offset<MessageHeader>("_vectors"), Offset<MessageHeader>("_vectorCount")));
        Assert.Equal((32, 40, 44), (Offset<MessageHeader>("_control"), Offset<MessageHeader>("_controlLength"), Offset<MessageHeader>("_macFlags")));
        // Both counts are an int there and a size_t here: the int is the lower half, and what follows it is the upper.
        var header = default(MessageHeader);
        header.Fill(null, null, 16);
        var words = new ReadOnlySpan<int>(&header, sizeof(MessageHeader) / sizeof(int));
        Assert.Equal((1, 16, 0), (words[24 / 4], words[40 / 4], words[44 / 4]));
    }

    // struct iovec { void *iov_base; size_t iov_len; }, struct pollfd { int fd; short events; short revents; }
    [Fact]
    public void A_vector_and_a_polled_descriptor_are_those_of_sys_uio_h_and_sys_poll_h()
    {
        Assert.Equal((16, 0, 8), (Marshal.SizeOf<IoVector>(), Offset<IoVector>("Base"), Offset<IoVector>("Length")));
        Assert.Equal((8, 0, 4, 6), (Marshal.SizeOf<PollDescriptor>(), Offset<PollDescriptor>("Descriptor"), Offset<PollDescriptor>("Events"), Offset<PollDescriptor>("Returned")));
        Assert.Equal((1, 4), (PollDescriptor.Readable, PollDescriptor.Writable));
    }

    private static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
