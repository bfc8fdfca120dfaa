using Akka.Actor;

namespace ActorBrowser;

/// <summary>The state that a <see cref="ChildSupervisor"/> keeps through a restart: the child's users, whether a child is wanted, and the losses so far.</summary>
internal sealed class SupervisorMemory
{
    internal HashSet<IActorRef> Users { get; } = [];

    /// <summary>The actor that gets the child's frames.</summary>
    internal IActorRef? Frames { get; set; }

    /// <summary>Whether a child was requested; if so, the supervisor starts one again after a restart.</summary>
    internal bool IsWanted { get; set; }

    internal RestartBudget Budget { get; } = new();
}
