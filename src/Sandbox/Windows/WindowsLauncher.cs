using System.ComponentModel;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Windows: CreateProcess with an explicit list of inherited handles, into a job object that kills on close and has the policy's
/// limits, and with the layers that the plan found, which are looked for before the child runs. Run under Wine 8; never on Windows.
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
            using var container = Confine(launch, SandboxLayer.AppContainer, () => ContainerOf(launch.Plan));
            using var token = HasLowIntegrity(launch.Plan) ? Confine(launch, SandboxLayer.RestrictedToken, WindowsToken.Create) : null;
            var asked = WindowsPlan.AskedFor(launch.Plan, launch.Executable);
            job = WindowsJob.Create(asked.Limits, hasUserInterface: !asked.Layers.HasFlag(WindowsConfinement.UserInterface));
            (output, var outputWrite) = WindowsPipe.ForReading(PipeRoom);
            using var itsOutput = outputWrite;
            (error, var errorWrite) = WindowsPipe.ForReading(PipeRoom);
            using var itsError = errorWrite;
            var started = DateTimeOffset.UtcNow;
            var itsJob = job;
            IReadOnlyList<MissingLayer> missing = [];
            var process = WindowsProcess.Start(new WindowsStart(
                launch.Executable.Path,
                WindowsCommandLine.Of(launch.Executable.Path, [.. launch.Executable.Arguments, ChildLauncher.RoleArgument, launch.Role]),
                ChildEnvironment.Build(ChildLauncher.EnvironmentFor(launch)), job)
            {
                Output = outputWrite,
                Error = errorWrite,
                Container = container,
                Token = token,
                Mitigations = asked.Mitigations | (asked.Layers.HasFlag(WindowsConfinement.Win32kLockdown) ? WindowsMitigations.NoWin32k : 0),
                IsAlone = asked.IsAlone,
                Look = launch.Plan is { Policy: { IsUnconfined: false } policy } ? suspended => missing = WindowsCheck.Judge(policy, WindowsCheck.Find(suspended, itsJob, container, asked)) : null,
            });
            var child = WindowsChild.Watch(process, job, launch, started, output, error);
            job = null;
            output = error = null;
            return new ChildProcess(launch.Role, child) { Missing = missing };
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

    /// <summary>Says that a child's pipe could not be made.</summary>
    internal static LaunchException WithoutPipe(string role, Exception cause)
    {
        var error = cause is Win32Exception { NativeErrorCode: var code } ? code : 0;
        var kind = KindOf(error) is LaunchErrorKind.NoMemory ? LaunchErrorKind.NoMemory : LaunchErrorKind.NoDescriptors;
        return new LaunchException(kind, $"The pipe for a {role} child could not be made: {cause.Message}", error, cause);
    }

    /// <summary>Makes a layer of a launch. The plan's probe has made one before: if it fails, the system refuses it now.</summary>
    /// <exception cref="LaunchException">The system refused.</exception>
    internal static T Confine<T>(ChildLaunch launch, SandboxLayer layer, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Win32Exception e)
        {
            var kind = KindOf(e.NativeErrorCode) is LaunchErrorKind.NoMemory ? LaunchErrorKind.NoMemory : LaunchErrorKind.ConfinementUnavailable;
            throw new LaunchException(kind, $"The {launch.Role} child could not be given the layer {LayerNames.Of(layer)}: {e.Message}", e.NativeErrorCode, e);
        }
    }

    private static LaunchErrorKind KindOf(int error) => error switch
    {
        2 or 3 => LaunchErrorKind.NotFound,
        5 or 193 => LaunchErrorKind.NotExecutable,
        8 or 14 or 1455 => LaunchErrorKind.NoMemory,
        _ => LaunchErrorKind.Other,
    };
}
