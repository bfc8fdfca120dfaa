using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Windows: CreateProcess with an explicit list of inherited handles, into a job that kills on close. Compiled with the
/// rest; <b>not run</b> on the machines this was written on.
/// </summary>
internal sealed class WindowsLauncher : ILauncher
{
    public ChildProcess Launch(ChildLaunch launch)
    {
        var started = DateTimeOffset.UtcNow;
        try
        {
            var process = WindowsProcess.Start(
                launch.Executable.Path,
                [.. launch.Executable.Arguments, ChildLauncher.RoleArgument, launch.Role],
                ChildEnvironment.Build(ChildLauncher.EnvironmentFor(launch)));
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
}
