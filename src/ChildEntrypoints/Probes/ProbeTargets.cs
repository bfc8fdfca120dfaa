using System.Globalization;
using System.Text;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>The targets of the probes. The parent creates them all, and a successful attempt does no harm.</summary>
/// <param name="ParentId">The parent's pid, as the parent sees it.</param>
/// <param name="SiblingId">Another child's pid.</param>
/// <param name="SecretFile">A file that only its user may read, outside everything allowed.</param>
/// <param name="SocketPath">A Unix socket that listens.</param>
/// <param name="AbstractName">An abstract Unix socket that listens.</param>
/// <param name="TcpPort">A loopback port that listens.</param>
/// <param name="Folder">A folder to write to, outside everything allowed.</param>
/// <param name="TemporaryFile">A file in the machine's folder for temporary files.</param>
/// <param name="SharedFile">A file in the machine's folder for shared memory.</param>
/// <param name="Terminal">One of the parent's terminals.</param>
/// <param name="ProtectedFile">A file in the workspace that other programs run.</param>
/// <param name="SharedKey">The key of a System V memory segment.</param>
internal sealed record ProbeTargets(
    int ParentId, int SiblingId, string SecretFile, string SocketPath, string AbstractName, int TcpPort, string Folder,
    string TemporaryFile = "", string SharedFile = "", string Terminal = "", string ProtectedFile = "", int SharedKey = 0)
{
    /// <summary>The environment variable that must not reach a child.</summary>
    public const string Canary = "ACTORBROWSER_DOCTOR_CANARY";

    /// <summary>The folder in which commands work; empty for none.</summary>
    internal string Workspace => ProtectedFile.Length == 0 ? "" : Path.GetFullPath(Path.Combine(ProtectedFile, "..", "..", ".."));

    /// <summary>Encodes the targets for the wire.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(string.Join('\n',
        ParentId.ToString(CultureInfo.InvariantCulture), SiblingId.ToString(CultureInfo.InvariantCulture), SecretFile, SocketPath, AbstractName,
        TcpPort.ToString(CultureInfo.InvariantCulture), Folder, TemporaryFile, SharedFile, Terminal, ProtectedFile, SharedKey.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Decodes the targets.</summary>
    /// <param name="bytes">The result of <see cref="ToBytes"/>.</param>
    public static ProbeTargets FromBytes(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        return new ProbeTargets(
            int.Parse(lines[0], CultureInfo.InvariantCulture), int.Parse(lines[1], CultureInfo.InvariantCulture), lines[2], lines[3], lines[4],
            int.Parse(lines[5], CultureInfo.InvariantCulture), lines[6], lines[7], lines[8], lines[9], lines[10], int.Parse(lines[11], CultureInfo.InvariantCulture));
    }
}
