using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// Stands for one actor of an asking node towards a command's session: says what that actor says, and tells its conversation what it
/// hears. Its credit goes to whom it gets its output from, which is the session, or a replay of an ended command.
/// </summary>
internal sealed class CommandPeer : UntypedActor
{
    private readonly long _actor;
    private IActorRef? _source;
    private IActorRef? _givenTo;
    private long _given;

    public CommandPeer(long actor) => _actor = actor;

    /// <summary>To the conversation.</summary>
    /// <param name="Actor">The actor's number.</param>
    /// <param name="Message">What it is told.</param>
    internal sealed record Hears(long Actor, object Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>From the conversation: say this.</summary>
    internal sealed record Say(IActorRef To, object Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal static Props Props(long actor) => Akka.Actor.Props.Create(() => new CommandPeer(actor));

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Say { Message: GrantOutput grant } say:
                (_source ?? say.To).Tell(grant, Self);
                if (_source is null)
                    (_givenTo, _given) = (say.To, CreditSum.Of(_given, grant.Bytes));
                break;
            case Say say:
                say.To.Tell(say.Message, Self);
                break;
            case CommandExited or OutputGap or OutputChunk or OutputText when _source is null:
                // The session that got the credit may have ended before.
                if (_given > 0 && !Sender.Equals(_givenTo))
                    Sender.Tell(new GrantOutput(_given), Self);
                _source = Sender;
                Context.Parent.Tell(new Hears(_actor, message));
                break;
            default:
                Context.Parent.Tell(new Hears(_actor, message));
                break;
        }
    }
}
