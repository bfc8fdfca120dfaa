using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>A process and the channel to it.</summary>
/// <param name="Process">The process.</param>
/// <param name="Channel">The parent's end, not started.</param>
public sealed record LaunchedChild(IChildProcessHandle Process, IChannel Channel)
{
    /// <summary>How it is confined; null where nothing is known of that, as with a test's own children.</summary>
    internal LaunchPlan? Plan { get; init; }

    internal void Abandon()
    {
        Process.Kill();
        Channel.Dispose();
    }
}

/// <summary>Starts children: the real one processes, a test's whatever it likes.</summary>
public interface IChildLauncher
{
    /// <summary>Starts a child of a role.</summary>
    /// <param name="role">The role.</param>
    /// <param name="policy">How it is to be confined.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="log">Receives its lines.</param>
    /// <param name="cancellation">The actor has stopped: what was started by then is killed.</param>
    /// <exception cref="LaunchException">Nothing was started.</exception>
    Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation);
}

/// <summary>Real processes: over an inherited socket on Unix, over a named pipe on Windows.</summary>
internal sealed class ProcessChildLauncher : IChildLauncher
{
    /// <summary>The one launcher.</summary>
    public static ProcessChildLauncher Instance { get; } = new();

    private ProcessChildLauncher()
    {
    }

    /// <inheritdoc/>
    public async Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        // A profile that grants a workspace, for a child that was given none: then there is none.
        if (policy.NeedsWorkspace)
            policy = policy.WithoutWorkspace();
        var executable = settings.Child.Programs.Of(role);
        if (!File.Exists(executable.Path))
            throw new LaunchException(LaunchErrorKind.NotFound, $"The children's program '{executable.Path}' is not there; actorbrowser.child.executable, or ActorBrowserOptions.ChildExecutable, names it.");
        // Not on the caller's thread, which is a dispatcher's: the first plan of a policy asks the machine many things.
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
            throw new LaunchException(LaunchErrorKind.NoDescriptors, $"No channel for a {launch.Role} child could be made: {e.Message}", e.Errno, e);
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
        var endpoint = new NamedPipeEndpoint(ChildLauncher.PipePeerOf(launch.Plan));
        ChildProcess? process = null;
        try
        {
            process = await ChildLauncher.LaunchAsync(launch with { PipeName = endpoint.Name, PipeSecret = endpoint.Secret }, cancellation).ConfigureAwait(false);
            return new LaunchedChild(process, await endpoint.AcceptAsync(settings.Channel, deadline.Token).ConfigureAwait(false)) { Plan = launch.Plan };
        }
        catch
        {
            process?.Dispose();
            endpoint.Dispose();
            throw;
        }
    }
}
