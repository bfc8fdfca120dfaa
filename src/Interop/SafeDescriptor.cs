using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// Owns one Unix file descriptor. The only invalid value is −1; descriptor 0 is a descriptor like any other.
/// </summary>
/// <remarks>
/// <c>close</c> is called exactly once and never retried on EINTR: on Linux the descriptor is gone either way, and
/// a second close could hit a descriptor that another thread has opened since.
/// </remarks>
public sealed class SafeDescriptor : SafeHandle
{
    /// <summary>An invalid descriptor that owns nothing.</summary>
    public SafeDescriptor() : base(-1, ownsHandle: true)
    {
    }

    /// <summary>Takes ownership of <paramref name="descriptor"/>.</summary>
    /// <param name="descriptor">An open descriptor, or −1.</param>
    public SafeDescriptor(int descriptor) : base(-1, ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Closes all of them.</summary>
    /// <param name="descriptors">Whatever came along with something that is not wanted.</param>
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
    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
