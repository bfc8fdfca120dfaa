using Akka.Actor;

namespace ActorBrowser.ModelTests;

/// <summary>Messages that make one of the browser's actors fail or stop, like a defect would.</summary>
internal static class Poisons
{
    private const string Reason = "poisoned by the model";

    internal static void Do(Act act, IActorRef browser)
    {
        var (to, what) = act switch
        {
            Act.PoisonCoordinator => ("fetch", (object)new PoisonedFetchCommand()),
            Act.KillCoordinator => ("fetch", Kill.Instance),
            Act.PillCoordinator => ("fetch", PoisonPill.Instance),
            Act.PoisonSupervisor => ("network", Poison.Instance),
            Act.KillSupervisor => ("network", Kill.Instance),
            Act.PillSupervisor => ("network", PoisonPill.Instance),
            Act.PoisonImages => ("images", Poison.Instance),
            Act.PoisonDecoders => ("decoders", Poison.Instance),
            Act.PoisonRenderers => ("renderers", Poison.Instance),
            Act.PoisonTabs => ("tabs", Poison.Instance),
            Act.PoisonBrowser => ("", Poison.Instance),
            // An operation without a target.
            _ => ("", null),
        };
        if (what is not null)
            (to.Length == 0 ? browser : ModelSystem.ChildOf(browser, to)).Tell(what, ActorRefs.NoSender);
    }

    /// <summary>Whether an error was caused deliberately.</summary>
    internal static bool Explains(Exception cause) => cause is ActorKilledException || cause.Message == Reason || cause.Message == "A test made this actor fail.";

    private sealed class PoisonedFetchCommand : FetchProtocol.ICommand, IValidated
    {
        object? IValidated.Refusal() => throw new InvalidOperationException(Reason);
    }
}
