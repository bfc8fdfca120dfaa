using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Runs the handlers of some roles in this process, over a channel in memory; starts the children of all others as usual.</summary>
internal sealed class InProcessLauncher : IChildLauncher
{
    // Above Linux's highest pid, and above those of the TestKit's children.
    private static int s_lastId = 6_000_000;

    private readonly Dictionary<string, RoleDefinition> _roles;

    private InProcessLauncher(Dictionary<string, RoleDefinition> roles, IChildLauncher others) => (_roles, Others) = (roles, others);

    /// <summary>Starts the children of the other roles.</summary>
    internal IChildLauncher Others { get; }

    /// <summary>The launcher for these roles; <paramref name="others"/> itself if all have processes.</summary>
    internal static IChildLauncher For(IEnumerable<RoleRegistration> roles, IChildLauncher others)
    {
        var here = roles.Where(static role => role.Options.IsInProcess).ToDictionary(static role => role.Definition.Name, static role => role.Definition, StringComparer.Ordinal);
        return here.Count == 0 ? others : new InProcessLauncher(here, others);
    }

    public Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        if (!_roles.TryGetValue(role, out var definition))
            return Others.LaunchAsync(role, policy, settings, log, cancellation);
        var (parent, child) = InMemoryChannel.CreatePair(settings.Channel);
        var started = new InProcessChild(definition, Interlocked.Increment(ref s_lastId), child);
        started.Begin();
        return Task.FromResult(new LaunchedChild(started, parent));
    }
}

/// <summary>A role's child without a process. When it is killed, its handlers are cancelled and lose their channel.</summary>
internal sealed class InProcessChild(RoleDefinition role, int id, InMemoryChannel channel) : IChildProcessHandle, IFrameHandler
{
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private readonly ChildTraces _traces = new(role.Name);
    private RoleHost? _host;

    public int Id { get; } = id;

    Task<ChildExit> IChildProcessHandle.Exited => _exited.Task;

    internal void Begin()
    {
        channel.Start(this);
        Send(new Hello(WireProtocol.Version, WireProtocol.BuildId, role.Name, Id, []));
    }

    void IChildProcessHandle.Kill() => End(null, 9);

    ProtocolViolation? IFrameHandler.OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.ChildArgs:
                return frame.TryRead<ChildArgs>(out var args) ?? OnArgs(args);
            case MessageType.Ping:
                if (frame.TryRead<Ping>(out var ping) is { } malformed)
                    return malformed;
                channel.Write(frame.CorrelationId, new Pong(ping.Timestamp));
                return null;
            case MessageType.Trace:
                if (frame.TryRead<Trace>(out _) is { } untraceable)
                    return untraceable;
                _traces.Begin(frame.CorrelationId);
                return null;
            case MessageType.Shutdown:
                End(0, null);
                return null;
            default:
                return _host?.OnFrame(frame);
        }
    }

    void IFrameHandler.OnBatchEnd() => channel.Flush();

    void IFrameHandler.OnClosed(ChannelClosed closed) => End(ChildExitNumbers.Failed, null, closed.Error is { } error ? ChildExitNumbers.FailureOf(error) : closed.Violation?.Message);

    private ProtocolViolation? OnArgs(in ChildArgs args)
    {
        // An exception of the role's constructor ends the channel, and with it the child, as in a process.
        _host = new RoleHost(role, channel, args.RoleArgs, _traces);
        Send(default(Ready));
        return null;
    }

    private void End(int? code, int? signal, string? stderr = null)
    {
        if (!_exited.TrySetResult(new ChildExit(code, signal, false, stderr is null ? [] : [stderr], _start, DateTimeOffset.UtcNow)))
            return;
        _host?.CancelAll();
        channel.Dispose();
    }

    private void Send<T>(T message) where T : IWireMessage<T>
    {
        channel.Write(0, message);
        channel.Flush();
    }
}

/// <summary>Typed roles in this process, for unit tests.</summary>
public static class RoleInProcess
{
    /// <summary>Starts a typed role without a browser and without processes. See <see cref="RoleOptions.InProcess"/>.</summary>
    /// <typeparam name="TRole">The role's class.</typeparam>
    /// <param name="role">The role's definition.</param>
    /// <param name="system">The actor system.</param>
    /// <param name="configure">Sets options; may be omitted.</param>
    /// <returns>The role's actor.</returns>
    public static Akka.Actor.IActorRef InProcess<TRole>(this RoleDefinition<TRole> role, Akka.Actor.ActorSystem system, Action<RoleOptions>? configure = null) where TRole : class
    {
        ArgumentNullException.ThrowIfNull(system);
        var options = new ActorBrowserOptions();
        options.AddRole(role, own =>
        {
            configure?.Invoke(own);
            own.InProcess();
        });
        var settings = ActorBrowserSettings.From(system.Settings.Config);
        var launcher = InProcessLauncher.For(options.Roles, options.Launcher);
        return system.ActorOf(RoleActor.Props(RolesActor.SetupOf(options.Roles[0], settings, launcher)));
    }
}
