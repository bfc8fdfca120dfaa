using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Owns the actors of the typed roles. One that fails is restarted with new children, under the same reference.</summary>
internal sealed class RolesActor : UntypedActor
{
    private readonly IReadOnlyList<RoleSetup> _roles;
    private readonly HashSet<IActorRef> _draining = [];
    private IActorRef? _stopper;

    public RolesActor(IReadOnlyList<RoleSetup> roles) => _roles = roles;

    internal static Props Props(IReadOnlyList<RoleSetup> roles) => Akka.Actor.Props.Create(() => new RolesActor(roles));

    /// <summary>What a role's actor is created with. Before there is one: a wrong setting fails the start of the browser.</summary>
    /// <exception cref="Akka.Configuration.ConfigurationException">A setting of the role is not valid.</exception>
    internal static RoleSetup SetupOf(RoleRegistration role, ActorBrowserSettings settings, IChildLauncher launcher) => new(
        role.Definition, settings.RoleOf(role.Definition.Name, role.Options), settings,
        role.Options.Profile?.Invoke(settings.Sandbox.ProfileOf(role.Definition.Name)), launcher, role.Options.IsInProcess,
        new RoleMemory { Plugin = role.Options.Plugin });

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Restart);

    protected override void PreStart()
    {
        foreach (var role in _roles)
            Start(role);
    }

    private void Start(RoleSetup role) => UnansweredMessages.AnswerFor(Context.Watch(Context.ActorOf(RoleActor.Props(role), role.Name)), Context.Parent, any: true);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case RoleProtocol.GetRole get:
                var role = Context.Child(get.Name ?? "");
                Sender.Tell(role.IsNobody() ? new Status.Failure(new InvalidMessageException(nameof(RoleProtocol.GetRole), $"the program adds no role '{get.Name}'")) : new RoleProtocol.RoleFound(role));
                break;
            case BrowserShutdown.Drain:
                _stopper = Sender;
                foreach (var one in Context.GetChildren())
                {
                    _draining.Add(one);
                    one.Tell(message);
                }
                TellIfDrained();
                break;
            case BrowserShutdown.Drained:
                _draining.Remove(Sender);
                TellIfDrained();
                break;
            case WorkerPool.GetPool:
                Sender.Tell(new Running([.. Context.GetChildren()]));
                break;
            case Terminated terminated when _stopper is null:
                // An actor sent it a PoisonPill: its reference is lost, and GetRole finds another.
                Start(_roles.Single(role => role.Name == terminated.ActorRef.Path.Name));
                break;
            case Terminated terminated:
                _draining.Remove(terminated.ActorRef);
                TellIfDrained();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>The answer to <see cref="WorkerPool.GetPool"/>: the actors that have a pool each.</summary>
    internal sealed record Running(IReadOnlyList<IActorRef> Roles) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private void TellIfDrained()
    {
        if (_draining.Count == 0)
            _stopper?.Tell(BrowserShutdown.Drained.Instance);
    }
}
