using System.Net;
using System.Net.Sockets;
using ActorBrowser.ChildEntrypoints.Probes;

namespace ActorBrowser.Cli;

/// <summary>What the probes aim at: made for them, and gone afterwards.</summary>
internal sealed class ProbeRange : IDisposable
{
    // Not below the folder for temporary files, which some profiles may write.
    private readonly string _folder = Directory.CreateDirectory($"/var/tmp/actorbrowser-doctor-{Guid.NewGuid():n}").FullName;
    private readonly List<Socket> _listeners = [];
    private readonly FileStream _open;
    private readonly string _abstract = "actorbrowser-doctor-" + Guid.NewGuid().ToString("n");
    private readonly int _port;

    internal ProbeRange()
    {
        Directory.CreateDirectory(Workspace);
        Directory.CreateDirectory(Path.Combine(_folder, "folder"));
        File.WriteAllText(Secret, "nobody else's business");
        _open = File.OpenRead(Secret);
        Listen(new UnixDomainSocketEndPoint(SocketPath));
        Listen(new UnixDomainSocketEndPoint("\0" + _abstract));
        _port = ((IPEndPoint)Listen(new IPEndPoint(IPAddress.Loopback, 0)).LocalEndPoint!).Port;
    }

    internal string Workspace => Path.Combine(_folder, "workspace");

    private string Secret => Path.Combine(_folder, "secret");

    private string SocketPath => Path.Combine(_folder, "socket");

    internal ProbeTargets Targets(int sibling) => new(Environment.ProcessId, sibling, Secret, SocketPath, _abstract, _port, Path.Combine(_folder, "folder"));

    public void Dispose()
    {
        _open.Dispose();
        _listeners.ForEach(static listener => listener.Dispose());
        Directory.Delete(_folder, recursive: true);
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
