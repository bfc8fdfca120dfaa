using System.Diagnostics.CodeAnalysis;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The questions that wait for a decision, with the askers of each.</summary>
internal sealed class PermissionQuestions
{
    // A command's threads that ask for the same at the same time.
    private const int MostAskers = 256;

    private readonly SortedDictionary<long, Question> _open = [];
    private readonly Dictionary<(string Session, PermissionSubject Subject), Question> _bySubject = [];
    private readonly Dictionary<(IActorRef Asker, long Key), Question> _byAsker = [];
    private readonly Dictionary<string, int> _bySession = new(StringComparer.Ordinal);

    internal int Count => _open.Count;

    internal IEnumerable<Question> All => _open.Values;

    internal int CountOf(string session) => _bySession.GetValueOrDefault(session);

    internal bool TryFind(long id, [NotNullWhen(true)] out Question? question) => _open.TryGetValue(id, out question);

    /// <summary>Lets an asker wait for the answer to an equal open question.</summary>
    /// <returns>False if there is none, or too many wait already.</returns>
    internal bool TryJoin(AskPermission ask, out bool isFull)
    {
        isFull = false;
        if (!_bySubject.TryGetValue((ask.Session, ask.Subject), out var question))
            return false;
        isFull = question.Askers.Count >= MostAskers;
        if (isFull)
            return false;
        AddAsker(question, ask);
        return true;
    }

    internal void Add(Question question, AskPermission ask)
    {
        _open.Add(question.Requested.Id, question);
        _bySubject.Add((question.Asked.Session, question.Asked.Subject), question);
        _bySession[question.Asked.Session] = CountOf(question.Asked.Session) + 1;
        AddAsker(question, ask);
    }

    internal void Remove(Question question)
    {
        _open.Remove(question.Requested.Id);
        _bySubject.Remove((question.Asked.Session, question.Asked.Subject));
        foreach (var asker in question.Askers)
            _byAsker.Remove(asker);
        if (--_bySession[question.Asked.Session] == 0)
            _bySession.Remove(question.Asked.Session);
    }

    /// <summary>Removes an asker.</summary>
    /// <returns>Its question if nobody waits for that any more; else null.</returns>
    internal Question? Abandon(IActorRef asker, long key)
    {
        if (!_byAsker.Remove((asker, key), out var question))
            return null;
        question.Askers.Remove((asker, key));
        return question.Askers.Count == 0 ? question : null;
    }

    private void AddAsker(Question question, AskPermission ask)
    {
        if (_byAsker.TryAdd((ask.ReplyTo, ask.Key), question))
            question.Askers.Add((ask.ReplyTo, ask.Key));
    }

    internal sealed record Question(PermissionProtocol.PermissionRequested Requested, Asked Asked)
    {
        internal List<(IActorRef Asker, long Key)> Askers { get; } = [];
    }
}
