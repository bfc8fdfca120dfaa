using System.Collections.Generic;

namespace Akka.Actor;

public partial class ActorCell
{
    // The top of the behaviour stack, and what is below it: most actors never have two.
    private Receive _behavior;
    private Stack<Receive> _beneath;

    /// <summary>Replaces the top of the stack; the first behaviour of all always stays below.</summary>
    public void Become(Receive receive)
    {
        if (_behavior is not null && _beneath is null or { Count: 0 })
        {
            (_beneath ??= new()).Push(_behavior);
        }

        _behavior = receive;
    }

    public void BecomeStacked(Receive receive)
    {
        if (_behavior is not null)
        {
            (_beneath ??= new()).Push(_behavior);
        }

        _behavior = receive;
    }

    public void UnbecomeStacked()
    {
        if (_beneath is { Count: > 0 })
        {
            _behavior = _beneath.Pop();
        }
    }

    void IUntypedActorContext.Become(UntypedReceive receive) => Become(Handling(receive));

    void IUntypedActorContext.BecomeStacked(UntypedReceive receive) => BecomeStacked(Handling(receive));

    private static Receive Handling(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    private void ClearBehaviors()
    {
        _behavior = null;
        _beneath = null;
    }
}
