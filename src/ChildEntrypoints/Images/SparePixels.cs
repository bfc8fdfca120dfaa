using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>
/// Memory for the next image's pixels, as much as the last image took, prepared between two requests: finding and clearing pages of
/// shared memory takes the kernel as long as decoding into them takes a library. An image that arrives during the preparation takes
/// the memory as it is.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SparePixels
{
    private const int Least = 256 << 10;
    private const int Step = 256 << 10;

    private readonly WorkThread _thread = new("ActorBrowser pixels");
    private readonly Lock _lock = new();
    private SafeDescriptor? _file;
    private MappedMemory? _memory;
    private int _length;

    /// <summary>Prepares memory, unless enough is ready.</summary>
    /// <param name="length">In bytes.</param>
    internal void Prepare(int length)
    {
        if (length >= Least && !(Volatile.Read(ref _file) is not null && _length >= length))
            _thread.Add(() => Make(length));
    }

    /// <summary>Hands the memory over, cut to size, if it is at least that long and at most twice as long.</summary>
    /// <param name="length">In bytes.</param>
    /// <param name="file">Exactly that long; the caller owns it.</param>
    /// <param name="memory">At least that long; the caller owns it.</param>
    internal bool TryTake(int length, [NotNullWhen(true)] out SafeDescriptor? file, [NotNullWhen(true)] out MappedMemory? memory)
    {
        (file, memory) = (null, null);
        lock (_lock)
        {
            if (_file is null || length > _length || length < _length / 2)
                return false;
            (file, memory, _file, _memory) = (_file, _memory!, null, null);
        }
        SharedMemory.Resize(file, length);
        return true;
    }

    private void Make(int length)
    {
        lock (_lock)
            Drop();
        SafeDescriptor? file = null;
        MappedMemory memory;
        try
        {
            file = SharedMemory.Create("actorbrowser-image", length);
            memory = new MappedMemory(file, length, writable: true);
        }
        catch (SystemCallException)
        {
            // A failure to allocate a spare is no error: a decode that needs the memory reports it.
            file?.Dispose();
            return;
        }
        lock (_lock)
            (_file, _memory, _length) = (file, memory, length);
        for (var done = 0; done < length; done += Step)
        {
            // The lock is taken for each step, so that an image waits for one step at most.
            lock (_lock)
            {
                if (_memory != memory)
                    return;
                var part = memory.GetSpan().Slice(done, Math.Min(Step, length - done));
                for (var at = 0; at < part.Length; at += Environment.SystemPageSize)
                    part[at] = 0;
            }
        }
    }

    private void Drop()
    {
        ((IDisposable?)_memory)?.Dispose();
        _file?.Dispose();
        (_file, _memory) = (null, null);
    }
}
