using System.Net;
using System.Net.Sockets;
using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Interop;

namespace ActorBrowser.SandboxTests;

/// <summary>The targets of the probes, and the child without a sandbox in which they are tried first.</summary>
public sealed class ProbeRange : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateDirectory($"/var/tmp/ab-range-{Guid.NewGuid():n}").FullName;
    private readonly List<Socket> _listeners = [];
    private readonly Dictionary<string, int> _outside = [];
    private readonly string _temporary = Path.Combine(Path.GetTempPath(), $"ab-range-{Guid.NewGuid():n}");
    private readonly string _shared = $"/dev/shm/ab-range-{Guid.NewGuid():n}";
    private readonly ProbeSegment _segment = new();
    private FileStream? _open;
    private SafeDescriptor? _terminal;
    private ConfinedChild? _sibling;

    internal ProbeTargets Targets { get; private set; } = null!;

    internal string Workspace => Path.Combine(_folder, "workspace");

    /// <summary>The result of an attempt without a sandbox.</summary>
    internal int Outside(Probe probe) => _outside[probe.Name];

    public async Task InitializeAsync()
    {
        Environment.SetEnvironmentVariable(ProbeTargets.Canary, "must stay here");
        Directory.CreateDirectory(Workspace);
        var secret = Path.Combine(_folder, "secret");
        await File.WriteAllTextAsync(secret, "nobody else's business");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _open = File.OpenRead(secret);
        var hook = Path.Combine(Workspace, ".git", "hooks", "post-checkout");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        await File.WriteAllTextAsync(hook, "");
        await File.WriteAllTextAsync(_temporary, "");
        await File.WriteAllTextAsync(_shared, "");
        _terminal = PseudoTerminal.Open(80, 24, out var terminal);
        var path = Path.Combine(_folder, "socket");
        Listen(new UnixDomainSocketEndPoint(path));
        var name = "actorbrowser-range-" + Guid.NewGuid().ToString("n");
        Listen(new UnixDomainSocketEndPoint("\0" + name));
        var port = ((IPEndPoint)Listen(new IPEndPoint(IPAddress.Loopback, 0)).LocalEndPoint!).Port;
        var folder = Path.Combine(_folder, "folder");
        Directory.CreateDirectory(folder);
        Targets = new ProbeTargets(Environment.ProcessId, 0, secret, path, name, port, folder, _temporary, _shared, terminal, hook, _segment.Key);
        _sibling = await ConfinedChild.ProbeAsync(Profiles.Unconfined, Targets);
        Targets = Targets with { SiblingId = _sibling.Process.Id };
        using var control = await ConfinedChild.ProbeAsync(Profiles.Unconfined, Targets);
        foreach (var probe in ProbeBattery.All)
            _outside[probe.Name] = await control.AttemptAsync(probe);
    }

    public Task DisposeAsync()
    {
        _sibling?.Dispose();
        _open?.Dispose();
        _segment.Dispose();
        _terminal?.Dispose();
        File.Delete(_temporary);
        File.Delete(_shared);
        _listeners.ForEach(static listener => listener.Dispose());
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
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
