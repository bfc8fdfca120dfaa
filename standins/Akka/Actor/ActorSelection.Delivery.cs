using System.Linq;
using Akka.Util;

namespace Akka.Actor;

public partial class ActorSelection
{
    internal static void DeliverSelection(IInternalActorRef anchor, IActorRef sender, ActorSelectionMessage sel)
    {
        if (sel.Elements.Length == 0)
        {
            anchor.Tell(sel.Message, sender);
        }
        else
        {
            Walk(anchor, anchor, sender, sel, 0);
        }
    }

    private static void Walk(IInternalActorRef anchor, IInternalActorRef at, IActorRef sender, ActorSelectionMessage sel, int index)
    {
        if (at is not ActorRefWithCell here)
        {
            // Not ours to look into: it gets the rest of the way with the message.
            at.Tell(new ActorSelectionMessage(sel.Message, sel.Elements[index..]), sender);
            return;
        }

        switch (sel.Elements[index])
        {
            case SelectParent:
                Continue(here.Parent);
                break;
            case SelectChildName name:
                var child = here.GetSingleChild(name.Name);
                if (child is Nobody)
                {
                    NotThere();
                }
                else
                {
                    Continue(child);
                }

                break;
            case SelectChildRecursive:
                var below = new ActorSelectionMessage(sel.Message, [SelectChildRecursive.Instance], true);
                foreach (var each in here.Children.Cast<IInternalActorRef>().ToArray())
                {
                    each.Tell(sel.Message, sender);
                    DeliverSelection(each, sender, below);
                }

                break;
            case SelectChildPattern pattern:
                IInternalActorRef[] matching = [.. here.Children.Cast<IInternalActorRef>().Where(each => each.Path.Name.Like(pattern.PatternStr))];
                if (matching.Length == 0)
                {
                    NotThere();
                }

                var rest = new ActorSelectionMessage(sel.Message, sel.Elements[(index + 1)..], sel.WildCardFanOut || matching.Length > 1);
                foreach (var each in matching)
                {
                    DeliverSelection(each, sender, rest);
                }

                break;
        }

        void Continue(IInternalActorRef next)
        {
            if (index + 1 == sel.Elements.Length)
            {
                next.Tell(sel.Message, sender);
            }
            else
            {
                Walk(anchor, next, sender, sel, index + 1);
            }
        }

        void NotThere()
        {
            if (!sel.WildCardFanOut)
            {
                var path = anchor.Path / sel.Elements.Select(static element => element.ToString());
                new EmptyLocalActorRef(here.Provider, path, here.Underlying.System.EventStream).Tell(sel, sender);
            }
        }
    }
}
