using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Sandbox;
using Akka.Actor;
using Spectre.Console;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Cli;

/// <summary><c>doctor --probe</c>: makes all attempts in a child of a profile and, as a control, in a child without a sandbox.</summary>
internal sealed class ProbeReport
{
    // If the kernel enforces a limit only by failing calls, the parent notices that at the next heartbeat.
    private const string Heartbeat = "actorbrowser.child.heartbeat-interval = 250ms";

    // On a busy machine, using a second of processor time takes a while. A child that is only refused more keeps running, so that wait is shorter.
    private static readonly TimeSpan FloodTime = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan ExitTime = FloodTime * 2;
    private static readonly TimeSpan RefusedTime = TimeSpan.FromSeconds(15);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // Listed in docs/threat-model.md, too.
    private static readonly string[] NeedWorlds =
        ["file-mode", "file-times", "file-attributes", "file-status", "protected-name", "other-terminal", "other-process", "leave-session", "machine-facts", "home", "folder-is-home", "folder-of-system", "system-v-memory"];

    private readonly CliBrowser _browser;
    private readonly Surroundings _surroundings;
    private readonly ProbeTargets _targets;
    private readonly CancellationToken _cancellation;

    private ProbeReport(CliBrowser browser, Surroundings surroundings, ProbeTargets targets, CancellationToken cancellation)
    {
        _browser = browser;
        _surroundings = surroundings;
        _targets = targets;
        _cancellation = cancellation;
    }

    internal static async Task<int> RunAsync(IReadOnlyList<SandboxPolicy> policies, Surroundings surroundings, string? program, bool json, CancellationToken cancellation)
    {
        if (program is not null)
            InsideAttempts.Check(program);
        Environment.SetEnvironmentVariable(ProbeTargets.Canary, "this must stay in the parent");
        await using var browser = await CliBrowser.StartAsync(cancellation, $"{Heartbeat}\n{surroundings.Hidden}").ConfigureAwait(false);
        using var range = new ProbeRange();
        var control = SandboxPolicy.Unconfined("control", "the result of each attempt without a sandbox");
        var outside = new ProbeReport(browser, surroundings, range.Targets(0), cancellation);
        var sibling = await outside.SpawnAsync(control).ConfigureAwait(false);
        var report = new ProbeReport(browser, surroundings, range.Targets(sibling.ProcessId), cancellation);
        var without = await report.AttemptAllAsync(control).ConfigureAwait(false);
        var all = new JsonArray();
        var failed = 0;
        if (program is not null)
        {
            var other = SandboxPolicy.Unconfined(program, "confined only by that program");
            var results = await InsideAsync(program, range.Targets(sibling.ProcessId), without, cancellation).ConfigureAwait(false);
            if (json)
                all.Add((JsonNode)Json(other, results));
            else
                Show(other, results);
        }
        foreach (var policy in policies)
        {
            var results = await report.ProbeAsync(policy.NeedsWorkspace ? policy.ForWorkspace(range.Workspace) : policy, without).ConfigureAwait(false);
            if (policy.MayExecute)
            {
                results.AddRange(await report.AttemptCommandsAsync(policy, range).ConfigureAwait(false));
                results.AddRange(await report.CommandsAsync(policy, range.Workspace).ConfigureAwait(false));
            }
            failed += results.Count(static result => result.Verdict == Verdict.Failed);
            if (json)
                all.Add((JsonNode)Json(policy, results));
            else
                Show(policy, results);
        }
        if (json)
            await Console.Out.WriteLineAsync(all.ToJsonString(Indented)).ConfigureAwait(false);
        return failed == 0 ? ExitCodes.Success : 1;
    }

