using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Security.AccessControl;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.Interop;

/// <summary>
/// A pipe between this process, which uses its end without a blocked thread (overlapped), and a program, whose end is an ordinary
/// handle. Anonymous pipes cannot do that, so it is a named one: it admits one connection of this user on this machine, which is made here.
/// </summary>
internal static partial class WindowsPipe
{
    private const uint GenericRead = 0x80000000;
    private const uint GenericWrite = 0x40000000;
    private const uint OpenExisting = 3;
    private const uint InheritFlag = 1;
    private const uint ShareReadAndWrite = 3;
    private const uint Overlapped = 0x40000000;
    private const uint ByteStream = 0;
    private const uint RejectRemoteClients = 8;

    // The same bit is WRITE_OWNER, which a label needs.
    private const uint FirstInstance = 0x80000;

    /// <summary>Opens a pipe that this process reads.</summary>
    /// <param name="room">The bytes that it holds before a writer waits.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static (Stream Read, SafeFileHandle Write) ForReading(int room) => Open(PipeDirection.In, GenericWrite, room);

    /// <summary>Opens a pipe that this process writes.</summary>
    /// <param name="room">The bytes that it holds before this process waits.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static (SafeFileHandle Read, Stream Write) ForWriting(int room)
    {
        var (ours, theirs) = Open(PipeDirection.Out, GenericRead, room);
        return (theirs, ours);
    }

    /// <summary>Makes a pipe for one connection of this user, and of those named.</summary>
    /// <param name="name">The pipe's name.</param>
    /// <param name="alsoFor">The security identifier of an AppContainer to admit as well; null for none.</param>
    /// <param name="isForLow">Whether a process of low integrity may connect.</param>
    /// <exception cref="Win32Exception">The system refused, or a pipe of that name is there already.</exception>
    internal static NamedPipeServerStream Serve(string name, string? alsoFor, bool isForLow)
    {
        var server = Make(name, PipeDirection.InOut, 0, alsoFor, hasLessThanUser: alsoFor is not null || isForLow);
        try
        {
            if (isForLow)
                WindowsLabel.AdmitLow(server.SafePipeHandle);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a pipe, and hangs up.</summary>
    /// <param name="name">The pipe's name.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static void Touch(string name) => OpenFile($@"\\.\pipe\{name}", GenericRead | GenericWrite).Dispose();

    /// <summary>Opens the null device, inheritable.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static SafeFileHandle Null() => OpenFile("NUL", GenericRead | GenericWrite);

    /// <summary>The process at the other end of a pipe that this process has made; 0 if the system does not tell.</summary>
    /// <param name="pipe">The server's end, connected.</param>
    internal static unsafe int ClientOf(SafePipeHandle pipe)
    {
        uint id;
        return GetClient(pipe, &id) != 0 ? (int)id : 0;
    }

    /// <summary>The process that has made a pipe; 0 if the system does not tell.</summary>
    /// <param name="pipe">The client's end, connected.</param>
    internal static unsafe int ServerOf(SafePipeHandle pipe)
    {
        uint id;
        return GetServer(pipe, &id) != 0 ? (int)id : 0;
    }

    /// <summary>Disconnects a process from a pipe that this process has made, so that another may connect.</summary>
    /// <param name="pipe">The server's end.</param>
    /// <returns>False if no process was connected.</returns>
    internal static bool Disconnect(SafePipeHandle pipe) => DisconnectPipe(pipe) != 0;

    private static (Stream Ours, SafeFileHandle Theirs) Open(PipeDirection direction, uint theirAccess, int room)
    {
        var name = $"actorbrowser-{Guid.NewGuid():D}";
        var server = Make(name, direction, room, null, hasLessThanUser: false);
        SafeFileHandle? theirs = null;
        try
        {
            theirs = OpenFile($@"\\.\pipe\{name}", theirAccess);
            // It is connected already: this only takes note of it.
            server.WaitForConnection();
            return (server, theirs);
        }
        catch
        {
            theirs?.Dispose();
            server.Dispose();
            throw;
        }
    }

    // The runtime's own pipes admit other machines. Its first instance is its only one, so that another process's is never used.
    private static unsafe NamedPipeServerStream Make(string name, PipeDirection direction, int room, string? alsoFor, bool hasLessThanUser)
    {
        var descriptor = DescriptorOf(alsoFor, hasLessThanUser);
        fixed (byte* bytes = descriptor)
        {
            var security = new SecurityAttributes { Length = (uint)sizeof(SecurityAttributes), Descriptor = bytes };
            var made = CreatePipe($@"\\.\pipe\{name}", (uint)direction | Overlapped | FirstInstance, ByteStream | RejectRemoteClients, 1, (uint)room, (uint)room, 0, &security);
            if (made is 0 or -1)
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            var handle = new SafePipeHandle(made, ownsHandle: true);
            try
            {
                return new NamedPipeServerStream(direction, isAsync: true, isConnected: false, handle);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
    }

    private static byte[] DescriptorOf(string? alsoFor, bool hasLessThanUser)
    {
        if (!OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        var rules = new PipeSecurity();
        using var user = WindowsIdentity.GetCurrent();
        // The child asks whose pipe it is: an administrator's is the group's, but not to a child that is no administrator.
        rules.SetOwner(hasLessThanUser ? user.User! : user.Owner!);
        rules.AddAccessRule(new PipeAccessRule(user.User!, PipeAccessRights.FullControl, AccessControlType.Allow));
        if (alsoFor is not null)
            rules.AddAccessRule(new PipeAccessRule(new SecurityIdentifier(alsoFor), PipeAccessRights.ReadWrite, AccessControlType.Allow));
        return rules.GetSecurityDescriptorBinaryForm();
    }

    private static SafeFileHandle OpenFile(string name, uint access)
    {
        var opened = CreateFile(name, access, ShareReadAndWrite, 0, OpenExisting, 0, 0);
        if (opened is 0 or -1)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        var handle = new SafeFileHandle(opened, ownsHandle: true);
        if (SetHandleInformation(opened, InheritFlag, InheritFlag) != 0)
            return handle;
        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw new Win32Exception(error);
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct SecurityAttributes
    {
        internal uint Length;
        internal void* Descriptor;
        internal int IsInherited;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateNamedPipeW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static unsafe partial nint CreatePipe(string name, uint mode, uint kind, uint instances, uint outRoom, uint inRoom, uint timeout, SecurityAttributes* security);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint CreateFile(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "SetHandleInformation", SetLastError = true)]
    private static partial int SetHandleInformation(nint handle, uint mask, uint flags);

    [LibraryImport("kernel32", EntryPoint = "GetNamedPipeClientProcessId", SetLastError = true)]
    private static unsafe partial int GetClient(SafePipeHandle pipe, uint* id);

    [LibraryImport("kernel32", EntryPoint = "DisconnectNamedPipe", SetLastError = true)]
    private static partial int DisconnectPipe(SafePipeHandle pipe);

    [LibraryImport("kernel32", EntryPoint = "GetNamedPipeServerProcessId", SetLastError = true)]
    private static unsafe partial int GetServer(SafePipeHandle pipe, uint* id);
}
