using System.Linq;
using Akka.Event;

namespace Akka.Actor.Internal;

public partial class ActorSystemImpl
{
    public override string PrintTree() => PrintNode(LookupRoot, "");

    private static string PrintNode(IActorRef node, string indent)
    {
        if (node is not ActorRefWithCell { Underlying: var cell })
        {
            return $"{indent}{node.Path.Name} {Logging.SimpleName(node)}";
        }

        var what = cell is ActorCell { Actor: var actor } real
            ? $"{actor?.GetType().ToString() ?? "null"} status={real.Mailbox.CurrentStatus()}"
            : Logging.SimpleName(cell);
        var state = cell.ChildrenContainer switch
        {
            TerminatingChildrenContainer terminating => $"Terminating({terminating.Reason})\n{indent}   |    toDie: {string.Join($"\n{indent}   |           ", terminating.ToDie.Order())}",
            NormalChildrenContainer normal => $"{normal.Children.Count} children",
            var other => other.ToString(),
        };
        var lead = indent.Length == 0 ? "-> " : indent[..^1] + "L-> ";
        var children = cell.ChildrenContainer.Children.Order().Select((child, i) => "\n" + PrintNode(child, indent + (i == 0 ? "   |" : "    ")));
        return $"{lead}{node.Path.Name} {Logging.SimpleName(node)} {what} {state}{string.Concat(children)}";
    }
}
