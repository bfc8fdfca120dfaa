using Microsoft.AspNetCore.Http;

namespace ActorBrowser.EgressTests;

/// <summary>A machine that can give a command no network of its own.</summary>
public sealed class NoWorldSpecs() : EgressSpecs("actorbrowser.sandbox.hide-layers = [world]")
{
    [FactNeeds("curl")]
    public async Task A_command_has_no_network_then_and_a_sentence_says_why()
    {
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("ok"));
        var run = await RunAsync($"curl -sS -m 10 http://127.0.0.1:{site.Port}/", $"127.0.0.1:{site.Port}", "*:*");
        Assert.NotEqual(0, run.Exit!.ExitCode);
        Assert.Equal("", run.Output.ToString());
        Assert.StartsWith("The profile command-networked reaches hosts through the browser only, which needs a world", run.Exit.Blocked, StringComparison.Ordinal);
    }
}
