using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// A Landlock ruleset: it denies all handled accesses that no rule allows, to every process in its domain and their descendants. This
/// process builds it; a child enters it between clone and exec. Linux; see landlock(7).
/// </summary>
internal sealed unsafe class Landlock : IDisposable
{
    private const int CreateCall = 444;
    private const int AddRuleCall = 445;
    private const nint AskVersion = 1;
    internal const int PathRule = 1;
    internal const ulong ReadFilesAndFolders = (1 << 2) | (1 << 3);

    private const int PortRule = 2;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;

    private readonly SafeDescriptor _ruleset;

    private Landlock(SafeDescriptor ruleset) => _ruleset = ruleset;

    /// <summary>The kernel's version of the interface; 0 if there is none or it is switched off.</summary>
    public static int Version
    {
        get
        {
            var version = OperatingSystem.IsLinux() ? LibC.SystemCall(CreateCall, 0, 0, AskVersion, 0) : -1;
            return version > 0 ? (int)version : 0;
        }
    }

    /// <summary>The descriptor for the child that enters the domain.</summary>
    internal SafeDescriptor Descriptor => _ruleset;

    /// <summary>Creates a ruleset without rules, which denies every handled access.</summary>
    /// <param name="files">LANDLOCK_ACCESS_FS_… bits.</param>
    /// <param name="network">LANDLOCK_ACCESS_NET_… bits.</param>
    /// <param name="scopes">LANDLOCK_SCOPE_… bits.</param>
    /// <exception cref="SystemCallException">The kernel does not know one of the bits, or has no Landlock.</exception>
    public static Landlock Create(ulong files, ulong network, ulong scopes)
    {
        var attributes = stackalloc ulong[3] { files, network, scopes };
        // An older kernel takes a shorter structure.
        var length = scopes != 0 ? 24 : network != 0 ? 16 : 8;
        var descriptor = (int)LibC.SystemCall(CreateCall, (nint)attributes, length, 0, 0);
        return descriptor >= 0
            ? new Landlock(DescriptorFlags.RaiseAboveChildNumbers(new SafeDescriptor(descriptor)))
            : throw SystemCallException.FromLastError("landlock_create_ruleset");
    }

    /// <summary>Allows accesses below the file or folder that a path names now: a folder that gets this name later is not included.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="accesses">Bits that this ruleset handles; for a file, only bits that apply to files.</param>
    /// <returns>0, or the errno.</returns>
    public int TryAllowPath(string path, ulong accesses)
    {
        var name = SpawnRequest.Utf8(path + "\0");
        fixed (byte* text = name.Span)
        {
            var target = LibC.Open(text, PathOnly | CloseOnExec, 0);
            if (target < 0)
                return Marshal.GetLastPInvokeError();
            var rule = new PathBeneath { Accesses = accesses, Parent = target };
            var result = LibC.SystemCall(AddRuleCall, _ruleset.Value, PathRule, (nint)(&rule), 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
            _ = LibC.Close(target);
            return result;
        }
    }

    /// <summary>Allows a TCP port.</summary>
    /// <param name="port">Its number.</param>
    /// <param name="accesses">1 to bind, 2 to connect.</param>
    public void AllowPort(int port, ulong accesses)
    {
        var rule = stackalloc ulong[2] { accesses, (ulong)port };
        if (LibC.SystemCall(AddRuleCall, _ruleset.Value, PortRule, (nint)rule, 0) != 0)
            throw SystemCallException.FromLastError("landlock_add_rule");
    }

    /// <inheritdoc/>
    public void Dispose() => _ruleset.Dispose();

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathBeneath
    {
        internal ulong Accesses;
        internal int Parent;
    }
}
