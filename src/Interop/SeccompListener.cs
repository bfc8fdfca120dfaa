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
    private const uint Continue = 1;

    /// <summary>Takes a waiting call. Call this when the listener is readable.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="request">The call.</param>
    /// <returns>False if the caller is gone, or all processes with the filter are.</returns>
    public static bool TryReceive(SafeDescriptor listener, out SeccompRequest request)
    {
        var notification = new Notification();
        if (LibC.Control(listener.Value, Receive, &notification) != 0)
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
        _ = LibC.Control(listener.Value, Send, &response);
    }

    /// <summary>Lets the call continue. For learning only: the caller's other threads can change the memory that it points to.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="id">The request's id.</param>
    public static void Allow(SafeDescriptor listener, ulong id)
    {
        var response = new Response { Id = id, Flags = Continue };
        _ = LibC.Control(listener.Value, Send, &response);
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
