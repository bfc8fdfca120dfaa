using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>The queue of ready descriptors on macOS: kqueue. Compiled, but never run.</summary>
internal sealed unsafe class KqueueQueue : IReadinessQueue
{
    private const short ReadFilter = -1;
    private const short WriteFilter = -2;
    private const ushort AddFlag = 0x1;
    private const ushort DeleteFlag = 0x2;
    private const ushort EndOfFile = 0x8000;
    private const int Capacity = 256;

    private readonly SafeDescriptor _queue;
    private readonly KernelEvent* _buffer = (KernelEvent*)NativeMemory.Alloc(Capacity, (nuint)sizeof(KernelEvent));

    internal KqueueQueue()
    {
        var descriptor = LibC.Kqueue();
        if (descriptor < 0)
            throw SystemCallException.FromLastError("kqueue");
        _queue = new SafeDescriptor(descriptor);
        DescriptorFlags.SetCloseOnExec(_queue);
    }

    public void Add(int descriptor, Readiness interest, long key) => Change(descriptor, interest, key);

    public void Change(int descriptor, Readiness interest, long key)
    {
        Filter(descriptor, ReadFilter, (interest & Readiness.Readable) != 0, key);
        Filter(descriptor, WriteFilter, (interest & Readiness.Writable) != 0, key);
    }

    public void Remove(int descriptor) => Change(descriptor, Readiness.None, 0);

    public int Wait(Span<ReadyEvent> events)
    {
        int count;
        while ((count = LibC.Kevent(_queue.Value, null, 0, _buffer, Math.Min(Capacity, events.Length), null)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                throw SystemCallException.FromLastError("kevent");
        }
        for (var i = 0; i < count; i++)
        {
            var readiness = (_buffer[i].Filter == WriteFilter ? Readiness.Writable : Readiness.Readable)
                | ((_buffer[i].Flags & EndOfFile) != 0 ? Readiness.HangUp : 0);
            events[i] = new ReadyEvent(_buffer[i].UserData, readiness);
        }
        return count;
    }

    private void Filter(int descriptor, short filter, bool wanted, long key)
    {
        var change = new KernelEvent { Identifier = descriptor, Filter = filter, Flags = wanted ? AddFlag : DeleteFlag, UserData = (nint)key };
        var failed = LibC.Kevent(_queue.Value, &change, 1, null, 0, null) != 0;
        // Kqueue keeps a filter for reading and one for writing: deleting one that was never added is no error.
        if (failed && (wanted || Marshal.GetLastPInvokeError() != Errno.NoEntry))
            throw SystemCallException.FromLastError("kevent");
    }
}

/// <summary><c>struct kevent</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernelEvent
{
    internal nint Identifier;
    internal short Filter;
    internal ushort Flags;
    internal uint FilterFlags;
    internal nint Data;
    internal nint UserData;
}

internal static unsafe partial class LibC
{
    [LibraryImport(Library, EntryPoint = "kqueue", SetLastError = true)]
    internal static partial int Kqueue();

    [LibraryImport(Library, EntryPoint = "kevent", SetLastError = true)]
    internal static partial int Kevent(int queue, KernelEvent* changes, int changeCount, KernelEvent* events, int eventCount, void* timeout);
}
