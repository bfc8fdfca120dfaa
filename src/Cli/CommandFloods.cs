using System.Globalization;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// Commands that use up a resource, at the limits of their profile, each after a small use of the same resource. Only the memory
/// limit is lowered, because filling half of a machine's memory takes minutes. Another child is pinged meanwhile, to show that the
/// parent still works.
/// </summary>
internal sealed class CommandFloods(Machine machine, CliBrowser browser, CliBrowser small, string folder, CancellationToken cancellation)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly Flood[] All =
    [
        new("command-memory", "a command's memory ends at its limit", "head -c 4000000 /dev/zero | tail -c 3000000 | wc -c", "exec tail /dev/zero",
            static exit => exit.Cause == ExitCause.MemoryLimit || exit is { Cause: ExitCause.Itself, ShellCode: not 0 }) { HasSmallLimits = true },
        new("command-processes", "a command's processes end at their limit", "for i in 1 2 3 4; do true & done; wait; echo", "b() { b & b & wait; }; b & exec sleep 1000",
            static exit => exit.Cause is ExitCause.ProcessLimit or ExitCause.MemoryLimit),
        new("command-temporary", "a command's temporary files end at their limit", "if head -c 4096 /dev/zero 2>/dev/null > /tmp/x; then cat /tmp/x | wc -c; else echo; fi",
            "for f in /tmp /var/tmp /dev/shm ~; do cat /dev/zero > $f/x; done 2>/dev/null; exit 1", static exit => exit is { Cause: ExitCause.Itself, ShellCode: not 0 } || exit.Cause == ExitCause.MemoryLimit) { NeedsWorld = true, HasSmallLimits = true },
        new("command-descriptors", "a command's descriptors end at their limit", "bash -c 'for i in 1 2 3 4; do exec {f}</dev/null; done; echo'",
            "exec bash -c 'for ((i = 70000 / $(ulimit -n) + 2; i > 0; i--)); do (while exec {f}</dev/null; do :; done 2>/dev/null; kill -STOP $BASHPID) & done; wait'",
            static exit => exit.Cause is ExitCause.DescriptorLimit or ExitCause.MemoryLimit) { NeedsWorld = true },
        new("command-watches", "a command does not keep its user's programs from watching files", "tail --pid=$$ -s 0.1 -f /etc/passwd & sleep 0.3; kill $!; echo",
            "i=0; while [ $i -lt 200 ]; do tail -f /etc/passwd > /dev/null 2>&1 & i=$((i + 1)); done; sleep 3; exit 1",
            static exit => exit.Cause == ExitCause.DescriptorLimit || (exit is { Cause: ExitCause.Itself, ExitCode: 1 } && Watches.IsOneLeft())) { NeedsWorld = true },
    ];

    /// <summary>Returns a configuration with a profile's memory limits lowered, never raised.</summary>
    /// <param name="policy">A profile for commands.</param>
    internal static string SmallLimits(SandboxPolicy policy) => string.Create(CultureInfo.InvariantCulture,
        $"actorbrowser.sandbox.profiles.{policy.Name}.limits {{ memory = {Least(policy.Limits.Memory, 1L << 30)} B, temporary = {Least(policy.Limits.Temporary, 64L << 20)} B }}");

    private static long Least(long limit, long most) => limit == 0 ? most : Math.Min(limit, most);

    /// <summary>Runs all of them under a profile.</summary>
    /// <param name="policy">A profile for commands.</param>
    /// <param name="other">The child to ping.</param>
    internal async Task<IReadOnlyList<FloodResult>> RunAsync(SandboxPolicy policy, BrowserProtocol.ChildSpawned other)
    {
        var results = new List<FloodResult>();
        var hasWorld = machine.GivesWorld(policy);
        foreach (var flood in All)
        {
            // On a machine with neither worlds nor control groups this would attack the machine itself.
            if (!hasWorld && (flood.NeedsWorld || machine.ControlGroups is not { CanLimitMemory: true, CanLimitProcesses: true }))
            {
                results.Add(new FloodResult(flood.Name, flood.Protection, "not tried", "no limit would end it: it needs a world, or for memory and processes a control group", Held: null));
                continue;
            }
            var little = await CommandAsync(policy, flood, flood.Little).ConfigureAwait(false);
            if (little.Exit is not { ShellCode: 0 })
            {
                results.Add(new FloodResult(flood.Name, flood.Protection, "", $"a small use failed, too: {Describe(little)}", Held: false));
                continue;
            }
            var running = CommandAsync(policy, flood, flood.Script);
            var times = new List<double>();
            do
                times.Add((await CliBrowser.PingAsync(other, cancellation).ConfigureAwait(false)).TotalMilliseconds);
            while (!running.IsCompleted);
            var end = await running.ConfigureAwait(false);
            times.Sort();
            results.Add(new FloodResult(flood.Name, flood.Protection, "a small use works", string.Create(CultureInfo.InvariantCulture,
                $"{Describe(end)}; another child's pings: median {times[times.Count / 2]:0.##} ms, p99 {times[times.Count * 99 / 100]:0.##} ms"), flood.IsHeld(end.Exit!)));
        }
        return results;
    }

    private Task<CommandSnapshot> CommandAsync(SandboxPolicy policy, Flood flood, string script) =>
        BrowserClient.For((flood.HasSmallLimits ? small : browser).Browser).Commands.RunAsync(Spawn.Shell(script) with { Profile = policy.Name, Folder = folder, TotalTimeout = Patience }, cancellation);

    private static string Describe(CommandSnapshot end) => string.Create(CultureInfo.InvariantCulture,
        $"{(end.Exit!.Cause == ExitCause.Itself ? $"exit code {end.Exit.ShellCode}" : end.Exit.Cause.ToString())} after {end.Exit.WallTime.TotalSeconds:0.0} s");

    /// <summary>The result of one flood.</summary>
    internal sealed record FloodResult(string Name, string Protection, string Outside, string Inside, bool? Held);

    private sealed record Flood(string Name, string Protection, string Little, string Script, Func<CommandExit, bool> IsHeld)
    {
        internal bool NeedsWorld { get; init; }

        internal bool HasSmallLimits { get; init; }

    }
}