    // Another program's sandbox: what it refuses is neither a success nor a failure of this program.
    private static async Task<List<Result>> InsideAsync(string program, ProbeTargets targets, int[] without, CancellationToken cancellation)
    {
        await using var browser = await CliBrowser.StartAsync(cancellation, "actorbrowser.sandbox.enabled = off").ConfigureAwait(false);
        var inside = await InsideAttempts.RunAsync(browser, program, targets, InsideAttempts.Patience, cancellation).ConfigureAwait(false);
        return [.. inside.Select((errno, i) => new Result(ProbeBattery.All[i].Name, ProbeBattery.All[i].Protection, Outcome(without[i]), Outcome(errno), Probe.IsRefusal(errno) ? Verdict.Held : Verdict.Failed))];
    }

    private async Task<List<Result>> ProbeAsync(SandboxPolicy policy, int[] without)
    {
        var results = new List<Result>();
        int[] inside;
        try
        {
            inside = await AttemptAllAsync(policy with { KillsOnViolation = false }).ConfigureAwait(false);
        }
        catch (ChildLostException e)
        {
            return [new Result("the child", e.Message, "", "", Verdict.Failed)];
        }
        for (var i = 0; i < inside.Length; i++)
        {
            var probe = ProbeBattery.All[i];
            var held = Probe.IsRefusal(inside[i]);
            results.Add(new Result(probe.Name, probe.Protection, Outcome(without[i]), Outcome(inside[i]),
                probe.IsAllowed(policy) ? Verdict.Allowed : held ? Verdict.Held : Failure(policy, probe.Name)));
        }
        results.Add(await WrongArchitectureAsync(policy).ConfigureAwait(false));
        results.Add(await FloodAsync(policy, "memory-flood", "memory ends at its limit", ProbeQuestion.FloodMemory, new SandboxLimits { Memory = 128 << 20 }).ConfigureAwait(false));
        results.Add(await FloodAsync(policy, "descriptor-flood", "descriptors end at their limit", ProbeQuestion.FloodDescriptors, new SandboxLimits { Descriptors = 200 }).ConfigureAwait(false));
        results.Add(await FloodAsync(policy, "process-flood", "processes and threads end at their limit", ProbeQuestion.FloodProcesses, new SandboxLimits { Processes = 64 }).ConfigureAwait(false));
        results.Add(await FloodAsync(policy, "processor-spin", "processor time ends at its limit", ProbeQuestion.Spin, new SandboxLimits { ProcessorTime = 1 }).ConfigureAwait(false));
        return results;
    }

    private async Task<IEnumerable<Result>> CommandsAsync(SandboxPolicy policy, string workspace)
    {
        var other = await SpawnAsync(SandboxPolicy.Unconfined("other", "pinged while commands flood")).ConfigureAwait(false);
        await using var small = await CliBrowser.StartAsync(_cancellation, $"{CommandFloods.SmallLimits(policy)}\n{_surroundings.Hidden}").ConfigureAwait(false);
        var floods = await new CommandFloods(_surroundings.Machine, _browser, small, workspace, _cancellation).RunAsync(policy, other).ConfigureAwait(false);
        other.Child.Tell(ChildProcessProtocol.Kill.Instance);
        return floods.Select(static flood => new Result(flood.Name, flood.Protection, flood.Outside, flood.Inside, flood.Held switch { true => Verdict.Held, false => Verdict.Failed, null => Verdict.Missing }));
    }

    private async Task<List<Result>> AttemptCommandsAsync(SandboxPolicy policy, ProbeRange range)
    {
        await using var unconfined = await CliBrowser.StartAsync(_cancellation, "actorbrowser.sandbox.enabled = off").ConfigureAwait(false);
        var (without, within) = (new CommandAttempts(unconfined, range, _cancellation), new CommandAttempts(_browser, range, _cancellation));
        var results = new List<Result>();
        foreach (var (name, protection, tryAsync) in CommandAttempts.All)
        {
            var outside = await tryAsync(without, null).ConfigureAwait(false);
            var inside = await tryAsync(within, policy.Name).ConfigureAwait(false);
            results.Add(new Result(name, protection, outside ? "works" : "no target", inside ? "works" : "fails", inside ? Failure(policy, name) : Verdict.Held));
        }
        using var target = new EgressTarget();
        var (outsideEgress, insideEgress) = (new EgressAttempts(unconfined, range, target, _cancellation), new EgressAttempts(_browser, range, target, _cancellation));
        foreach (var (name, protection, script) in EgressAttempts.All)
        {
            var outside = await outsideEgress.TryAsync(script, null, hasEgress: false).ConfigureAwait(false);
            var inside = await insideEgress.TryAsync(script, policy.Name, policy.HasNamedEgress).ConfigureAwait(false);
            results.Add(new Result(name, protection, outside ? "works" : "no target", inside ? "works" : "fails", inside ? Verdict.Failed : Verdict.Held));
        }
        return results;
    }

