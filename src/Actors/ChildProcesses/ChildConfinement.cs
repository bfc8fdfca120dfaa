using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// One child's confinement, seen from the parent: compares the child's report with the plan, checks with the kernel from outside, and
/// listens for the calls that the child's filter refuses.
/// </summary>
internal sealed class ChildConfinement(IActorRef self, string role, SandboxPolicy policy, ActorBrowserSettings settings, ILoggingAdapter log) : IViolationSink, IDisposable
{
    internal const int AbortSignal = 6;

    private ViolationMonitor? _monitor;
    private int _violations;
    private bool _expectsFork;
    private Task? _dumping;
    private IChildProcessHandle? _process;
    private bool _hasAborted;
    private string? _limitAtAbort;

    /// <summary>The child's accepted report: each layer as the child measured it, and the layers it runs without.</summary>
    internal IReadOnlyList<LayerReport> Layers { get; private set; } = [];

    /// <summary>The layers of the programs that a command runner starts: of those that were checked, what they inherit; and what they lack.</summary>
    internal CommandConfinement Summary { get; private set; } = new([], []);

    /// <summary>The kind of program, as reported in Hello.</summary>
    internal ChildImage Image { get; private set; }

    /// <summary>Null, or the reason why this child gets no work.</summary>
    internal string? Accept(in Hello hello, SafeDescriptor? listener, LaunchedChild child)
    {
        _process = child.Process;
        Image = hello.IsNative ? ChildImage.Native : ChildImage.Jit;
        if (child.Plan is not { } plan)
        {
            listener?.Dispose();
            Layers = hello.Layers;
            return null;
        }
        var found = child.Process.Missing;
        var wrong = WrongWith(hello.Layers, plan, found) ?? ConfinementCheck.Refusal(child.Process.Id, plan);
        if (wrong is null && plan.Reports != listener is not null)
            wrong = plan.Reports ? "it sent no listener for its refused calls" : "it sent a listener although none was requested";
        if (wrong is not null)
        {
            listener?.Dispose();
            return $"it is not confined as the profile {policy.Name} requires: {wrong}";
        }
        _expectsFork = CrashDumper.RuntimeAsks(settings.Crashes, plan);
        if (listener is not null && OperatingSystem.IsLinux())
            _monitor = new ViolationMonitor(listener, policy, plan.Learns, this, plan.Asks ? child.Process.Id : 0);
        if (policy.IsUnconfined || plan.Policy.IsUnconfined)
            log.Warning("The {0} child {1} is not confined at all ({2})", role, child.Process.Id, plan.Policy.Reasons.GetValueOrDefault("unconfined", ""));
        MissingLayer[] lacking = [.. plan.Missing, .. found];
        foreach (var missing in lacking)
        {
            log.Warning("The {0} child {1} lacks a preferred layer of its confinement: {2}", role, child.Process.Id, missing.Sentence);
            ChildMetrics.DoesWithout(role, missing.Layer);
        }
        var counted = Counted(hello.Layers, plan, found);
        Layers = [.. counted, .. lacking.Select(static missing => new LayerReport(missing.Layer, false, missing.Sentence))];
        Summary = new CommandConfinement(
            [.. counted.Where(static report => report.Enforced && !LayerNames.IsOfProcessAlone(report.Layer)).Select(static report => report.Layer)],
            [.. lacking.Select(static missing => missing.Sentence)]);
        return null;
    }

    /// <summary>Counts one refused call.</summary>
    /// <returns>Null, or why the child must be killed for it.</returns>
    internal string? Count(SandboxViolation violation)
    {
        _violations++;
        ChildMetrics.Violated(role, violation.Call);
        if (_violations == 1 || !policy.KillsOnViolation)
            log.Warning("The {0} child: {1}{2}", role, violation.Rule, violation.Allowed ? " It was allowed." : "");
        return violation.Allowed ? null
            : policy.KillsOnViolation ? $"It made a system call that is not allowed. {violation.Rule}"
            : _violations > settings.Sandbox.MaxViolations ? $"It made more than {settings.Sandbox.MaxViolations} system calls that are not allowed. The last: {violation.Rule}"
            : null;
    }

    /// <summary>Reports SIGABRT for a child that aborted: the first process of a pid namespace gets no SIGABRT and dies of another signal.</summary>
    internal ChildExit Explain(ChildExit exit) => _hasAborted && exit.Signal is not null
        ? exit with { Signal = AbortSignal, LimitHit = exit.LimitHit ?? _limitAtAbort }
        : exit;

    /// <summary>The dump's file name; null for none.</summary>
    internal string? Dump { get; private set; }

