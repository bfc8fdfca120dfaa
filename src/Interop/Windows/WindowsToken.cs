using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// A token with less than this process's: no privileges, no administrator, and low integrity, so that it can write to nothing that is not
/// labelled for it. Compiled; Wine 8 makes such a token and enforces nothing of it, so it was <b>never seen to work</b>.
/// </summary>
internal sealed unsafe partial class WindowsToken : SafeHandle
{
    /// <summary>The integrity level "low".</summary>
    internal const uint Low = 0x1000;

    private const uint AssignPrimary = 0x1;
    private const uint Duplicate = 0x2;
    private const uint Query = 0x8;
    private const uint AdjustDefault = 0x80;
    private const uint NoPrivileges = 0x1;
    private const uint IsIntegrity = 0x20;
    private const int User = 1;
    private const int IntegrityLevel = 25;
    private const int LongestLabel = 128;
    private const int Privileges = 3;
    private const int IsContainer = 29;
    private const int MostPrivileges = 64;
    private const int PrivilegeLength = 12;
    private const int Identification = 1;
    private const int Impersonation = 2;
    private const uint GenericRead = 0x80000000;
    private const uint ShareAll = 7;
    private const uint OpenExisting = 3;

    // Opens folders as well as files.
    private const uint BackupSemantics = 0x02000000;

    // SeChangeNotifyPrivilege, which every token keeps: to pass folders.
    private const long PassFolders = 23;

    // S-1-5-32-544, the administrators.
    private static ReadOnlySpan<byte> Administrators => [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];

    private WindowsToken(nint token)
        : base(0, ownsHandle: true) => SetHandle(token);

    /// <inheritdoc/>
    public override bool IsInvalid => handle is 0 or -1;

    /// <summary>Creates the token.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static WindowsToken Create()
    {
        nint own, token;
        Check(OpenToken(-1, AssignPrimary | Duplicate | Query | AdjustDefault, &own));
        var administrators = stackalloc byte[Administrators.Length];
        Administrators.CopyTo(new Span<byte>(administrators, Administrators.Length));
        // Only to be refused something.
        var disabled = new SidAndAttributes { Sid = administrators };
        var made = Restrict(own, NoPrivileges, 1, &disabled, 0, null, 0, null, &token);
        var error = Marshal.GetLastPInvokeError();
        _ = WindowsSection.Close(own);
        if (made == 0)
            throw new Win32Exception(error);
        var restricted = new WindowsToken(token);
        // S-1-16-4096.
        var low = stackalloc byte[] { 1, 1, 0, 0, 0, 0, 0, 16, 0, 0x10, 0, 0 };
        var label = new SidAndAttributes { Sid = low, Attributes = IsIntegrity };
        if (SetTokenInformation(token, IntegrityLevel, &label, (uint)sizeof(SidAndAttributes) + 12) != 0)
            return restricted;
        error = Marshal.GetLastPInvokeError();
        restricted.Dispose();
        throw new Win32Exception(error);
    }

    /// <summary>A process's integrity level; null if the system does not tell.</summary>
    /// <param name="process">Its handle; −1 for this process.</param>
    internal static uint? IntegrityOf(nint process)
    {
        nint token;
        if (OpenToken(process, Query, &token) == 0)
            return null;
        var room = stackalloc byte[LongestLabel];
        uint length;
        var asked = QueryTokenInformation(token, IntegrityLevel, room, LongestLabel, &length);
        _ = WindowsSection.Close(token);
        // The last number of the level's identifier.
        return asked != 0 && ((SidAndAttributes*)room)->Sid is var sid && sid[1] > 0 ? *(uint*)(sid + 8 + (4 * (sid[1] - 1))) : null;
    }

    /// <summary>What a process's token has more than one that <see cref="Create"/> made.</summary>
    /// <param name="process">Its handle; −1 for this process.</param>
    /// <returns>Null, or what it has, as a phrase; also if the system does not tell.</returns>
    internal static string? Excess(nint process)
    {
        if (IntegrityOf(process) is not { } level)
            return "its integrity is unknown";
        if (level > Low)
            return $"its integrity is 0x{level:x}";
        nint token;
        if (OpenToken(process, Query | Duplicate, &token) == 0)
            return "its token cannot be asked";
        try
        {
            return HasPrivileges(token) is not { } privileged ? "its privileges are unknown"
                : privileged ? "it has privileges"
                : IsAdministrator(token) is not { } administrator ? "its groups are unknown"
                : administrator ? "it is an administrator's"
                : ServiceOf(token);
        }
        finally
        {
            _ = WindowsSection.Close(token);
        }
    }

    /// <summary>Whether a process runs in an AppContainer.</summary>
    /// <param name="process">Its handle; −1 for this process.</param>
    internal static bool IsInContainer(nint process)
    {
        nint token;
        if (OpenToken(process, Query, &token) == 0)
            return false;
        uint inside = 0, length;
        var asked = QueryTokenInformation(token, IsContainer, &inside, sizeof(uint), &length);
        _ = WindowsSection.Close(token);
        return asked != 0 && inside != 0;
    }

