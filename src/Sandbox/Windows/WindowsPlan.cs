using System.Collections.Concurrent;
using System.ComponentModel;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>The layers with which a child is started on Windows, besides its job.</summary>
[Flags]
internal enum WindowsConfinement
{
    /// <summary>Its job only.</summary>
    None = 0,

    /// <summary>An AppContainer.</summary>
    AppContainer = 1,

    /// <summary>Mitigations, and no child processes unless the policy allows them.</summary>
    Mitigations = 2,

    /// <summary>A token without privileges and with low integrity.</summary>
    RestrictedToken = 4,

    /// <summary>No clipboard, foreign windows and desktop.</summary>
    UserInterface = 8,

    /// <summary>No system calls of the window manager.</summary>
    Win32kLockdown = 16,

    /// <summary>The limits of its job.</summary>
    JobLimits = 32,
}

/// <summary>
/// The layers of Windows: what this machine offers, found out by applying each, and what a policy gets. AppContainer, mitigations and
/// limits were <b>never run</b>: Wine 8 offers only the job.
/// </summary>
internal static class WindowsPlan
{
    private static readonly ConcurrentDictionary<string, string?> Containers = new(StringComparer.OrdinalIgnoreCase);
    private static readonly Lazy<string?> Job = new(TryJob);
    private static readonly Lazy<string?> Limits = new(static () => WindowsLayers.TryMemoryLimit(Program));
    private static readonly Lazy<string?> Mitigations = new(static () => WindowsLayers.TryMitigations(Program));

    private static readonly Lazy<string?> Token = new(static () => WindowsLayers.TryRestrictedToken(Program));
    private static readonly Lazy<string?> Interface = new(static () => WindowsLayers.TryUserInterface(Program));
    private static readonly Lazy<string?> Win32k = new(static () => WindowsLayers.TryWin32kLockdown(Program));

    // A program of the system, which can be started without a runtime.
    private static string Program => Path.Combine(Environment.SystemDirectory, "cmd.exe");

    /// <summary>The layers that this machine offers.</summary>
    /// <param name="hidden">The layers that configuration has switched off.</param>
    internal static IReadOnlyList<LayerOffer> Offers(IReadOnlySet<SandboxLayer> hidden) =>
    [
        Offer(hidden, SandboxLayer.Job, Job.Value, "every process ends with the browser", "start the browser outside a job that forbids nested jobs"),
        Offer(hidden, SandboxLayer.JobLimits, Limits.Value, "a job's memory limit holds", "Windows; Wine enforces none"),
        Offer(hidden, SandboxLayer.Mitigations, Mitigations.Value, "strict handle checks, no remote images, no extension points, no child processes", "Windows 10 1709 or newer; Wine has none"),
        Offer(hidden, SandboxLayer.AppContainer, TryContainer(new ChildExecutable(Environment.ProcessPath ?? Program, [])), "no file, object or network that was not granted",
            "Windows, and a program whose folder ALL APPLICATION PACKAGES may read, as in Program Files"),
        Offer(hidden, SandboxLayer.RestrictedToken, Token.Value, "no privileges, no administrator, low integrity, kept from others of its level", "Windows; Wine gives every process the same integrity"),
        Offer(hidden, SandboxLayer.UserInterface, Interface.Value, "no clipboard, foreign windows or desktop", "Windows, and a browser that is in no job; Wine has no such restrictions"),
        Offer(hidden, SandboxLayer.Win32kLockdown, Win32k.Value, "no system calls of the window manager, for native children", "Windows 10 or newer; Wine has none"),
    ];

    /// <summary>Checks a policy against this machine.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="executable">The children's program.</param>
    /// <param name="hidden">The layers that configuration has switched off.</param>
    /// <param name="missing">Receives the preferred layers that are missing.</param>
    /// <returns>The layers to start with.</returns>
    /// <exception cref="LaunchException">A required layer is missing.</exception>
    internal static WindowsConfinement Check(SandboxPolicy policy, ChildExecutable executable, IReadOnlySet<SandboxLayer> hidden, List<MissingLayer> missing)
    {
        var gets = WindowsConfinement.None;
        foreach (var offer in Offers(hidden))
        {
            if (!policy.Wants(offer.Layer))
                continue;
            var problem = ProblemOf(offer, policy, executable, hidden);
            if (problem is null)
            {
                // A policy without limits has none to find.
                gets |= offer.Layer == SandboxLayer.JobLimits && LimitsOf(policy) == default ? 0 : FlagOf(offer.Layer);
                continue;
            }
            var sentence = $"{LayerNames.Of(offer.Layer)} is missing: {problem}";
            if (policy.Required.Contains(offer.Layer))
                throw new LaunchException(LaunchErrorKind.ConfinementUnavailable, $"The profile {policy.Name} requires a layer of confinement that is not available: {sentence}. {offer.Fix}".TrimEnd());
            missing.Add(new MissingLayer(LayerNames.Of(offer.Layer), sentence));
        }
        return gets;
    }

    /// <summary>The layers that a child must find on itself.</summary>
    internal static IReadOnlyList<SandboxLayer> Measured(WindowsConfinement gets) =>
        [SandboxLayer.Job, .. Enum.GetValues<SandboxLayer>().Where(layer => FlagOf(layer) is not WindowsConfinement.None and var flag && gets.HasFlag(flag))];

