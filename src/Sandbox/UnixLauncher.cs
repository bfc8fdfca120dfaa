using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Linux and macOS: each child becomes the leader of a new session. Linux starts a confined child by clone and a list of system calls
/// before exec (<see cref="ConfinedSpawner"/>), and an unconfined one by posix_spawn; macOS starts all by posix_spawn. Linux is
/// tested. macOS has no addclosefrom and no pidfd, so it uses close-on-exec by default and kqueue instead; that code was only
/// compiled.
/// </summary>
internal sealed class UnixLauncher : ILauncher
{
    private const int KillSignal = 9;

    public ChildProcess Launch(ChildLaunch launch)
    {
        var pipes = new List<SafeDescriptor>(4);
        var group = CreateGroup(launch);
        try
        {
            var (outputRead, outputWrite) = CreatePipe(pipes);
            var (errorRead, errorWrite) = CreatePipe(pipes);
            var channel = launch.Channel is null ? null : DescriptorFlags.RaiseAboveChildNumbers(launch.Channel);
            string[] command = [.. Prefix(launch), launch.Executable.Path, .. launch.Executable.Arguments, ChildLauncher.RoleArgument, launch.Role];
            var request = new SpawnRequest
            {
                Path = SpawnRequest.Utf8(command[0]),
                Arguments = SpawnRequest.Utf8(command),
                Environment = SpawnRequest.Utf8(ChildEnvironment.Build(ChildLauncher.EnvironmentFor(launch))),
                Output = outputWrite,
                Error = errorWrite,
                Channel = channel,
                HoldsChildSignals = launch.HasChildren && OperatingSystem.IsLinux(),
                MayOrderKills = launch.HasChildren && channel is not null && OperatingSystem.IsLinux(),
            };
            var started = DateTimeOffset.UtcNow;
            var failure = Spawn(launch, request, out var pid, out var network);
            if (channel != launch.Channel)
                channel?.Dispose();
            if (failure is not null)
                throw failure;
            outputWrite.Dispose();
            errorWrite.Dispose();
            var child = new UnixChild(pid, Watch(pid), started,
                new LogPipe(outputRead, isError: false, 0, launch.MaxLogLineBytes, launch.Log),
                new LogPipe(errorRead, isError: true, launch.RetainedStderrLines, launch.MaxLogLineBytes, launch.Log), group, launch.Plan?.Policy.Limits ?? new SandboxLimits(), network);
            pipes.Clear();
            var limited = group?.AddAsync(pid) ?? Task.CompletedTask;
            group = null;
            child.Start();
            return new ChildProcess(launch.Role, child) { Limited = limited };
        }
        catch (SystemCallException e)
        {
            throw LaunchException.FromErrno(launch.Executable.Path, e.Errno);
        }
        finally
        {
            foreach (var pipe in pipes)
                pipe.Dispose();
            group?.Dispose();
        }
    }

    private static string[] Prefix(ChildLaunch launch) =>
        OperatingSystem.IsMacOS() && launch.Plan is { Policy.IsUnconfined: false } plan ? [SeatbeltProfile.Launcher, "-p", SeatbeltProfile.Of(plan.Policy, launch.Executable)] : [];

    private static ControlGroup? CreateGroup(ChildLaunch launch)
    {
        try
        {
            return launch.Plan?.CreateGroup();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException(LaunchErrorKind.ConfinementUnavailable, $"The control group for a {launch.Role} child could not be created: {e.Message}", 0, e);
        }
    }

    private static LaunchException? Spawn(ChildLaunch launch, SpawnRequest request, out int pid, out WorldNetwork? network)
    {
        network = null;
        if (!OperatingSystem.IsLinux() || launch.Plan is not { Policy.IsUnconfined: false } plan)
        {
            var errno = ProcessSpawner.TrySpawn(request, out pid);
            return errno == 0 ? null : LaunchException.FromErrno(launch.Executable.Path, errno);
        }
        using var landlock = plan.CreateLandlock();
        var confinement = plan.Confine(landlock, deathSignal: KillSignal);
        network = confinement.Network;
        return ConfinedSpawner.TrySpawn(request, confinement, out pid) is { } failure ? LaunchException.FromStep(launch.Executable.Path, failure) : null;
    }

    private static ProcessDescriptor Watch(int pid)
    {
        try
        {
            return ProcessDescriptor.Open(pid);
        }
        catch
        {
            ProcessDescriptor.KillAndReap(pid);
            throw;
        }
    }

    private static (SafeDescriptor Read, SafeDescriptor Write) CreatePipe(List<SafeDescriptor> pipes)
    {
        var (read, write) = UnixPipe.Create();
        pipes.Add(read);
        pipes.Add(write);
        write = DescriptorFlags.RaiseAboveChildNumbers(write);
        pipes.Add(write);
        return (read, write);
    }
}
