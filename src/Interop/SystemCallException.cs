using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>A failed system call, with its name, the errno and the system's message.</summary>
internal sealed class SystemCallException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="call">The system call's name, as in its manual page.</param>
    /// <param name="errno">The positive errno value.</param>
    public SystemCallException(string call, int errno)
        : base($"{call} failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
    {
        Call = call;
        Errno = errno;
    }

    /// <summary>The system call's name.</summary>
    public string Call { get; }

    /// <summary>The positive errno value.</summary>
    public int Errno { get; }

    /// <summary>Builds the exception from the calling thread's last P/Invoke error.</summary>
    /// <param name="call">The system call's name.</param>
    public static SystemCallException FromLastError(string call) => new(call, Marshal.GetLastPInvokeError());
}
