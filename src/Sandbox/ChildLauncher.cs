using System.Globalization;

namespace ActorBrowser.Sandbox;

/// <summary>Starts child processes.</summary>
internal static class ChildLauncher
{
    /// <summary>The argument before the role's name on a child's command line.</summary>
    public const string RoleArgument = "--subprocess-kind";

    internal const string DescriptorVariable = "ACTORBROWSER_IPC_FD";
    internal const string ParentVariable = "ACTORBROWSER_PARENT_PID";
    internal const string PipeVariable = "ACTORBROWSER_IPC_PIPE";
    internal const string PipeSecretVariable = "ACTORBROWSER_IPC_SECRET";

    private static readonly ILauncher Platform = OperatingSystem.IsWindows() ? new WindowsLauncher() : new UnixLauncher();

    /// <summary>Starts a child. When this completes, the child runs but is not yet ready.</summary>
    /// <param name="launch">What to start. The launcher owns its channel end, whatever the outcome.</param>
    /// <param name="cancellation">Before the spawn it prevents it; afterwards it kills the child, and the launch ends when the child has.</param>
    /// <exception cref="LaunchException">Nothing was started, or nothing is left of it.</exception>
    public static async Task<ChildProcess> LaunchAsync(ChildLaunch launch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(launch);
        using var channel = launch.Channel;
        cancellation.ThrowIfCancellationRequested();
        var child = await WorkThread.Spawner.RunAsync(() =>
        {
            // Cancelled while it waited for this thread.
            cancellation.ThrowIfCancellationRequested();
            return Platform.Launch(launch);
        }).ConfigureAwait(false);
        try
        {
            await child.Limited.ConfigureAwait(false);
        }
        catch (IOException e)
        {
            await EndAsync(child).ConfigureAwait(false);
            throw new LaunchException(LaunchErrorKind.ConfinementUnavailable, $"The {launch.Role} child could not be put into its control group: {e.Message}", 0, e);
        }
        if (cancellation.IsCancellationRequested)
        {
            await EndAsync(child).ConfigureAwait(false);
            throw new OperationCanceledException(cancellation);
        }
        return child;
    }

    /// <summary>Kills a child and waits until the kernel has ended it: a launch that fails leaves no process.</summary>
    internal static async Task EndAsync(ChildProcess child)
    {
        child.Dispose();
        await child.Exited.ConfigureAwait(false);
    }

    /// <summary>The AppContainer that a pipe must admit in addition to this user: the one of the plan's child. Windows; null for none.</summary>
    /// <param name="plan">The child's plan.</param>
    public static string? PipePeerOf(LaunchPlan? plan)
    {
        if (!OperatingSystem.IsWindows())
            return null;
        using var container = WindowsLauncher.ContainerOf(plan);
        return container?.Sid;
    }

    internal static Dictionary<string, string> EnvironmentFor(ChildLaunch launch)
    {
        var added = new Dictionary<string, string>(launch.Environment, StringComparer.Ordinal)
        {
            // The first process of a pid namespace sees its parent's pid as 0.
            [ParentVariable] = (launch.Plan is { IsFirstProcess: true } ? 0 : Environment.ProcessId).ToString(CultureInfo.InvariantCulture),
        };
        if (launch.Plan is { Variable: { } confinement } plan)
        {
            added[LaunchPlan.ConfinementVariable] = confinement;
            // The collector then frees memory before the kernel has to refuse any.
            if (plan.Policy.Limits.Memory > 0 && !plan.Policy.MayExecute)
                added["DOTNET_GCHeapHardLimit"] = (plan.Policy.Limits.Memory / 4 * 3).ToString("x", CultureInfo.InvariantCulture);
        }
        if (launch.Channel is not null)
            added[DescriptorVariable] = "3";
        if (launch.PipeName is { } pipe)
            added[PipeVariable] = pipe;
        if (launch.PipeSecret is { } secret)
            added[PipeSecretVariable] = secret;
        return added;
    }
}

/// <summary>One platform's way to start a process.</summary>
internal interface ILauncher
{
    /// <summary>Starts the process; called on the spawner's thread.</summary>
    ChildProcess Launch(ChildLaunch launch);
}
