using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>The queue of ready descriptors on Linux: epoll.</summary>
internal sealed unsafe class EpollQueue : IReadinessQueue
{
    private const int CloseOnExec = 0x80000;
    private const int AddOperation = 1;
    private const int RemoveOperation = 2;
    private const int ChangeOperation = 3;
    private const uint In = 0x1;
    private const uint Out = 0x4;
    private const uint Err = 0x8;
    private const uint Hup = 0x10;
    private const uint PeerHup = 0x2000;
    private const int Capacity = 256;

    // x64 packs struct epoll_event to 12 bytes, every other architecture aligns it to 16.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int KeyOffset = EventSize - sizeof(long);

    private readonly SafeDescriptor _epoll;
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(Capacity * 16);

    internal EpollQueue()
    {
        var descriptor = LibC.EpollCreate(CloseOnExec);
        if (descriptor < 0)
            throw SystemCallException.FromLastError("epoll_create1");
        _epoll = new SafeDescriptor(descriptor);
    }

    public void Add(int descriptor, Readiness interest, long key) => Control(AddOperation, descriptor, interest, key);

    public void Change(int descriptor, Readiness interest, long key) => Control(ChangeOperation, descriptor, interest, key);

    public void Remove(int descriptor) => Control(RemoveOperation, descriptor, Readiness.None, 0);

    /// <summary>Readable while a descriptor is ready; belongs to the queue.</summary>
    internal SafeDescriptor Descriptor => _epoll;

    public int Wait(Span<ReadyEvent> events) => Wait(events, milliseconds: -1);

    /// <summary>Returns the descriptors that are ready now, without waiting.</summary>
    internal int Poll(Span<ReadyEvent> events) => Wait(events, milliseconds: 0);

    private int Wait(Span<ReadyEvent> events, int milliseconds)
    {
        int count;
        while ((count = LibC.EpollWait(_epoll.Value, _buffer, Math.Min(Capacity, events.Length), milliseconds)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                throw SystemCallException.FromLastError("epoll_wait");
        }
        for (var i = 0; i < count; i++)
        {
            var entry = _buffer + (i * EventSize);
            var flags = *(uint*)entry;
            var readiness = ((flags & (In | PeerHup)) != 0 ? Readiness.Readable : 0)
                | ((flags & Out) != 0 ? Readiness.Writable : 0)
                | ((flags & (Err | Hup)) != 0 ? Readiness.HangUp : 0);
            events[i] = new ReadyEvent(*(long*)(entry + KeyOffset), readiness);
        }
        return count;
    }

    private void Control(int operation, int descriptor, Readiness interest, long key)
    {
        var change = stackalloc byte[16];
        *(uint*)change = ((interest & Readiness.Readable) != 0 ? In : 0) | ((interest & Readiness.Writable) != 0 ? Out : 0);
        *(long*)(change + KeyOffset) = key;
        if (LibC.EpollControl(_epoll.Value, operation, descriptor, change) != 0)
            throw SystemCallException.FromLastError("epoll_ctl");
    }
}
