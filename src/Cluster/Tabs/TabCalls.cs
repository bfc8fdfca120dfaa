using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>The commands to a tab of the cluster that have no end yet, in their order. For one actor's thread only.</summary>
internal sealed class TabCalls
{
    /// <summary>How many that have no answer are remembered: one may yet be refused.</summary>
    private const int MostUnanswered = 64;

    private readonly LinkedList<Call> _all = new();
    private ulong _lastId;

    /// <summary>One command.</summary>
    internal sealed class Call(ulong id, ICommand command, IActorRef sender)
    {
        /// <summary>Another one each time that it is sent: a late answer to an earlier time then is none.</summary>
        internal ulong Id { get; set; } = id;

        internal ICommand Command { get; } = command;

        internal IActorRef Sender { get; } = sender;

        internal bool IsSent { get; set; }

        internal bool WasRepeated { get; set; }

        /// <summary>Whether the tab answers it.</summary>
        internal bool IsQuestion => Command is GetSnapshot or Query or Evaluate or FetchResource or Act;

        internal bool IsNavigation => Command is Navigate or Reload or Back or Forward;

        /// <summary>Whether it may be sent once more, because a repetition changes nothing.</summary>
        internal bool MayRepeat => Command is Close or CloseWithIdentity || (Command is GetSnapshot or Query or FetchResource && !WasRepeated);
    }

    internal int Waiting => _all.Count(static call => !call.IsSent);

    internal Call Add(ICommand command, IActorRef sender) => _all.AddLast(new Call(++_lastId, command, sender)).Value;

    internal Call? Take(ulong id)
    {
        for (var node = _all.First; node is not null; node = node.Next)
        {
            if (node.Value.Id != id)
                continue;
            _all.Remove(node);
            return node.Value;
        }
        return null;
    }

    /// <summary>Those that are to be sent, in order.</summary>
    internal List<Call> Unsent() => [.. _all.Where(static call => !call.IsSent)];

    internal void OnSent(Call call)
    {
        call.IsSent = true;
        // What is neither answered nor followed by an event is over once later ones are.
        var unanswered = _all.Where(static one => one.IsSent && !one.IsQuestion).ToArray();
        foreach (var old in unanswered.Take(unanswered.Length - MostUnanswered))
            _all.Remove(old);
    }

    /// <summary>A navigation has begun: the command that began it, and the navigations before it, are over.</summary>
    internal void OnLoadStarted(string url)
    {
        var began = _all.FirstOrDefault(call => call.IsSent && (call.Command is Navigate navigate ? navigate.Url == url : call.IsNavigation));
        if (began is null)
            return;
        foreach (var call in _all.TakeWhile(call => call != began).Where(static call => call.IsSent && call.IsNavigation).Append(began).ToArray())
            _all.Remove(call);
    }

    /// <summary>The node was lost with what was sent to it.</summary>
    /// <returns>Those that have failed; the others are to be sent again.</returns>
    internal List<Call> OnLost()
    {
        var failed = _all.Where(static call => call.IsSent && !call.MayRepeat).ToList();
        foreach (var call in failed)
            _all.Remove(call);
        foreach (var call in _all.Where(static call => call.IsSent))
        {
            (call.IsSent, call.WasRepeated) = (false, true);
            call.Id = ++_lastId;
        }
        return failed;
    }

    /// <summary>Takes those that are to be answered; the others may yet be sent.</summary>
    internal List<Call> TakeQuestions()
    {
        var questions = _all.Where(static call => call.IsQuestion).ToList();
        foreach (var call in questions)
            _all.Remove(call);
        return questions;
    }

    internal List<Call> TakeAll()
    {
        var all = _all.ToList();
        _all.Clear();
        return all;
    }
}
