using Akka.Actor;

namespace ActorBrowser;

/// <summary>What a <see cref="ChildSupervisor"/> keeps through a restart: who uses the child, whether one is wanted, and the losses so far.</summary>
internal sealed class SupervisorMemory
{
    internal HashSet<IActorRef> Users { get; } = [];

    /// <summary>Who gets what the child sends.</summary>
    internal IActorRef? Frames { get; set; }

    /// <summary>Whether a child was asked for: then one is started after a restart.</summary>
    internal bool IsWanted { get; set; }

    internal RestartBudget Budget { get; } = new();
}
