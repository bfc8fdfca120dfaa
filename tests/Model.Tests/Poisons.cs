using Akka.Actor;

namespace ActorBrowser.ModelTests;

/// <summary>What makes an actor of the browser's fail, or stop, as a defect of ours would.</summary>
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
            // An operation that found nobody to do it to.
            _ => ("", null),
        };
        if (what is not null)
            (to.Length == 0 ? browser : ModelSystem.ChildOf(browser, to)).Tell(what, ActorRefs.NoSender);
    }

    /// <summary>Whether an error is what was asked for.</summary>
    internal static bool Explains(Exception cause) => cause is ActorKilledException || cause.Message == Reason || cause.Message == "A test made this actor fail.";

    private sealed class PoisonedFetchCommand : FetchProtocol.ICommand, IValidated
    {
        object? IValidated.Refusal() => throw new InvalidOperationException(Reason);
    }
}
