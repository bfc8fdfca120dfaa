using System.ComponentModel;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Windows: CreateProcess with an explicit list of inherited handles, into a job object that kills on close and has the policy's
/// limits, and with the layers that the plan found. Run under Wine 8; never on Windows.
/// </summary>
internal sealed class WindowsLauncher : ILauncher
{
    private const int PipeRoom = 64 << 10;

    public ChildProcess Launch(ChildLaunch launch)
    {
        WindowsJob? job = null;
        Stream? output = null, error = null;
        try
        {
            using var container = ContainerOf(launch.Plan);
            using var token = HasLowIntegrity(launch.Plan) ? WindowsToken.Create() : null;
            job = WindowsJob.Create(LimitsOf(launch.Plan?.Policy), hasUserInterface: !(launch.Plan?.Windows ?? 0).HasFlag(WindowsConfinement.UserInterface));
            (output, var outputWrite) = WindowsPipe.ForReading(PipeRoom);
            using var itsOutput = outputWrite;
            (error, var errorWrite) = WindowsPipe.ForReading(PipeRoom);
            using var itsError = errorWrite;
            var started = DateTimeOffset.UtcNow;
            var layers = launch.Plan?.Windows ?? WindowsConfinement.None;
            var process = WindowsProcess.Start(new WindowsStart(
                launch.Executable.Path,
                WindowsCommandLine.Of(launch.Executable.Path, [.. launch.Executable.Arguments, ChildLauncher.RoleArgument, launch.Role]),
                ChildEnvironment.Build(ChildLauncher.EnvironmentFor(launch)), job)
            {
                Output = outputWrite,
                Error = errorWrite,
                Container = container,
                Token = token,
                Mitigations = (layers.HasFlag(WindowsConfinement.Mitigations) ? WindowsLayers.MitigationsOf(launch.Executable.IsNative) : 0)
                    | (layers.HasFlag(WindowsConfinement.Win32kLockdown) ? WindowsLayers.NoWin32k : 0),
                IsAlone = layers.HasFlag(WindowsConfinement.Mitigations) && launch.Plan is { Policy.MayFork: false },
            });
            var child = WindowsChild.Watch(process, job, launch, started, output, error);
            job = null;
            output = error = null;
            return new ChildProcess(launch.Role, child);
        }
        catch (Win32Exception e)
        {
            throw new LaunchException(KindOf(e.NativeErrorCode), $"'{launch.Executable.Path}' could not be started: {e.Message}", e.NativeErrorCode, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException(LaunchErrorKind.NoDescriptors, $"The pipes of '{launch.Executable.Path}' could not be made: {e.Message}", 0, e);
        }
        finally
        {
            output?.Dispose();
            error?.Dispose();
            job?.Dispose();
        }
    }

    /// <summary>Returns a plan's container; null if it has none.</summary>
    internal static AppContainer? ContainerOf(LaunchPlan? plan) =>
        plan is not null && plan.Windows.HasFlag(WindowsConfinement.AppContainer) ? new AppContainer(WindowsPlan.ContainerName(plan.Policy), plan.Policy.MayConnect) : null;

    /// <summary>Whether a plan's children have low integrity.</summary>
    internal static bool HasLowIntegrity(LaunchPlan? plan) => plan is not null && plan.Windows.HasFlag(WindowsConfinement.RestrictedToken);

    private static WindowsJobLimits LimitsOf(SandboxPolicy? policy) => policy is null or { IsUnconfined: true } ? default
        : policy.MayExecute
            // A runner's job holds its commands: the limits are for all of them together.
            ? new WindowsJobLimits(0, policy.Limits.Memory, (int)policy.Limits.Processes, 0)
            : new WindowsJobLimits(policy.Limits.Memory, 0, policy.MayFork ? (int)policy.Limits.Processes : 1, policy.Limits.ProcessorTime);

    private static LaunchErrorKind KindOf(int error) => error switch
    {
        2 or 3 => LaunchErrorKind.NotFound,
        5 or 193 => LaunchErrorKind.NotExecutable,
        8 or 14 or 1455 => LaunchErrorKind.NoMemory,
        _ => LaunchErrorKind.Other,
    };
}