    // Attempts that only a world prevents are reported as missing on a machine without worlds.
    private Verdict Failure(SandboxPolicy policy, string name) => policy.WantsWorld && !_surroundings.Machine.GivesWorld(policy) && NeedWorlds.Contains(name) ? Verdict.Missing : Verdict.Failed;

    private async Task<int[]> AttemptAllAsync(SandboxPolicy policy)
    {
        var child = await SpawnAsync(policy).ConfigureAwait(false);
        var outcomes = new int[ProbeBattery.All.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var place = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(place, i);
            outcomes[i] = await AskAsync(child.Child, ProbeQuestion.Attempt, place).ConfigureAwait(false);
        }
        child.Child.Tell(ChildProcessProtocol.Kill.Instance);
        return outcomes;
    }

    private async Task<Result> WrongArchitectureAsync(SandboxPolicy policy)
    {
        const string protection = "a system call with the convention of another architecture ends the process";
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return new Result("wrong-architecture", protection, "", "this processor has no other", Verdict.Allowed);
        var exited = await EndOfAsync(policy, ProbeQuestion.WrongArchitecture).ConfigureAwait(false);
        return new Result("wrong-architecture", protection, "it works", exited?.Message ?? "it worked", exited?.Reason == ExitReason.SandboxViolation ? Verdict.Held : Verdict.Failed);
    }

    private async Task<Result> FloodAsync(SandboxPolicy policy, string name, string protection, ProbeQuestion question, SandboxLimits limits)
    {
        var other = await SpawnAsync(policy).ConfigureAwait(false);
        var child = await SpawnAsync(policy with { Limits = limits }).ConfigureAwait(false);
        var gone = ExitOf(child.Child);
        var answer = AskAsync(child.Child, question, []);
        var slowest = TimeSpan.Zero;
        for (var started = Stopwatch.GetTimestamp(); !gone.IsCompleted && Stopwatch.GetElapsedTime(started) < (answer.IsCompleted ? RefusedTime : FloodTime);)
        {
            var time = await CliBrowser.PingAsync(other, _cancellation).ConfigureAwait(false);
            slowest = time > slowest ? time : slowest;
        }
        other.Child.Tell(ChildProcessProtocol.Kill.Instance);
        child.Child.Tell(ChildProcessProtocol.Kill.Instance);
        var pings = string.Create(CultureInfo.InvariantCulture, $"another child's slowest ping {slowest.TotalMilliseconds:0.#} ms");
        var exited = await gone.ConfigureAwait(false);
        if (exited.Cause == KillCause.Limit)
            return new Result(name, protection, "not tried", $"{exited.Message} {pings}", Verdict.Held);
        // Linux before 6.2 does not report how many descriptors another process has: the child stops at its limit and keeps running.
        var count = answer.IsCompletedSuccessfully ? await answer.ConfigureAwait(false) : int.MaxValue;
        return new Result(name, protection, "not tried", count == int.MaxValue ? exited.Message : $"{count}, then no more; {pings}",
            count <= limits.Descriptors ? Verdict.Held : Verdict.Failed);
    }

    private async Task<ChildExited?> EndOfAsync(SandboxPolicy policy, ProbeQuestion question)
    {
        var child = await SpawnAsync(policy).ConfigureAwait(false);
        var gone = ExitOf(child.Child);
        try
        {
            await AskAsync(child.Child, question, []).ConfigureAwait(false);
            child.Child.Tell(ChildProcessProtocol.Kill.Instance);
            return null;
        }
        catch (ChildLostException)
        {
            return await gone.ConfigureAwait(false);
        }
    }

