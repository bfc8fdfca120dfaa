using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ActorBrowser.Interop;

/// <summary>Changes to a memory file that are forbidden to every holder (fcntl(2), F_ADD_SEALS).</summary>
[Flags]
internal enum Seals
{
    /// <summary>No seal.</summary>
    None = 0,

    /// <summary>No more seals.</summary>
    Seal = 1,

    /// <summary>The file cannot shrink, so that using a mapping of it cannot raise SIGBUS.</summary>
    Shrink = 2,

    /// <summary>The file cannot grow.</summary>
    Grow = 4,

    /// <summary>Its bytes cannot change, and no process has a writable mapping of it.</summary>
    Write = 8,
}

/// <summary>
/// Memory files (memfd_create) or, on Windows, sections of the paging file: bytes that processes share by passing a descriptor. A frozen one
/// does not change any more; of a section, which cannot be sealed, its receiver makes a copy instead.
/// </summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("windows")]
internal static class SharedMemory
{
    /// <summary>Whether this system has memory files that can be given to another process.</summary>
    [SupportedOSPlatformGuard("linux")]
    [SupportedOSPlatformGuard("windows")]
    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsWindows();

    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const int AddSeals = 1033;
    private const int GetSeals = 1034;
    private const int SeekEnd = 2;

    /// <summary>Creates a memory file of zeros, close-on-exec, not sealed.</summary>
    /// <param name="name">The name shown among a process's descriptors.</param>
    /// <param name="length">In bytes, at least 1.</param>
    /// <exception cref="SystemCallException">The system has no descriptor or no memory left.</exception>
    public static SafeDescriptor Create(string name, long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if (!OperatingSystem.IsLinux())
            return WindowsSection.Create(length);
        var number = LibC.CreateMemoryFile(name, CloseOnExec | AllowSealing);
        if (number < 0)
            throw SystemCallException.FromLastError("memfd_create");
        var descriptor = new SafeDescriptor(number);
        try
        {
            Resize(descriptor, length);
            return descriptor;
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Freezes a memory file: no holder of what is returned can change it or its length.</summary>
    /// <param name="file">This method takes ownership. Of this process no writable mapping may be left.</param>
    /// <returns>What may be given away. A section's has the right to read alone; the process that made it could still write.</returns>
    /// <exception cref="SystemCallException">The system refused.</exception>
    public static SafeDescriptor Freeze(SafeDescriptor file)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                Add(file, Seals.Write | Seals.Shrink | Seals.Grow | Seals.Seal);
                return file;
            }
            using (file)
                return WindowsSection.ReadOnly(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens memory that another process has frozen. Its bytes change no more, whatever that process does.</summary>
    /// <param name="file">The caller keeps it.</param>
    /// <param name="length">How many bytes are used, at least 1.</param>
    /// <param name="problem">What is wrong with the memory file; null if nothing is.</param>
    /// <exception cref="SystemCallException">There is not enough memory.</exception>
    public static MappedMemory? OpenFrozen(SafeDescriptor file, int length, out string? problem)
    {
        if (OperatingSystem.IsLinux())
        {
            var seals = SealsOf(file);
            problem = (seals & (Seals.Write | Seals.Shrink)) != (Seals.Write | Seals.Shrink) ? $"has the seals {seals}, so it could change or shrink while it is read"
                : LengthOf(file) < length ? $"has {LengthOf(file)} bytes" : null;
            return problem is null ? new MappedMemory(file, length, writable: false) : null;
        }
        problem = WindowsSection.LengthOf(file) is not { } has ? "is no section of the paging file" : has < length ? $"has {has} bytes" : null;
        return problem is null ? Copy(file, length) : null;
    }

    // Its maker may still write to it.
    private static MappedMemory Copy(SafeDescriptor section, int length)
    {
        using var own = WindowsSection.Create(length);
        using (var from = new MappedMemory(section, length, writable: false))
        using (var to = new MappedMemory(own, length, writable: true))
            from.GetSpan().CopyTo(to.GetSpan());
        return new MappedMemory(own, length, writable: false);
    }

    /// <summary>Changes the length, unless a seal forbids that.</summary>
    /// <param name="descriptor">A memory file.</param>
    /// <param name="length">In bytes.</param>
    /// <exception cref="SystemCallException">The system refused.</exception>
    [SupportedOSPlatform("linux")]
    public static void Resize(SafeDescriptor descriptor, long length)
    {
        if (LibC.Truncate(descriptor.Value, (nint)length) != 0)
            throw SystemCallException.FromLastError("ftruncate");
    }

    /// <summary>Writes bytes of a memory file, and leaves its position alone. A mapping would have each page faulted in before it is written: for 1 MiB that takes three times as long.</summary>
    /// <param name="descriptor">A memory file that is not sealed.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="offset">Where the first byte goes.</param>
    /// <exception cref="SystemCallException">There is no memory left.</exception>
    public static unsafe void Write(SafeDescriptor descriptor, ReadOnlySpan<byte> bytes, long offset = 0)
    {
        if (!OperatingSystem.IsLinux())
        {
            using var view = new MappedMemory(descriptor, checked((int)(offset + bytes.Length)), writable: true);
            bytes.CopyTo(view.GetSpan()[(int)offset..]);
            return;
        }
        fixed (byte* start = bytes)
        {
            for (nint at = 0; at < bytes.Length;)
            {
                var written = LibC.WriteAt(descriptor.Value, start + at, (nuint)(bytes.Length - at), (nint)offset + at);
                if (written > 0)
                    at += written;
                else if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                    throw SystemCallException.FromLastError("pwrite");
            }
        }
    }

    /// <summary>Adds seals, permanently and for all holders.</summary>
    /// <param name="descriptor">A memory file.</param>
    /// <param name="seals">The seals; <see cref="Seals.Write"/> is refused while a writable mapping exists.</param>
    /// <exception cref="SystemCallException">The system refused.</exception>
    [SupportedOSPlatform("linux")]
    public static void Add(SafeDescriptor descriptor, Seals seals)
    {
        if (LibC.Fcntl(descriptor.Value, AddSeals, (nint)seals) < 0)
            throw SystemCallException.FromLastError("fcntl");
    }

    /// <summary>The seals of a memory file; <see cref="Seals.None"/> for any other descriptor.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    [SupportedOSPlatform("linux")]
    public static Seals SealsOf(SafeDescriptor descriptor)
    {
        var seals = LibC.Fcntl(descriptor.Value, GetSeals, 0);
        return seals < 0 ? Seals.None : (Seals)seals;
    }

    /// <summary>The length in bytes; of a section in whole pages, and 0 of a handle that is none.</summary>
    /// <param name="descriptor">A memory file.</param>
    /// <exception cref="SystemCallException">The descriptor has no length.</exception>
    public static long LengthOf(SafeDescriptor descriptor)
    {
        if (!OperatingSystem.IsLinux())
            return WindowsSection.LengthOf(descriptor) ?? 0;
        var length = LibC.Seek(descriptor.Value, 0, SeekEnd);
        return length >= 0 ? length : throw SystemCallException.FromLastError("lseek");
    }
}

/// <summary>A memory file mapped into this process until it is disposed. Spans of it must not be used afterwards.</summary>
internal sealed unsafe class MappedMemory : MemoryManager<byte>
{
    private const int ReadOnly = 1;
    private const int ReadWrite = 3;
    private const int Shared = 1;

    private readonly int _length;
    private byte* _start;

    /// <summary>Maps the first <paramref name="length"/> bytes; the caller keeps the descriptor, and may close it.</summary>
    /// <param name="descriptor">A memory file at least that long.</param>
    /// <param name="length">In bytes, at least 1.</param>
    /// <param name="writable">Whether this process may write.</param>
    /// <exception cref="SystemCallException">There is not enough memory, or writing is sealed.</exception>
    public MappedMemory(SafeDescriptor descriptor, int length, bool writable)
    {
        if (OperatingSystem.IsWindows())
        {
            _start = WindowsSection.Map(descriptor, length, writable);
            _length = length;
            if (_start is null)
                throw SystemCallException.FromLastError("MapViewOfFile");
            return;
        }
        var start = LibC.MapMemory(null, (nuint)length, writable ? ReadWrite : ReadOnly, Shared, descriptor.Value, 0);
        if (start == (void*)-1)
            throw SystemCallException.FromLastError("mmap");
        _start = (byte*)start;
        _length = length;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        return new Span<byte>(_start, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length);
        ObjectDisposedException.ThrowIf(_start is null, this);
        return new MemoryHandle(_start + elementIndex, default, this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_start is null)
            return;
        if (OperatingSystem.IsWindows())
            WindowsSection.Unmap(_start);
        else
            LibC.UnmapMemory(_start, (nuint)_length);
        _start = null;
    }
}