    public Task OnAbort()
    {
        _hasAborted = true;
        // A runtime that is refused memory, a thread or a descriptor may abort before the next heartbeat checks the limits.
        _limitAtAbort ??= _process!.LimitReached();
        // A tracer that attaches to the child interrupts its call, which the child then repeats.
        return _dumping ??= DumpAsync();
    }

    public Task? OnFork() => _expectsFork ? _dumping ??= DumpAsync() : null;

    /// <summary>Tells the child's user of a violation.</summary>
    internal Action<ChildProcessProtocol.SandboxViolated>? TellUser { get; set; }

    /// <summary>Tells the command that asks of a file that it needs, or cannot have; false if there is none.</summary>
    internal Func<object, bool>? TellCommand { get; set; }

    public void OnAttempt(FileAttempt attempt)
    {
        if (TellCommand?.Invoke(new FileAttempted(attempt)) != true)
            attempt.Refuse();
    }

    public void OnRefused(string path, FileUse access, string reason) => TellCommand?.Invoke(new FileRefused(path, access, reason));

    public void OnViolation(SandboxViolation violation)
    {
        var violated = new ChildProcessProtocol.SandboxViolated(self, role, _process!.Id, violation);
        // The call has not returned yet, so the user learns of the refusal before any consequence of it.
        TellUser?.Invoke(violated);
        self.Tell(new ChildFrames.Violated(violated), ActorRefs.NoSender);
    }

    public void Dispose() => _monitor?.Dispose();

    private async Task DumpAsync() => Dump = await CrashDumper.DumpAsync(_process!.Id, role, settings.Crashes, log).ConfigureAwait(false);

    /// <summary>Compares a child's report with its plan and with what its launcher found from outside.</summary>
    /// <param name="reports">The child's report.</param>
    /// <param name="plan">What the child was started with.</param>
    /// <param name="found">The layers that its launcher found not in force, and that it may do without.</param>
    /// <returns>Null, or what is wrong, as a phrase.</returns>
    internal static string? WrongWith(IReadOnlyList<LayerReport> reports, LaunchPlan plan, IReadOnlyList<MissingLayer> found) =>
        WrongWith(reports, plan.Measured, plan.Reportable, found);

    /// <summary>The same, of the plan's layers.</summary>
    /// <param name="reports">The child's report.</param>
    /// <param name="measured">The layers that it was started with, and measures.</param>
    /// <param name="reportable">The names that it may report, each once.</param>
    /// <param name="found">The layers that its launcher found not in force, and that it may do without.</param>
    /// <returns>Null, or what is wrong, as a phrase.</returns>
    internal static string? WrongWith(IReadOnlyList<LayerReport> reports, IReadOnlyList<SandboxLayer> measured, IReadOnlyList<string> reportable, IReadOnlyList<MissingLayer> found)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var report in reports)
        {
            // What a child has made up is not repeated: it could be meant for a terminal.
            if (!reportable.Contains(report.Layer, StringComparer.Ordinal))
                return LayerNames.Find(report.Layer) is null ? "it reports a layer that there is not" : $"it reports the layer {report.Layer}, which it was not given";
            if (!named.Add(report.Layer))
                return $"it reports the layer {report.Layer} twice";
        }
        foreach (var layer in measured)
        {
            var name = LayerNames.Of(layer);
            var report = reports.FirstOrDefault(report => report.Layer == name);
            var missing = found.FirstOrDefault(missing => missing.Layer == name);
            if (missing is { Layer: not null, IsUnseenByChild: false } && report.Enforced)
                return $"it reports the layer {name} as in force, which it is not ({missing.Sentence})";
            if (missing.Layer is null && !report.Enforced)
                return $"the layer {name} is not in force ({(string.IsNullOrEmpty(report.Detail) ? "it was not measured" : report.Detail)})";
        }
        return null;
    }

    /// <summary>A child's report without what nobody has checked: a layer that it was not started with, or that its launcher found missing, does not count.</summary>
    /// <param name="reports">The child's report, in which nothing is wrong.</param>
    /// <param name="plan">What the child was started with.</param>
    /// <param name="found">The layers that its launcher found not in force.</param>
    internal static List<LayerReport> Counted(IReadOnlyList<LayerReport> reports, LaunchPlan plan, IReadOnlyList<MissingLayer> found) =>
    [
        .. reports.Where(report => !found.Any(missing => missing.Layer == report.Layer)).Select(report => !report.Enforced || plan.Gives(report.Layer) ? report
            : report with { Enforced = false, Detail = "the child finds it on itself, but was not started with it, so nobody has checked it" }),
    ];
}
