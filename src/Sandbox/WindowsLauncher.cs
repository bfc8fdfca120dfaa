using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Windows: CreateProcess with an explicit list of inherited handles, into a job object that kills on close and enforces the policy's
/// limits, and into an AppContainer. "ALL APPLICATION PACKAGES" must be able to read the application's folder, as in Program Files.
/// Compiled, but <b>never run</b>.
/// </summary>
internal sealed class WindowsLauncher : ILauncher
{
    public ChildProcess Launch(ChildLaunch launch)
    {
        var started = DateTimeOffset.UtcNow;
        try
        {
            using var container = ContainerOf(launch.Plan);
            var process = WindowsProcess.Start(
                launch.Executable.Path,
                [.. launch.Executable.Arguments, ChildLauncher.RoleArgument, launch.Role],
                ChildEnvironment.Build(ChildLauncher.EnvironmentFor(launch)),
                container is null ? null : ConfinementOf(launch.Plan!.Policy, container));
            return new ChildProcess(launch.Role, new WindowsChild(process, launch, started));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            var kind = e.NativeErrorCode switch
            {
                2 or 3 => LaunchErrorKind.NotFound,
                5 or 193 => LaunchErrorKind.NotExecutable,
                8 or 14 => LaunchErrorKind.NoMemory,
                _ => LaunchErrorKind.Other,
            };
            throw new LaunchException(kind, $"'{launch.Executable.Path}' could not be started: {e.Message}", e.NativeErrorCode, e);
        }
    }

    /// <summary>Returns a policy's container; null if nothing is confined.</summary>
    internal static AppContainer? ContainerOf(LaunchPlan? plan) =>
        plan is null || plan.Policy.IsUnconfined ? null : new AppContainer($"actorbrowser.{plan.Policy.Name}", plan.Policy.MayConnect);

    private static WindowsConfinement ConfinementOf(SandboxPolicy policy, AppContainer container) =>
        new(container, policy.Limits.Memory, policy.MayFork ? (int)policy.Limits.Processes : 1, policy.Limits.ProcessorTime);
}
