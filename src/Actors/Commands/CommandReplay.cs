using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>Sends one late subscriber the retained output of an ended command, as fast as the subscriber takes it, then stops.</summary>
internal sealed class CommandReplay : UntypedActor
{
    private readonly CommandRecord _record;
    private readonly OutputSubscription _subscription;

    public CommandReplay(CommandRecord record, Subscribe subscribe)
    {
        _record = record;
        _subscription = new OutputSubscription(subscribe);
    }

    internal static Props Props(CommandRecord record, Subscribe subscribe) => Akka.Actor.Props.Create(() => new CommandReplay(record, subscribe));

    protected override void PreStart()
    {
        Context.Watch(_subscription.Subscriber);
        _subscription.Subscriber.Tell(new CommandExited(_record.Snapshot.Handle, _record.Closed.Exit));
        Advance();
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case GrantOutput grant:
                _subscription.Grant(Math.Max(0, grant.Bytes));
                Advance();
                break;
            case Terminated or Unsubscribe:
                _subscription.HasBeenToldOfTheEnd = true;
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Reports the command's end to the subscriber, even if this actor was stopped early.</summary>
    protected override void PostStop()
    {
        if (_subscription.HasBeenToldOfTheEnd)
            return;
        _subscription.Skip(_record.Log, Self);
        TellOfTheEnd();
    }

    private void Advance()
    {
        if (!_subscription.Advance(_record.Log, Self))
            return;
        TellOfTheEnd();
        Context.Stop(Self);
    }

    private void TellOfTheEnd()
    {
        _subscription.HasBeenToldOfTheEnd = true;
        _subscription.Flush(Self);
        _subscription.Subscriber.Tell(_record.Closed);
    }
}

/// <summary>The immutable state of an ended command.</summary>
internal sealed record CommandRecord(CommandSnapshot Snapshot, OutputLog Log, CommandClosed Closed);
