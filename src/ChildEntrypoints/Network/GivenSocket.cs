using System.Net.Sockets;
using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>A socket that the parent has connected.</summary>
internal static class GivenSocket
{
    /// <summary>Makes a socket of its descriptor, and owns it from now on.</summary>
    internal static Socket Adopt(SafeDescriptor descriptor)
    {
        var handle = new SafeSocketHandle(descriptor.Value, ownsHandle: true);
        descriptor.SetHandleAsInvalid();
        return new Socket(handle);
    }
}
