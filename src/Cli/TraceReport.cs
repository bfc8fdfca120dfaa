using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Spectre.Console;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Cli;

/// <summary><c>doctor --trace</c>: runs a role or a command with a profile that only reports, and lists the calls that it would have refused.</summary>
internal static class TraceReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static async Task<int> RunAsync(SandboxPolicy policy, string[] work, bool json, CancellationToken cancellation)
    {
        var seen = new ConcurrentDictionary<(string Call, string Arguments), int>();
        var browser = await CliBrowser.StartAsync(cancellation, $"actorbrowser.sandbox.learn = [{policy.Name}]").ConfigureAwait(false);
        try
        {
            var listener = browser.System.ActorOf(Props.Create(() => new Listener(seen)));
            browser.System.EventStream.Subscribe(listener, typeof(SandboxViolated));
            await WorkAsync(browser, policy, work, cancellation).ConfigureAwait(false);
        }
        finally
        {
            // Disposing waits for pending reports.
            await browser.DisposeAsync().ConfigureAwait(false);
        }
        var found = seen.OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key.Call, StringComparer.Ordinal).ToList();
        if (json)
        {
            var list = new JsonArray([.. found.Select(static pair => (JsonNode)new JsonObject { ["call"] = pair.Key.Call, ["arguments"] = pair.Key.Arguments, ["times"] = pair.Value })]);
            await Console.Out.WriteLineAsync(list.ToJsonString(Indented)).ConfigureAwait(false);
            return ExitCodes.Success;
        }
        if (found.Count == 0)
        {
            await Console.Out.WriteLineAsync($"The profile {policy.Name} would have refused nothing. (File access is not recorded: Landlock cannot report it.)").ConfigureAwait(false);
            return ExitCodes.Success;
        }
        var table = new Table().Title($"What {policy.Name} would have refused").Border(TableBorder.Rounded).AddColumns("system call", "as", "times");
        foreach (var ((call, arguments), times) in found)
            table.Add(call, arguments, times.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Tables.Console.Write(table);
        await Console.Out.WriteLineAsync("File access is not recorded: Landlock cannot report it.").ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static async Task WorkAsync(CliBrowser browser, SandboxPolicy policy, string[] work, CancellationToken cancellation)
    {
        if (policy.MayExecute)
        {
            var commands = BrowserClient.For(browser.Browser).Commands;
            var result = await commands.RunAsync(new CommandProtocol.Spawn([.. (work.Length > 0 ? work : ["true"]).Select(CommandText.FromString)])
            {
                Profile = policy.Name,
                Folder = ExecCommand.CurrentFolder(),
            }, cancellation).ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"exit {result.Exit!.ShellCode}").ConfigureAwait(false);
            return;
        }
        if (policy.Name == NetworkContract.Name)
        {
            var client = BrowserClient.For(browser.Browser);
            foreach (var url in work)
            {
                var outcome = await client.FetchAsync(new FetchProtocol.Fetch(url), cancellation).ConfigureAwait(false);
                await Console.Error.WriteLineAsync(VisibleText.Line(outcome.Match(response => $"{url}: {response.Headers.Status}", failure => $"{url}: {failure.Message}"))).ConfigureAwait(false);
            }
            return;
        }
        var role = Roles.Names.Contains(policy.Name) ? policy.Name : RendererContract.Name;
        var child = await browser.SpawnAsync(new BrowserProtocol.SpawnChild(role) { Policy = policy }, cancellation).ConfigureAwait(false);
        await CliBrowser.PingAsync(child, cancellation).ConfigureAwait(false);
    }

    private sealed class Listener(ConcurrentDictionary<(string, string), int> seen) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is SandboxViolated { Violation: var violation })
                seen.AddOrUpdate((violation.Call, violation.Arguments), 1, static (_, times) => times + 1);
        }
    }
}
