using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>Waits for the parent's answer to a question.</summary>
internal interface IEgressAsker
{
    /// <summary>Granted.</summary>
    /// <param name="socket">Connected, non-blocking, owned by the receiver; null for a name.</param>
    void OnConnected(SafeDescriptor? socket);

    /// <summary>Refused, or not possible.</summary>
    /// <param name="refused">Why.</param>
    void OnRefused(in EgressRefused refused);
}

/// <summary>The questions to the parent that have no answer yet.</summary>
internal sealed class EgressDesk(ChildContext context)
{
    private readonly Dictionary<ulong, IEgressAsker> _open = [];

    // The parent takes so many questions at a time; further ones wait here.
    private readonly Queue<(ulong Id, EgressConnect? Question, EgressMisuse? Misuse)> _waiting = new();
    private int _sent;
    private ulong _lastId;

    /// <summary>Asks the parent.</summary>
    /// <returns>The question's number.</returns>
    internal ulong Ask(in EgressConnect question, IEgressAsker asker) => Add(question, null, asker);

    /// <summary>Tells the parent that a granted connection was used for another host. Once the commands know, the asker is refused: if the program heard of it before, the command's exit could come first, and not say it.</summary>
    /// <returns>The report's number.</returns>
    internal ulong Report(in EgressMisuse misuse, IEgressAsker asker) => Add(null, misuse, asker);

    private ulong Add(EgressConnect? question, EgressMisuse? misuse, IEgressAsker asker)
    {
        _open.Add(++_lastId, asker);
        _waiting.Enqueue((_lastId, question, misuse));
        SendWaiting();
        return _lastId;
    }

    /// <summary>The answer is no longer wanted; a socket that comes anyway is closed.</summary>
    internal void Abandon(ulong id)
    {
        if (!_open.Remove(id) || (_waiting.TryPeek(out var next) && next.Id <= id))
            return;
        context.Write(id, default(EgressAbandon));
        OnAnswered();
    }

    internal void OnConnected(ulong id, SafeDescriptor? socket)
    {
        if (!_open.Remove(id, out var asker))
        {
            socket?.Dispose();
            return;
        }
        OnAnswered();
        asker.OnConnected(socket);
    }

    internal void OnRefused(ulong id, in EgressRefused refused)
    {
        if (!_open.Remove(id, out var asker))
            return;
        OnAnswered();
        asker.OnRefused(refused);
    }

    private void OnAnswered()
    {
        _sent--;
        SendWaiting();
    }

    private void SendWaiting()
    {
        while (_sent < EgressContract.MostOpen && _waiting.TryDequeue(out var next))
        {
            // Its program may be gone.
            if (!_open.ContainsKey(next.Id))
                continue;
            _sent++;
            if (next.Misuse is { } misuse)
                context.Write(next.Id, misuse);
            else
                context.Write(next.Id, next.Question!.Value);
        }
    }
}
