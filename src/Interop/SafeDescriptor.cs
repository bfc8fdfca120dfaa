using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// Owns one Unix file descriptor, or on Windows the handle of a section. The only invalid value is −1; descriptor 0 is a descriptor like any other.
/// </summary>
/// <remarks>
/// <c>close</c> is called exactly once and never retried on EINTR: on Linux the descriptor is gone either way, and
/// a second close could hit a descriptor that another thread has opened since.
/// </remarks>
public sealed class SafeDescriptor : SafeHandle
{
    private readonly SafeDescriptor? _shared;

    /// <summary>An invalid descriptor that owns nothing.</summary>
    public SafeDescriptor() : base(-1, ownsHandle: true)
    {
    }

    /// <summary>Takes ownership of <paramref name="descriptor"/>.</summary>
    /// <param name="descriptor">An open descriptor, or −1.</param>
    public SafeDescriptor(int descriptor) : base(-1, ownsHandle: true) => SetHandle(descriptor);

    private SafeDescriptor(SafeDescriptor shared) : base(-1, ownsHandle: true)
    {
        var added = false;
        shared.DangerousAddRef(ref added);
        _shared = shared;
        SetHandle(shared.handle);
    }

    /// <summary>Creates another owner of the same descriptor, which is closed when both are disposed.</summary>
    /// <exception cref="ObjectDisposedException">The descriptor is closed.</exception>
    public SafeDescriptor Share() => new(this);

    /// <summary>Closes several descriptors.</summary>
    /// <param name="descriptors">The descriptors to close.</param>
    public static void DisposeAll(params ReadOnlySpan<SafeDescriptor> descriptors)
    {
        foreach (var descriptor in descriptors)
            descriptor.Dispose();
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The number, for a system call made while the handle is referenced or known to be open.</summary>
    public int Value => (int)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        if (_shared is null)
            return OperatingSystem.IsWindows() ? WindowsSection.Close(handle) : LibC.Close((int)handle) == 0;
        _shared.DangerousRelease();
        return true;
    }
}
