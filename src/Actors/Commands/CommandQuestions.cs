using ActorBrowser.Sandbox;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>A command waits at the opening of a file. Sent to its session.</summary>
internal sealed record FileAttempted(FileAttempt Attempt) : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression;

/// <summary>A command tried to use a file that nobody can grant while it runs. Sent to its session.</summary>
internal sealed record FileRefused(string Path, FileUse Access, string Reason) : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression;

/// <summary>A command's questions about files: asks the permission broker, and gives or refuses what was asked for.</summary>
/// <param name="self">The session.</param>
/// <param name="permissions">The broker.</param>
/// <param name="handle">The command's handle.</param>
/// <param name="profile">Its profile.</param>
/// <param name="command">As shown in lists.</param>
/// <param name="refusals">Records what was refused.</param>
internal sealed class CommandQuestions(IActorRef self, IActorRef permissions, string handle, string profile, string command, CommandRefusals refusals)
{
    private readonly Dictionary<long, FileAttempt> _open = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>Handles a message about questions; false for any other.</summary>
    internal bool OnReceive(object message)
    {
        switch (message)
        {
            case FileAttempted { Attempt: var attempt }:
                Ask(attempt);
                break;
            case PermissionAnswer answer:
                OnAnswer(answer);
                break;
            case GivenUp { Key: var key }:
                if (_open.Remove(key))
                    permissions.Tell(new AbandonPermission(key, self), self);
                break;
            case FileRefused refused:
                if (refused.Reason == FileSupervisor.TooMany)
                    RefuseAtLimit(refused.Path, refused.Access, refused.Reason);
                else
                    refusals.Add(refused.Path, refused.Access, refused.Reason);
                permissions.Tell(new NoteDecision(handle, profile, command, Subject(refused.Path, refused.Access), PermissionDecision.Deny, refused.Reason, PermissionBroker.Rule), self);
                break;
            case NotGiven failed:
                RefuseAtLimit(failed.Path, failed.Access, $"It was granted, but {failed.Problem}.");
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>The command has ended: nothing that it waits for is given any more.</summary>
    internal void End()
    {
        foreach (var attempt in _open.Values)
            attempt.Refuse();
        _open.Clear();
        // Sent before the waiters are told of the end: a decision that follows finds neither a question of the command nor a grant.
        permissions.Tell(new ForgetSession(handle), self);
    }

    // Nobody has seen a question: the command's stderr says it, once for each limit, also if the command succeeds.
    private void RefuseAtLimit(string path, FileUse access, string sentence)
    {
        var isTold = _told.Add(sentence);
        if (isTold)
            self.Tell(new CommandNotice($"{CommandRefusals.VerbOf(access)} {VisibleText.Line(path)} was refused: {VisibleText.Line(sentence)}"), ActorRefs.NoSender);
        refusals.Add(path, access, sentence, isTold);
    }

    private void Ask(FileAttempt attempt)
    {
        var key = ++_last;
        _open.Add(key, attempt);
        if (!attempt.NotifyGivenUp(() => self.Tell(new GivenUp(key), ActorRefs.NoSender)))
        {
            _open.Remove(key);
            return;
        }
        permissions.Tell(new AskPermission(
            key, handle, profile, command, Subject(attempt.Path, attempt.Access), $"The profile {profile} does not grant it.", self), self);
    }

    private void OnAnswer(PermissionAnswer answer)
    {
        if (!_open.Remove(answer.Key, out var attempt))
            return;
        if (answer.Decision == PermissionDecision.Deny)
        {
            // Nobody was asked.
            if (answer.By == PermissionBroker.Rule)
                RefuseAtLimit(attempt.Path, attempt.Access, answer.Sentence);
            else
                refusals.Add(attempt.Path, attempt.Access, answer.Sentence);
            attempt.Refuse();
            return;
        }
        // Not on the dispatcher: it copies the file.
        ThreadPool.UnsafeQueueUserWorkItem(
            static work =>
            {
                if (work.Attempt.Grant() is { } problem)
                    work.Session.Tell(new NotGiven(work.Attempt.Path, work.Attempt.Access, problem), ActorRefs.NoSender);
            },
            (Attempt: attempt, Session: self), preferLocal: false);
    }

    private static PermissionSubject.File Subject(string path, FileUse access) => new(path, (FilePermission)access);

    private sealed record GivenUp(long Key) : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression;

    private sealed record NotGiven(string Path, FileUse Access, string Problem) : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression;
}