    /// <summary>The limits of a policy's job.</summary>
    internal static WindowsJobLimits LimitsOf(SandboxPolicy? policy) => policy is null or { IsUnconfined: true } ? default
        : policy.MayExecute
            // A runner's job holds its commands: the limits are for all of them together.
            ? new WindowsJobLimits(0, policy.Limits.Memory, Count(policy.Limits.Processes), 0)
            : new WindowsJobLimits(policy.Limits.Memory, 0, policy.MayFork ? Count(policy.Limits.Processes) : 1, policy.Limits.ProcessorTime);

    private static int Count(long processes) => (int)Math.Min(processes, int.MaxValue);

    /// <summary>What the system is asked for, for a child of a plan.</summary>
    internal static WindowsAsked AskedFor(LaunchPlan? plan, ChildExecutable executable)
    {
        var layers = plan?.Windows ?? WindowsConfinement.None;
        var mitigates = layers.HasFlag(WindowsConfinement.Mitigations);
        return new WindowsAsked(layers, LimitsOf(plan?.Policy), mitigates ? WindowsMitigations.Of(executable.IsNative) : 0, mitigates && plan is { Policy.MayFork: false });
    }

    /// <summary>The name of a policy's container.</summary>
    internal static string ContainerName(SandboxPolicy policy) => $"actorbrowser.{policy.Name}";

    private static WindowsConfinement FlagOf(SandboxLayer layer) => layer switch
    {
        SandboxLayer.AppContainer => WindowsConfinement.AppContainer,
        SandboxLayer.Mitigations => WindowsConfinement.Mitigations,
        SandboxLayer.RestrictedToken => WindowsConfinement.RestrictedToken,
        SandboxLayer.UserInterface => WindowsConfinement.UserInterface,
        SandboxLayer.Win32kLockdown => WindowsConfinement.Win32kLockdown,
        SandboxLayer.JobLimits => WindowsConfinement.JobLimits,
        _ => WindowsConfinement.None,
    };

    // Null if the policy's children get the layer. What a command would not survive, or a child's program, is named as missing.
    private static string? ProblemOf(LayerOffer offer, SandboxPolicy policy, ChildExecutable executable, IReadOnlySet<SandboxLayer> hidden) =>
        hidden.Contains(offer.Layer) ? offer.Detail
        : offer.Layer == SandboxLayer.AppContainer
            ? policy.MayExecute ? "a command in an AppContainer could use neither its folder nor its programs" : TryContainer(executable)
        : !offer.Available ? offer.Detail
        : offer.Layer == SandboxLayer.RestrictedToken && Writes(policy) ? "a process of low integrity could not write what the profile grants"
        : offer.Layer == SandboxLayer.UserInterface && policy.MayExecute ? "a command may have windows"
        : offer.Layer == SandboxLayer.Win32kLockdown && !executable.IsNative ? "the runtime's libraries do not start without win32k; only native children, which were never built for Windows, could"
        : null;

    /// <summary>Whether a policy's child writes files: what it was granted, or its folder, for which a command needs no grant here.</summary>
    internal static bool Writes(SandboxPolicy policy) => (policy.MayExecute && policy.WritesWorkspace) || policy.Files.Any(static rule => rule.Rights.HasFlag(FileRights.Write));

    /// <summary>What a child reads when it starts: its program, the assembly that a shared host runs, and their folders.</summary>
    internal static IReadOnlyList<string> ReadAtStart(ChildExecutable executable)
    {
        List<string> read = [];
        foreach (var file in (string[])[executable.Path, .. executable.Arguments.Take(1).Where(static argument => Path.IsPathFullyQualified(argument))])
        {
            read.Add(file);
            if (Path.GetDirectoryName(file) is { Length: > 0 } folder && !read.Contains(folder, StringComparer.OrdinalIgnoreCase))
                read.Add(folder);
        }
        return read;
    }

    private static LayerOffer Offer(IReadOnlySet<SandboxLayer> hidden, SandboxLayer layer, string? problem, string detail, string fix)
    {
        var isHidden = hidden.Contains(layer);
        return new LayerOffer(layer, problem is null && !isHidden, isHidden ? "switched off by configuration" : problem ?? detail, problem is null && !isHidden ? "" : fix);
    }

    private static string? TryJob()
    {
        try
        {
            using var job = WindowsJob.Create(default, hasUserInterface: true);
            using var process = WindowsProcess.Start(new WindowsStart(Program, WindowsCommandLine.Of(Program, []), [], job), resume: false);
            return job.Contains(process.Handle.DangerousGetHandle()) ? null : "a process that was put into a job is not in it";
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }

    // The program is started in a container, suspended: the system then has read it. What the program reads itself is tried with its token.
    private static string? TryContainer(ChildExecutable executable)
    {
        var read = ReadAtStart(executable);
        return Containers.GetOrAdd(string.Join('|', read), static (_, read) =>
        {
            // Another browser's probe must not remove this one's.
            var name = $"actorbrowser.probe.{Guid.NewGuid():N}";
            try
            {
                return TryContainer(name, read);
            }
            catch (Win32Exception e)
            {
                return e.Message;
            }
            finally
            {
                AppContainer.Remove(name);
            }
        }, read);
    }

    private static string? TryContainer(string name, IReadOnlyList<string> read)
    {
        using var container = new AppContainer(name, mayConnect: false);
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        using var process = WindowsProcess.Start(new WindowsStart(read[0], WindowsCommandLine.Of(read[0], []), [], job) { Container = container }, resume: false);
        if (!container.Holds(process.Handle.DangerousGetHandle()))
            return "a process that was started in a container is not in it";
        using var token = WindowsToken.Of(process.Handle.DangerousGetHandle());
        return process.NotSeparate ?? token.CannotRead(read);
    }
}
