using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>Actors of the egress that fail.</summary>
public sealed class EgressEndSpecs : EgressSpecs
{
    [FactNeeds("curl")]
    public async Task An_egress_that_fails_is_stopped_and_its_programs_are_refused_at_once()
    {
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("ok"));
        var spawned = await StartAsync(Networked($"curl -sS -m 20 http://127.0.0.1:{site.Port}/; read go; curl -sS -m 20 http://127.0.0.1:{site.Port}/", $"127.0.0.1:{site.Port}") with { Input = Transport.CommandInput.Pipe });
        await AwaitConditionAsync(async () => (await spawned.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long)).Output.ToString() == "ok", Deadline.Long, Deadline.Often);
        var egress = await Sys.ActorSelection("/user/browser/commands/*/egress-*").ResolveOne(Deadline.Long);
        Watch(egress);
        egress.Tell(Poison.Instance);
        await ExpectTerminatedAsync(egress, Deadline.Long);
        spawned.Session.Tell(new WriteInput("\n"u8.ToArray()));
        var end = (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot;
        Assert.Equal("ok", end.Output.ToString());
        // A refused connection, or one that is reset: not a timeout.
        Assert.Contains(end.Exit!.ExitCode!.Value, new[] { 7, 56 });
    }

    [FactNeeds("curl")]
    public async Task A_resolver_that_fails_answers_each_question_and_resolves_on()
    {
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("ok"));
        Names.Set("granted.example", ["127.0.0.1"]);
        var rule = $"granted.example:{site.Port} private";
        Assert.Equal("ok", await OutputOfAsync($"curl -sS -m 20 http://granted.example:{site.Port}/", rule));
        var resolver = await Sys.ActorSelection("/user/browser/resolver").ResolveOne(Deadline.Long);
        Names.IsSilent = true;
        var spawned = await StartAsync(Networked($"curl -sS -m 20 http://granted.example:{site.Port}/", rule));
        await AwaitConditionAsync(() => Task.FromResult(Names.Asked.Count == 2), Deadline.Long, Deadline.Often);
        resolver.Tell(Poison.Instance);
        var end = (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot;
        Assert.Contains("the resolver was stopped", end.Output.ToString(), StringComparison.Ordinal);
        Names.IsSilent = false;
        Assert.Equal("ok", await OutputOfAsync($"curl -sS -m 20 http://granted.example:{site.Port}/", rule));
    }
}
