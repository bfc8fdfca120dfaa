using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser.Cli.Demo;

/// <summary>The demo's acts; each checks its claims.</summary>
internal sealed class DemoScript(DemoSite site, CliBrowser browser, TextWriter output) : DemoAct(output)
{
    private readonly BrowserClient _client = BrowserClient.For(browser.Browser);

    internal async Task<bool> RunAsync(CancellationToken cancellation)
    {
        await SayAsync($"A site of {DemoSite.PageCount} pages with a picture each is served at {site.Root}").ConfigureAwait(false);

        await ActAsync("1. Every page and picture, in parallel, through one network process").ConfigureAwait(false);
        var started = Stopwatch.GetTimestamp();
        var answers = await FetchAllAsync([site.Root, .. site.Pages, .. site.Images], cancellation).ConfigureAwait(false);
        var bytes = answers.Sum(a => (long)(a.Response?.Body.Length ?? 0));
        await CheckAsync(answers.All(a => a.Response is { Status: 200 }),
            $"{answers.Length} answers, {ProgressBar.Size(bytes)} in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms").ConfigureAwait(false);
        await TreeAsync(cancellation).ConfigureAwait(false);

        await ActAsync("2. The network process is killed with fetches in flight").ConfigureAwait(false);
        var held = Enumerable.Range(0, 5).Select(_ => _client.FetchAsync(new FetchProtocol.Fetch(site.Held.AbsoluteUri), cancellation)).ToArray();
        await site.HeldRequestsAsync(held.Length, cancellation).ConfigureAwait(false);
        var network = await NetworkAsync(cancellation).ConfigureAwait(false);
        network.Actor.Tell(ChildProcessProtocol.Kill.Instance, ActorRefs.NoSender);
        var lost = await Task.WhenAll(held).ConfigureAwait(false);
        foreach (var answer in lost)
            await SayAsync($"   failed: {answer.Failure?.Kind}: {answer.Failure?.Message}").ConfigureAwait(false);
        await CheckAsync(lost.All(a => a.Failure is { Kind: Transport.FetchErrorKind.ChildLost }), "each of the five failed once, at once, with the reason").ConfigureAwait(false);

        await ActAsync("3. The next fetch finds a new process").ConfigureAwait(false);
        site.ReleaseHeld();
        var next = await _client.FetchAsync(new FetchProtocol.Fetch(site.Held.AbsoluteUri), cancellation).ConfigureAwait(false);
        await CheckAsync(next.Response is { Status: 200 } response && response.ChildProcessId != network.ProcessId,
            $"process {next.Response?.ChildProcessId} answered; {network.ProcessId} is gone").ConfigureAwait(false);
        await TreeAsync(cancellation).ConfigureAwait(false);

        await ActAsync("4. A child that stops answering is asked to exit, then killed").ConfigureAwait(false);
        await ForceKillAsync(cancellation).ConfigureAwait(false);
        await ActAsync("5. Ten tabs: one crashes, one hangs, both recover, eight are unaffected").ConfigureAwait(false);
        IsGood &= await new DemoTabs(site, browser, Output).RunAsync(cancellation).ConfigureAwait(false);
        await SayAsync(IsGood ? "\nAll as claimed." : "\nNot all was as claimed.").ConfigureAwait(false);
        return IsGood;
    }

    private async Task ForceKillAsync(CancellationToken cancellation)
    {
        var child = await _client.SpawnAsync(Roles.Unresponsive, cancellation).ConfigureAwait(false);
        await TreeAsync(cancellation).ConfigureAwait(false);
        var end = new TaskCompletionSource<ChildProcessProtocol.ChildExited>(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = browser.System.ActorOf(Props.Create(() => new ExitListener(end)));
        child.Child.Tell(new ChildProcessProtocol.Subscribe(listener), ActorRefs.NoSender);
        child.Child.Tell(new ChildProcessProtocol.SendToRole(0, default), ActorRefs.NoSender);
        child.Child.Tell(ChildProcessProtocol.Shutdown.Instance, ActorRefs.NoSender);
        var exited = await end.Task.WaitAsync(cancellation).ConfigureAwait(false);
        // Windows has no signals: a process that was ended has the exit code that a shell gives for SIGKILL.
        var (killed, how) = OperatingSystem.IsWindows() ? (exited.ExitCode == ExitCodes.BySignal + 9, $"exit code {exited.ExitCode}") : (exited.Signal == 9, $"signal {exited.Signal}");
        await CheckAsync(killed && exited is { Reason: ExitReason.Killed, Cause: KillCause.ShutdownTimeout },
            $"process {exited.ProcessId}: {exited.Reason} ({exited.Cause}), {how}. {exited.Message}").ConfigureAwait(false);
    }

    private Task<FetchResult[]> FetchAllAsync(Uri[] urls, CancellationToken cancellation)
    {
        var client = _client;
        return Task.WhenAll(urls.Select(url => client.FetchAsync(new FetchProtocol.Fetch(url.AbsoluteUri), cancellation)));
    }

    private async Task<(IActorRef Actor, int ProcessId)> NetworkAsync(CancellationToken cancellation)
    {
        var children = await ChildrenAsync(cancellation).ConfigureAwait(false);
        var status = await StatusAsync(children.Network, cancellation).ConfigureAwait(false);
        return (children.Network, status.ProcessId);
    }

    private Task<BrowserProtocol.Children> ChildrenAsync(CancellationToken cancellation) =>
        browser.Browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, TimeSpan.FromSeconds(5), cancellation);

    private static Task<ChildProcessProtocol.Status> StatusAsync(IActorRef child, CancellationToken cancellation) =>
        child.Ask<ChildProcessProtocol.Status>(ChildProcessProtocol.GetStatus.Instance, TimeSpan.FromSeconds(5), cancellation);

    private async Task TreeAsync(CancellationToken cancellation)
    {
        var children = await ChildrenAsync(cancellation).ConfigureAwait(false);
        var network = await StatusAsync(children.Network, cancellation).ConfigureAwait(false);
        await SayAsync($"   /user/browser                  process {Environment.ProcessId}").ConfigureAwait(false);
        await SayAsync("   ├─ fetch                       (same process)").ConfigureAwait(false);
        await SayAsync($"   {(children.Spawned.Count == 0 ? "└" : "├")}─ network                     {Describe(network)}").ConfigureAwait(false);
        for (var i = 0; i < children.Spawned.Count; i++)
        {
            var status = await StatusAsync(children.Spawned[i], cancellation).ConfigureAwait(false);
            await SayAsync($"   {(i + 1 == children.Spawned.Count ? "└" : "├")}─ {children.Spawned[i].Path.Name,-27} {Describe(status)}").ConfigureAwait(false);
        }
    }

    private static string Describe(ChildProcessProtocol.Status status) =>
        status.ProcessId == 0 ? "(no process)" : $"process {status.ProcessId}, {status.State.ToString().ToLowerInvariant()}";

    private Task ActAsync(string title) => SayAsync($"\n{title}");

    private sealed class ExitListener(TaskCompletionSource<ChildProcessProtocol.ChildExited> end) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is ChildProcessProtocol.ChildExited exited)
                end.TrySetResult(exited);
        }
    }
}
