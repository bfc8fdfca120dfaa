using System.CommandLine;
using ActorBrowser.Cli.Demo;

namespace ActorBrowser.Cli;

/// <summary><c>demo</c>: every feature in a few seconds, on a built-in site.</summary>
internal static class DemoCommand
{
    internal static Command Create()
    {
        var command = new Command("demo", "Shows every feature: parallel fetches, a network process killed in the middle and recovered, an unresponsive child force-killed, ten tabs with a crash and a hang.");
        command.SetAction((_, cancellation) => RunAsync(cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        await using var site = await DemoSite.StartAsync(cancellation).ConfigureAwait(false);
        await using var browser = await CliBrowser.StartAsync(cancellation, "actorbrowser.child.shutdown-timeout = 500ms\n" + DemoTabs.Configuration).ConfigureAwait(false);
        return await new DemoScript(site, browser, Console.Out).RunAsync(cancellation).ConfigureAwait(false) ? ExitCodes.Success : ExitCodes.Internal;
    }
}
