using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Pipes whose reading end never blocks and whose writing end is for a child.</summary>
public static unsafe class UnixPipe
{
    private const int CloseOnExec = 0x80000;

    /// <summary>A pipe; both ends close-on-exec, reads non-blocking.</summary>
    public static (SafeDescriptor Read, SafeDescriptor Write) Create()
    {
        var pair = stackalloc int[2];
        var linux = OperatingSystem.IsLinux();
        if ((linux ? LibC.Pipe2(pair, CloseOnExec) : LibC.Pipe(pair)) != 0)
            throw SystemCallException.FromLastError("pipe2");
        var ends = (Read: new SafeDescriptor(pair[0]), Write: new SafeDescriptor(pair[1]));
        if (!linux)
        {
            DescriptorFlags.SetCloseOnExec(ends.Read);
            DescriptorFlags.SetCloseOnExec(ends.Write);
        }
        DescriptorFlags.SetNonBlocking(ends.Read);
        return ends;
    }

    /// <summary>Reads what is there.</summary>
    /// <param name="descriptor">A pipe's reading end.</param>
    /// <param name="buffer">Room for at least one byte.</param>
    public static SocketResult Read(SafeDescriptor descriptor, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            nint read;
            while ((read = LibC.Read(descriptor.Value, bytes, (nuint)buffer.Length)) < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.WouldBlock)
                    return new SocketResult(SocketStatus.WouldBlock, 0);
                if (errno != Errno.Interrupted)
                    return new SocketResult(SocketStatus.Failed, 0, 0, errno);
            }
            return new SocketResult(read == 0 ? SocketStatus.Closed : SocketStatus.Ok, (int)read);
        }
    }
}
