using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>A system call that waits for an answer. The arguments come from the caller: do not trust pointers among them.</summary>
/// <param name="Id">The id for the answer.</param>
/// <param name="ProcessId">The calling thread's id in this process's namespace; 0 if it is not visible here.</param>
/// <param name="Architecture">AUDIT_ARCH_….</param>
/// <param name="Number">The system call's number.</param>
/// <param name="First">Its first argument.</param>
/// <param name="Second">Its second argument.</param>
/// <param name="Third">Its third argument.</param>
/// <param name="Fourth">Its fourth argument.</param>
internal readonly record struct SeccompRequest(ulong Id, int ProcessId, uint Architecture, int Number, ulong First, ulong Second, ulong Third, ulong Fourth);

/// <summary>Receives the calls that a filter asks about, and answers them. Linux 5.0; see seccomp_unotify(2).</summary>
internal static unsafe class SeccompListener
{
    private const nuint Receive = 0xc0502100;
    private const nuint Send = 0xc0182101;
    private const nuint CheckId = 0x40082102;
    private const nuint AddDescriptor = 0x40182103;
    private const uint Continue = 1;
    private const uint AndSend = 2;
    private const uint CloseOnExec = 0x80000;

    /// <summary>Takes a waiting call. Call this when the listener is readable.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="request">The call.</param>
    /// <returns>False if the caller is gone, or all processes with the filter are.</returns>
    public static bool TryReceive(SafeDescriptor listener, out SeccompRequest request)
    {
        var notification = new Notification();
        if (LibC.DeviceControl(listener.Value, Receive, &notification) != 0)
        {
            request = default;
            return false;
        }
        request = new SeccompRequest(
            notification.Id, (int)notification.ProcessId, notification.Architecture, notification.Number,
            notification.Arguments[0], notification.Arguments[1], notification.Arguments[2], notification.Arguments[3]);
        return true;
    }

    /// <summary>Makes the call fail.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="id">The request's id.</param>
    /// <param name="errno">The errno that the caller gets.</param>
    public static void Deny(SafeDescriptor listener, ulong id, int errno)
    {
        var response = new Response { Id = id, Error = -errno };
        _ = LibC.DeviceControl(listener.Value, Send, &response);
    }

    /// <summary>Lets the call continue, as if nobody had been asked. The caller's other threads can change the memory that it points to, so nothing may depend on what was read there.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="id">The request's id.</param>
    public static void Allow(SafeDescriptor listener, ulong id)
    {
        var response = new Response { Id = id, Flags = Continue };
        _ = LibC.DeviceControl(listener.Value, Send, &response);
    }

    /// <summary>Whether the caller still waits, so that its thread id has not been reused.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="id">The request's id.</param>
    public static bool Waits(SafeDescriptor listener, ulong id) => LibC.DeviceControl(listener.Value, CheckId, &id) == 0;

    /// <summary>Makes the call return a copy of a descriptor. Linux 5.14.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="id">The request's id.</param>
    /// <param name="descriptor">Stays the caller's.</param>
    /// <param name="closesOnExec">Whether the copy does.</param>
    /// <returns>0, or the errno; then the call still waits, unless it is ENOENT: its caller is gone.</returns>
    public static int Return(SafeDescriptor listener, ulong id, SafeDescriptor descriptor, bool closesOnExec)
    {
        var added = new Added { Id = id, Flags = AndSend, Source = (uint)descriptor.Value, DescriptorFlags = closesOnExec ? CloseOnExec : 0 };
        return LibC.DeviceControl(listener.Value, AddDescriptor, &added) >= 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Added
    {
        internal ulong Id;
        internal uint Flags;
        internal uint Source;
        internal uint Number;
        internal uint DescriptorFlags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Notification
    {
        internal ulong Id;
        internal uint ProcessId;
        internal uint Flags;
        internal int Number;
        internal uint Architecture;
        internal ulong InstructionPointer;
        internal fixed ulong Arguments[6];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Response
    {
        internal ulong Id;
        internal long Value;
        internal int Error;
        internal uint Flags;
    }
}
