using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// A Windows AppContainer: a process in it can access only objects that grant access to it or to all app containers, and the network
/// only with a capability. Compiled, but <b>never run</b>: Wine 8 has none.
/// </summary>
internal sealed unsafe partial class AppContainer : IDisposable
{
    private const int AlreadyExists = unchecked((int)0x800700b7);
    private const uint Enabled = 4;
    private const uint QueryToken = 8;
    private const int ContainerSid = 31;

    // A pointer and what it points to: a security identifier has at most 68 bytes.
    private const int LongestContainer = 16;

    /// <summary>The most capabilities that a container has here.</summary>
    internal const int MostCapabilities = 2;

    private nint _sid;
    private readonly List<nint> _capabilities = [];

    /// <summary>Opens the container with a name; creates it the first time.</summary>
    /// <param name="name">At most 64 characters.</param>
    /// <param name="mayConnect">Whether its processes may connect to the network.</param>
    /// <exception cref="Win32Exception">The system refused, or has no AppContainers.</exception>
    public AppContainer(string name, bool mayConnect)
    {
        nint sid;
        int result;
        try
        {
            result = Create(name, name, name, null, 0, &sid);
            if (result == AlreadyExists)
                result = Derive(name, &sid);
        }
        catch (EntryPointNotFoundException e)
        {
            throw new Win32Exception("this system has no AppContainers", e);
        }
        if (result < 0)
            throw new Win32Exception(result);
        _sid = sid;
        // internetClient and privateNetworkClientServer.
        foreach (var capability in mayConnect ? ["S-1-15-3-1", "S-1-15-3-3"] : Array.Empty<string>())
        {
            nint parsed;
            if (ParseSid(capability, &parsed) == 0)
            {
                var error = Marshal.GetLastPInvokeError();
                Dispose();
                throw new Win32Exception(error);
            }
            _capabilities.Add(parsed);
        }
    }

    /// <summary>Removes what the system keeps of a container: its folder and its name. Without effect if there is none.</summary>
    /// <param name="name">Its name.</param>
    internal static void Remove(string name)
    {
        try
        {
            _ = Delete(name);
        }
        catch (EntryPointNotFoundException)
        {
            // A system without AppContainers keeps nothing of one.
        }
    }

    /// <summary>Its security identifier, as text.</summary>
    public string Sid
    {
        get
        {
            nint text;
            if (FormatSid(_sid, &text) == 0)
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            var sid = Marshal.PtrToStringUni(text)!;
            _ = LocalFree(text);
            return sid;
        }
    }

    /// <summary>Whether a process runs in this container.</summary>
    internal bool Holds(nint process)
    {
        nint token;
        if (OpenToken(process, QueryToken, &token) == 0)
            return false;
        var room = stackalloc nint[LongestContainer];
        uint length;
        var holds = QueryTokenInformation(token, ContainerSid, room, LongestContainer * (uint)sizeof(nint), &length) != 0 && room[0] != 0 && EqualSids(room[0], _sid) != 0;
        _ = WindowsSection.Close(token);
        return holds;
    }

    /// <summary>Fills the structures for CreateProcess; they must outlive that call.</summary>
    internal void Describe(SecurityCapabilities* capabilities, CapabilityEntry* entries)
    {
        for (var i = 0; i < _capabilities.Count; i++)
            entries[i] = new CapabilityEntry { Sid = _capabilities[i], Attributes = Enabled };
        *capabilities = new SecurityCapabilities { Container = _sid, Capabilities = entries, Count = (uint)_capabilities.Count };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_sid != 0)
            _ = FreeSid(_sid);
        _sid = 0;
        foreach (var capability in _capabilities)
            _ = LocalFree(capability);
        _capabilities.Clear();
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SecurityCapabilities
    {
        internal nint Container;
        internal CapabilityEntry* Capabilities;
        internal uint Count;
        internal uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CapabilityEntry
    {
        internal nint Sid;
        internal uint Attributes;
    }

    [LibraryImport("userenv", EntryPoint = "CreateAppContainerProfile", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int Create(string name, string display, string description, void* capabilities, uint count, nint* sid);

    [LibraryImport("userenv", EntryPoint = "DeleteAppContainerProfile", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int Delete(string name);

    [LibraryImport("userenv", EntryPoint = "DeriveAppContainerSidFromAppContainerName", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int Derive(string name, nint* sid);

    [LibraryImport("advapi32", EntryPoint = "ConvertStringSidToSidW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial int ParseSid(string text, nint* sid);

    [LibraryImport("advapi32", EntryPoint = "ConvertSidToStringSidW", SetLastError = true)]
    private static partial int FormatSid(nint sid, nint* text);

    [LibraryImport("advapi32", EntryPoint = "FreeSid")]
    private static partial nint FreeSid(nint sid);

    [LibraryImport("kernel32", EntryPoint = "LocalFree")]
    private static partial nint LocalFree(nint memory);

    [LibraryImport("advapi32", EntryPoint = "EqualSid")]
    private static partial int EqualSids(nint one, nint other);

    [LibraryImport("advapi32", EntryPoint = "OpenProcessToken", SetLastError = true)]
    private static partial int OpenToken(nint process, uint access, nint* token);

    [LibraryImport("advapi32", EntryPoint = "GetTokenInformation", SetLastError = true)]
    private static partial int QueryTokenInformation(nint token, int kind, void* information, uint length, uint* returned);
}
