using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>A system call that waits for an answer. Arguments are the caller's own numbers: pointers among them are not to be trusted.</summary>
/// <param name="Id">What the answer is for.</param>
/// <param name="ProcessId">The calling thread, as this process sees it; 0 if it cannot.</param>
/// <param name="Architecture">AUDIT_ARCH_….</param>
/// <param name="Number">The system call.</param>
/// <param name="First">Its first argument.</param>
/// <param name="Second">Its second.</param>
/// <param name="Third">Its third.</param>
/// <param name="Fourth">Its fourth.</param>
internal readonly record struct SeccompRequest(ulong Id, int ProcessId, uint Architecture, int Number, ulong First, ulong Second, ulong Third, ulong Fourth);

/// <summary>Receives the calls that a filter asks about, and answers them. Linux 5.0; see seccomp_unotify(2).</summary>
internal static unsafe class SeccompListener
{
    private const nuint Receive = 0xc0502100;
    private const nuint Send = 0xc0182101;
    private const uint Continue = 1;

    /// <summary>Takes one that is waiting. Call it when the listener is readable.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="request">What was called.</param>
    /// <returns>False when the caller is gone again, or everybody is.</returns>
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

    /// <summary>Lets the call fail.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="id">The request's.</param>
    /// <param name="errno">What the caller gets.</param>
    public static void Deny(SafeDescriptor listener, ulong id, int errno)
    {
        var response = new Response { Id = id, Error = -errno };
        _ = LibC.Control(listener.Value, Send, &response);
    }

    /// <summary>Lets the call go on: for learning only, as the caller's other threads can change what it points to.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="id">The request's.</param>
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
