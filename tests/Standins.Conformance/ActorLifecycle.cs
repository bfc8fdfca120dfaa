using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

/// <summary>What <c>akka.actor.debug.lifecycle</c> tells.</summary>
public sealed class ActorLifecycle() : TestKit("akka { loglevel = DEBUG, stdout-loglevel = OFF, actor.debug.lifecycle = on }")
{
    [Fact]
    public async Task A_life_is_told_from_its_start_to_its_stop()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe, typeof(Debug));
        var actor = Sys.ActorOf(Props.Create(() => new Idle()), "living");
        var source = actor.Path.ToString();
        await probe.FishForMessageAsync(message => Is(message, source, $"Started ({typeof(Idle).FullName})"), TimeSpan.FromSeconds(30));
        Watch(actor);
        await probe.FishForMessageAsync(message => Is(message, source, $"now watched by {TestActor}"), TimeSpan.FromSeconds(30));
        Sys.Stop(actor);
        await probe.FishForMessageAsync(message => Is(message, source, "Stopped"), TimeSpan.FromSeconds(30));
    }

    private static bool Is(object message, string source, string text) => message is Debug debug && debug.LogSource == source && debug.Message.ToString() == text;

    private sealed class Idle : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }
}
