using Akka.Actor;

namespace ActorBrowser;

/// <summary>Owns the actors of the typed roles. One that fails is restarted with new children, under the same reference.</summary>
internal sealed class RolesActor : UntypedActor
{
    private readonly ActorBrowserSettings _settings;
    private readonly IReadOnlyList<RoleRegistration> _registrations;
    private readonly IChildLauncher _launcher;
    private readonly HashSet<IActorRef> _draining = [];
    private IActorRef? _stopper;

    public RolesActor(ActorBrowserSettings settings, IReadOnlyList<RoleRegistration> registrations, IChildLauncher launcher) =>
        (_settings, _registrations, _launcher) = (settings, registrations, launcher);

    internal static Props Props(ActorBrowserSettings settings, IReadOnlyList<RoleRegistration> registrations, IChildLauncher launcher) =>
        Akka.Actor.Props.Create(() => new RolesActor(settings, registrations, launcher));

    /// <summary>What a role's actor is created with.</summary>
    internal static RoleSetup SetupOf(RoleRegistration role, ActorBrowserSettings settings, IChildLauncher launcher) => new(
        role.Definition, settings.RoleOf(role.Definition.Name, role.Options), settings,
        role.Options.Profile?.Invoke(settings.Sandbox.ProfileOf(role.Definition.Name)), launcher, role.Options.IsInProcess,
        role.Options.Plugin is { } path ? new PluginSource(path) : null);

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Restart);

    protected override void PreStart()
    {
        foreach (var role in _registrations)
            UnansweredMessages.AnswerFor(Context.ActorOf(RoleActor.Props(SetupOf(role, _settings, _launcher)), role.Definition.Name), Context.Parent, any: true);
    }

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
                    _draining.Add(Context.Watch(one));
                    one.Tell(message);
                }
                TellIfDrained();
                break;
            case BrowserShutdown.Drained:
                _draining.Remove(Sender);
                TellIfDrained();
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

    private void TellIfDrained()
    {
        if (_draining.Count == 0)
            _stopper?.Tell(BrowserShutdown.Drained.Instance);
    }
}