    /// <summary>A copy of a process's token, for <see cref="Run"/>.</summary>
    /// <param name="process">Its handle; −1 for this process.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static WindowsToken Of(nint process)
    {
        nint token, copy;
        Check(OpenToken(process, Query | Duplicate, &token));
        var copied = DuplicateToken(token, Impersonation, &copy);
        var error = Marshal.GetLastPInvokeError();
        _ = WindowsSection.Close(token);
        return copied != 0 ? new WindowsToken(copy) : throw new Win32Exception(error);
    }

    /// <summary>Tries whether a process with this token may read files, or list folders.</summary>
    /// <param name="paths">Absolute paths.</param>
    /// <returns>Null, or the first that it may not, as a phrase.</returns>
    /// <exception cref="Win32Exception">The system refused to try.</exception>
    internal string? CannotRead(IReadOnlyList<string> paths)
    {
        string? refused = null;
        var error = 0;
        // With this token, this process may not even load a library: what can fail is said afterwards.
        Run(() =>
        {
            for (var i = 0; refused is null && i < paths.Count; i++)
            {
                var opened = OpenFile(paths[i], GenericRead, ShareAll, 0, OpenExisting, BackupSemantics, 0);
                if (opened is not (0 or -1))
                    _ = WindowsSection.Close(opened);
                else
                    (refused, error) = (paths[i], Marshal.GetLastPInvokeError());
            }
        });
        return refused is null ? null : $"it could not read {refused}: {new Win32Exception(error).Message}";
    }

    /// <summary>What a user's identifier grants to a token however restricted: Windows runs services as these, and grants them as users.</summary>
    /// <param name="sid">The user's security identifier.</param>
    /// <returns>Null, or whose it is, as a phrase.</returns>
    internal static string? ServiceOf(ReadOnlySpan<byte> sid) => sid.Length < 12 || !sid[..8].SequenceEqual<byte>([1, 1, 0, 0, 0, 0, 0, 5]) ? null
        : System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(sid[8..]) switch
        {
            18 => "its user is LocalSystem",
            19 => "its user is LocalService",
            20 => "its user is NetworkService",
            _ => null,
        };

    /// <summary>Does something with this token instead of the process's, on this thread.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal void Run(Action action)
    {
        Check(Impersonate(this));
        try
        {
            action();
        }
        finally
        {
            Check(Revert());
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => WindowsSection.Close(handle);

    private static bool? HasPrivileges(nint token)
    {
        var room = stackalloc byte[sizeof(int) + (MostPrivileges * PrivilegeLength)];
        uint length;
        if (QueryTokenInformation(token, Privileges, room, sizeof(int) + (MostPrivileges * PrivilegeLength), &length) == 0)
            return null;
        for (var i = 0; i < *(int*)room; i++)
        {
            if (*(long*)(room + sizeof(int) + (i * PrivilegeLength)) != PassFolders)
                return true;
        }
        return false;
    }

    private static string? ServiceOf(nint token)
    {
        var room = stackalloc byte[LongestLabel];
        uint length;
        if (QueryTokenInformation(token, User, room, LongestLabel, &length) == 0)
            return "its user is unknown";
        var sid = ((SidAndAttributes*)room)->Sid;
        return ServiceOf(new ReadOnlySpan<byte>(sid, 8 + (4 * sid[1])));
    }

    // Whether the group counts for what the token is granted, not only for what it is refused.
    private static bool? IsAdministrator(nint token)
    {
        nint copy;
        if (DuplicateToken(token, Identification, &copy) == 0)
            return null;
        int isMember;
        int asked;
        fixed (byte* administrators = Administrators)
            asked = CheckMembership(copy, administrators, &isMember);
        _ = WindowsSection.Close(copy);
        return asked == 0 ? null : isMember != 0;
    }

    private static void Check(int succeeded)
    {
        if (succeeded == 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SidAndAttributes
    {
        internal byte* Sid;
        internal uint Attributes;
    }

    [LibraryImport("advapi32", EntryPoint = "OpenProcessToken", SetLastError = true)]
    private static partial int OpenToken(nint process, uint access, nint* token);

    [LibraryImport("advapi32", EntryPoint = "CreateRestrictedToken", SetLastError = true)]
    private static partial int Restrict(nint token, uint flags, uint disabledCount, SidAndAttributes* disabled, uint privilegeCount, void* privileges, uint restrictedCount, void* restricted, nint* made);

    [LibraryImport("advapi32", EntryPoint = "SetTokenInformation", SetLastError = true)]
    private static partial int SetTokenInformation(nint token, int kind, void* information, uint length);

    [LibraryImport("advapi32", EntryPoint = "GetTokenInformation", SetLastError = true)]
    private static partial int QueryTokenInformation(nint token, int kind, void* information, uint length, uint* returned);

    [LibraryImport("advapi32", EntryPoint = "ImpersonateLoggedOnUser", SetLastError = true)]
    private static partial int Impersonate(WindowsToken token);

    [LibraryImport("advapi32", EntryPoint = "RevertToSelf", SetLastError = true)]
    private static partial int Revert();

    [LibraryImport("advapi32", EntryPoint = "DuplicateToken", SetLastError = true)]
    private static partial int DuplicateToken(nint token, int level, nint* copy);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint OpenFile(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("advapi32", EntryPoint = "CheckTokenMembership", SetLastError = true)]
    private static partial int CheckMembership(nint token, void* group, int* isMember);
}
