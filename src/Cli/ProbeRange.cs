using System.Net;
using System.Net.Sockets;
using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>The targets of the probes: created before them and deleted afterwards.</summary>
internal sealed class ProbeRange : IDisposable
{
    // Not below the folder for temporary files, where some profiles may write.
    private const string Place = "/var/tmp";
    private readonly string _folder = Make();
    private readonly List<Socket> _listeners = [];
    private readonly ProbeSegment _segment = new();
    private readonly FileStream _open;
    private readonly SafeDescriptor _terminal;
    private readonly string _terminalName;
    private readonly string _temporary = Path.Combine(Path.GetTempPath(), $"actorbrowser-doctor-{Guid.NewGuid():n}");
    private readonly string _shared = $"/dev/shm/actorbrowser-doctor-{Guid.NewGuid():n}";
    private readonly string _abstract = "actorbrowser-doctor-" + Guid.NewGuid().ToString("n");
    private readonly int _port;

    internal ProbeRange()
    {
        Directory.CreateDirectory(Workspace);
        Directory.CreateDirectory(Folder);
        File.CreateSymbolicLink(Link, Folder);
        File.CreateSymbolicLink(Path.Combine(Workspace, "link"), Folder);
        File.WriteAllText(Path.Combine(Folder, "inside"), "x");
        File.WriteAllText(Secret, "nobody else's business");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(Path.GetDirectoryName(Protected)!);
        File.WriteAllText(Protected, "");
        File.WriteAllText(_temporary, "");
        if (Directory.Exists("/dev/shm"))
            File.WriteAllText(_shared, "");
        _terminal = PseudoTerminal.Open(80, 24, out _terminalName);
        _open = File.OpenRead(Secret);
        Listen(new UnixDomainSocketEndPoint(SocketPath));
        Listen(new UnixDomainSocketEndPoint("\0" + _abstract));
        _port = ((IPEndPoint)Listen(new IPEndPoint(IPAddress.Loopback, 0)).LocalEndPoint!).Port;
    }

    internal string Folder => Path.Combine(_folder, "folder");

    /// <summary>A link to <see cref="Folder"/>.</summary>
    internal string Link => Path.Combine(_folder, "link");

    internal string Workspace => Path.Combine(_folder, "workspace");

    private string Protected => Path.Combine(Workspace, ".git", "hooks", "post-checkout");

    private string Secret => Path.Combine(_folder, "secret");

    private string SocketPath => Path.Combine(_folder, "socket");

    internal ProbeTargets Targets(int sibling) => new(Environment.ProcessId, sibling, Secret, SocketPath, _abstract, _port, Folder,
        _temporary, _shared, _terminalName, Protected, _segment.Key);

    public void Dispose()
    {
        _open.Dispose();
        _segment.Dispose();
        _terminal.Dispose();
        File.Delete(_temporary);
        File.Delete(_shared);
        _listeners.ForEach(static listener => listener.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    private static string Make()
    {
        try
        {
            return Directory.CreateDirectory($"{Place}/actorbrowser-doctor-{Guid.NewGuid():n}").FullName;
        }
        catch (Exception e) when (Complaint.IsOfFile(e))
        {
            throw new UsageException($"--probe makes the files that it attacks in {Place}, which cannot be written ({Complaint.ReasonOf(e)}): mount a temporary file system there (docker run --tmpfs {Place}; in a pod, an emptyDir)");
        }
    }

    private Socket Listen(EndPoint where)
    {
        var listener = new Socket(where.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(where);
        listener.Listen();
        _listeners.Add(listener);
        return listener;
    }
}
