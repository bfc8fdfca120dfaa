using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Pipes between this process and a child: this process's end never blocks.</summary>
internal static unsafe class UnixPipe
{
    private const int CloseOnExec = 0x80000;
    private const int SetPipeSize = 1031;

    /// <summary>Creates a pipe from a child to this process; both ends close-on-exec, reads non-blocking.</summary>
    public static (SafeDescriptor Read, SafeDescriptor Write) Create()
    {
        var ends = Open();
        DescriptorFlags.SetNonBlockingOnly(ends.Read);
        return ends;
    }

    /// <summary>Creates a pipe from this process to a child; both ends close-on-exec, writes non-blocking.</summary>
    public static (SafeDescriptor Read, SafeDescriptor Write) CreateForWriting()
    {
        // The flag belongs to the end, not to the pipe: the child's end blocks, as programs expect.
        var ends = Open();
        DescriptorFlags.SetNonBlockingOnly(ends.Write);
        return ends;
    }

    private static (SafeDescriptor Read, SafeDescriptor Write) Open()
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
        return ends;
    }

    /// <summary>Reads the bytes that are available.</summary>
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
                // A terminal reports EIO after all its programs are gone.
                if (errno == Errno.InputOutput)
                    return new SocketResult(SocketStatus.Closed, 0);
                if (errno != Errno.Interrupted)
                    return new SocketResult(SocketStatus.Failed, 0, 0, errno);
            }
            return new SocketResult(read == 0 ? SocketStatus.Closed : SocketStatus.Ok, (int)read);
        }
    }

    /// <summary>Asks for a larger pipe buffer; the kernel may refuse. Linux.</summary>
    /// <param name="pipe">Either end.</param>
    /// <param name="bytes">The size in bytes.</param>
    public static void AskForRoom(SafeDescriptor pipe, int bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = LibC.Fcntl(pipe.Value, SetPipeSize, bytes);
    }

    /// <summary>How many bytes wait to be read.</summary>
    /// <param name="descriptor">A pipe's reading end, or a terminal.</param>
    public static int Waiting(SafeDescriptor descriptor) => Waiting(descriptor.Value);

    internal static int Waiting(int descriptor)
    {
        int bytes;
        return LibC.DeviceControl(descriptor, OperatingSystem.IsLinux() ? (nuint)0x541B : 0x4004667F, &bytes) == 0 ? bytes : 0;
    }

    /// <summary>Writes as much as fits now. If the reader is gone the result is <see cref="SocketStatus.Closed"/>; the runtime ignores SIGPIPE.</summary>
    /// <param name="descriptor">A non-blocking writing end, or a terminal.</param>
    /// <param name="data">At least one byte.</param>
    public static SocketResult Write(SafeDescriptor descriptor, ReadOnlySpan<byte> data) => Write(descriptor.Value, data);

    internal static SocketResult Write(int descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            nint written;
            while ((written = LibC.Write(descriptor, bytes, (nuint)data.Length)) < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.WouldBlock)
                    return new SocketResult(SocketStatus.WouldBlock, 0);
                if (errno is Errno.BrokenPipe or Errno.InputOutput)
                    return new SocketResult(SocketStatus.Closed, 0, 0, errno);
                if (errno != Errno.Interrupted)
                    return new SocketResult(SocketStatus.Failed, 0, 0, errno);
            }
            return new SocketResult(SocketStatus.Ok, (int)written);
        }
    }
}
