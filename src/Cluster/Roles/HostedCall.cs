using System.Buffers;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>
/// A request of another node to a typed role, on the browser node whose child handles it. What it says stays bytes: the child and the asker
/// read it. When this actor stops, the request is cancelled in the child.
/// </summary>
internal sealed class HostedCall(HostedStart start) : HostedConversation(start)
{
    private RoleOrder? _order;
    private IActorRef? _role;
    private RoleStreamSink? _sink;
    private long _unread;

    internal static Props Props(HostedStart start) => Akka.Actor.Props.Create(() => new HostedCall(start));

    private protected override void OnMessage(object message)
    {
        switch (message)
        {
            case RoleOrder order when _order is null:
                _order = order;
                if (Start.Work.Roles.Contains(order.Role))
                    Browser.Tell(new RoleProtocol.GetRole(order.Role));
                else
                    Refuse(RefusalKind.Denied, "The node offers no such role.");
                break;
            case RoleConsumed consumed when _sink is not null && consumed.Cost <= _unread:
                _unread -= consumed.Cost;
                _role!.Tell(new RoleCommands.Consumed(_sink, consumed.Cost));
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} is not expected of the asker of a role.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case RoleProtocol.RoleFound found when _role is null:
                Begin(_order!, _role = found.Role);
                break;
            case RawAnswer answer:
                End(new RoleAnswer(answer.Bytes.ToArray()));
                break;
            case RoleCommands.StreamOpened:
                break;
            case RoleStreamSink.Batch batch:
                _unread += batch.Credit;
                Send(new RoleItems(batch.Items.ToArray(), batch.Credit));
                break;
            case RoleStreamSink.Ended ended:
                End(ended.Failure is null ? new RoleEnd() : NodeFailure.Of(ended.Failure));
                break;
            case Akka.Actor.Status.Failure failure:
                End(NodeFailure.Of(failure.Cause));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin(RoleOrder order, IActorRef role)
    {
        var request = new RawRequest(order.Signature, order.Request);
        var parent = TraceText.Read(order.TraceParent);
        if (order.Signature.StartsWith($"{RoleMessageKind.OneWay}:", StringComparison.Ordinal))
        {
            role.Tell(request, ActorRefs.NoSender);
            End(new RoleEnd());
        }
        else if (order.Signature.StartsWith($"{RoleMessageKind.Stream}:", StringComparison.Ordinal))
        {
            _sink = new RoleStreamSink(Self);
            role.Tell(new RoleCommands.OpenStream(request, typeof(RawAnswer), _sink, order.Timeout) { TraceParent = parent });
        }
        else
        {
            role.Tell(new RoleCommands.Ask(request, typeof(RawAnswer), order.Timeout, default) { TraceParent = parent });
        }
    }

    private void End(object last)
    {
        Send(last);
        Finish();
    }
}
