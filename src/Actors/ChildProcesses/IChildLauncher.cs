using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>A process and the channel to it.</summary>
/// <param name="Process">The process.</param>
/// <param name="Channel">The parent's end, not started.</param>
internal sealed record LaunchedChild(IChildProcessHandle Process, IChannel Channel)
{
    /// <summary>How the process is confined; null if unknown, as for a test's children.</summary>
    internal LaunchPlan? Plan { get; init; }

    /// <summary>Its entry in the browser's roster; null outside a browser.</summary>
    internal ProcessRecord? Record { get; init; }

    internal void Abandon()
    {
        Process.Kill();
        Channel.Dispose();
    }
}

/// <summary>Starts children: as processes, or as a test's replacement for them.</summary>
internal interface IChildLauncher
{
    /// <summary>Starts a child of a role.</summary>
    /// <param name="role">The role.</param>
    /// <param name="policy">The child's sandbox policy.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="log">Receives the child's lines.</param>
    /// <param name="cancellation">Cancelled when the child's actor stops: a child started by then is killed.</param>
    /// <exception cref="LaunchException">Nothing was started.</exception>
    Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation);
}

/// <summary>Starts real processes: over an inherited socket on Unix, over a named pipe on Windows.</summary>
internal sealed class ProcessChildLauncher : IChildLauncher
{
    /// <summary>The only instance.</summary>
    public static ProcessChildLauncher Instance { get; } = new();

    private ProcessChildLauncher()
    {
    }

    /// <inheritdoc/>
    public async Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        // The profile grants a workspace, but this child was given none: drop the grant.
        if (policy.NeedsWorkspace)
            policy = policy.WithoutWorkspace();
        var executable = settings.Child.Programs.Of(role);
        if (!File.Exists(executable.Path))
            throw new LaunchException(LaunchErrorKind.NotFound, $"The children's program '{executable.Path}' does not exist; correct actorbrowser.child.executable or ActorBrowserOptions.ChildExecutable.");
        // Not on the caller's dispatcher thread: the first plan for a policy makes many system calls.
        var plan = await Task.Run(() => settings.Sandbox.PlanFor(policy, executable), cancellation).ConfigureAwait(false);
        var launch = new ChildLaunch
        {
            Role = role,
            Executable = executable,
            Plan = plan,
            HasChildren = RoleContracts.Of(role).OwnsProcesses,
            Environment = CrashDumper.AddTo(settings.Child.EnvironmentOf(role), settings.Crashes, plan),
            RetainedStderrLines = settings.Child.RetainedStderrLines,
            MaxLogLineBytes = settings.Child.MaxLogLine,
            Log = log,
        };
        return OperatingSystem.IsWindows()
            ? await OverPipeAsync(launch, settings, cancellation).ConfigureAwait(false)
            : await OverSocketAsync(launch, settings, cancellation).ConfigureAwait(false);
    }

    private static async Task<LaunchedChild> OverSocketAsync(ChildLaunch launch, ActorBrowserSettings settings, CancellationToken cancellation)
    {
        SocketChannel channel;
        Interop.SafeDescriptor childEnd;
        try
        {
            channel = SocketChannel.CreatePair(settings.Channel, out childEnd);
        }
        catch (Interop.SystemCallException e)
        {
            throw new LaunchException(LaunchErrorKind.NoDescriptors, $"The channel for a {launch.Role} child could not be created: {e.Message}", e.Errno, e);
        }
        try
        {
            var process = await ChildLauncher.LaunchAsync(launch with { Channel = childEnd }, cancellation).ConfigureAwait(false);
            return new LaunchedChild(process, channel) { Plan = launch.Plan };
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    private static async Task<LaunchedChild> OverPipeAsync(ChildLaunch launch, ActorBrowserSettings settings, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(settings.Child.HandshakeTimeout);
        var endpoint = EndpointOf(launch);
        ChildProcess? process = null;
        try
        {
            process = await ChildLauncher.LaunchAsync(launch with { PipeName = endpoint.Name, PipeSecret = endpoint.Secret }, cancellation).ConfigureAwait(false);
            // A child that ends before it connects is noticed at once: its channel has ended, and its exit says why.
            var connected = endpoint.AcceptAsync(settings.Channel, deadline.Token, process.Id);
            if (await Task.WhenAny(connected, process.Exited).ConfigureAwait(false) != connected)
            {
                await deadline.CancelAsync().ConfigureAwait(false);
                return new LaunchedChild(process, await EndedAsync(connected, endpoint, settings).ConfigureAwait(false)) { Plan = launch.Plan };
            }
            return new LaunchedChild(process, await connected.ConfigureAwait(false)) { Plan = launch.Plan };
        }
        catch
        {
            endpoint.Dispose();
            if (process is not null)
                await ChildLauncher.EndAsync(process).ConfigureAwait(false);
            // Nobody waits for this launch any more: that another process had connected is no longer of interest.
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    private static NamedPipeEndpoint EndpointOf(ChildLaunch launch)
    {
        var peer = WindowsLauncher.Confine(launch, SandboxLayer.AppContainer, () => ChildLauncher.PipePeerOf(launch.Plan));
        try
        {
            return new NamedPipeEndpoint(peer, WindowsLauncher.HasLowIntegrity(launch.Plan));
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw WindowsLauncher.WithoutPipe(launch.Role, e);
        }
    }

    // The child may have connected, and even spoken, in the moment before it ended.
    private static async Task<IChannel> EndedAsync(Task<StreamChannel> connected, NamedPipeEndpoint endpoint, ActorBrowserSettings settings)
    {
        try
        {
            return await connected.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            endpoint.Dispose();
            return new StreamChannel(Stream.Null, settings.Channel);
        }
    }
}