    private Task<ChildExited> ExitOf(IActorRef child)
    {
        var told = new TaskCompletionSource<ChildExited>(TaskCreationOptions.RunContinuationsAsynchronously);
        child.Tell(new Subscribe(_browser.System.ActorOf(Props.Create(() => new ExitListener(told)))));
        return told.Task.WaitAsync(ExitTime, _cancellation);
    }

    private async Task<BrowserProtocol.ChildSpawned> SpawnAsync(SandboxPolicy policy) =>
        await _browser.SpawnAsync(new BrowserProtocol.SpawnChild(ProbeRole.Name) { RoleArgs = _targets.ToBytes(), Policy = policy }, _cancellation).ConfigureAwait(false);

    private async Task<int> AskAsync(IActorRef child, ProbeQuestion question, byte[] payload)
    {
        var answer = await child.Ask<RoleAnswer>(new SendToRole((ushort)question, payload), ExitTime, _cancellation).ConfigureAwait(false);
        return BinaryPrimitives.ReadInt32LittleEndian(answer.Payload.Span);
    }

    private static string Outcome(int errno) => errno == 0 ? "works" : Marshal.GetPInvokeErrorMessage(errno);

    private static void Show(SandboxPolicy policy, List<Result> results)
    {
        var table = new Table().Title($"{policy.Name}: {Tables.Cell(policy.Description)}").Border(TableBorder.Rounded).AddColumns("protection", "outside", "inside", "");
        foreach (var result in results)
        {
            table.AddRow(Tables.Cell(result.Protection), Tables.Cell(result.Outside), Tables.Cell(result.Inside), result.Verdict switch
            {
                Verdict.Held => "[green]held[/]",
                Verdict.Allowed => "[grey]allowed[/]",
                Verdict.Missing => "[yellow]not here[/]",
                _ => "[red]FAILED[/]",
            });
        }
        Tables.Console.Write(table);
        Console.Out.WriteLine(Score(results));
    }

    private static string Score(List<Result> results) =>
        $"{results.Count(static result => result.Verdict == Verdict.Held)} held, {results.Count(static result => result.Verdict == Verdict.Failed)} failed, {results.Count(static result => result.Verdict == Verdict.Allowed)} allowed by the profile, {results.Count(static result => result.Verdict == Verdict.Missing)} not available here";

    private static JsonObject Json(SandboxPolicy policy, List<Result> results) => new()
    {
        ["profile"] = policy.Name,
        ["held"] = results.Count(static result => result.Verdict == Verdict.Held),
        ["failed"] = results.Count(static result => result.Verdict == Verdict.Failed),
        ["allowed"] = results.Count(static result => result.Verdict == Verdict.Allowed),
        ["missing"] = results.Count(static result => result.Verdict == Verdict.Missing),
        ["probes"] = new JsonArray([.. results.Select(static result => (JsonNode)new JsonObject
        {
            ["name"] = result.Name, ["protection"] = result.Protection, ["outside"] = result.Outside, ["inside"] = result.Inside,
            ["verdict"] = result.Verdict.ToString().ToLowerInvariant(),
        })]),
    };

    /// <summary>The machine being probed.</summary>
    /// <param name="Machine">The machine, without the layers that are hidden.</param>
    /// <param name="Hidden">The configuration that hides those layers.</param>
    internal sealed record Surroundings(Machine Machine, string Hidden);

    private enum Verdict
    {
        Held,
        Allowed,

        /// <summary>This machine lacks the necessary layer, as documented.</summary>
        Missing,
        Failed,
    }

    private sealed record Result(string Name, string Protection, string Outside, string Inside, Verdict Verdict);

    private sealed class ExitListener(TaskCompletionSource<ChildExited> told) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not ChildExited exited)
                return;
            told.TrySetResult(exited);
            Context.Stop(Self);
        }
    }
}
