using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>What the broker is asked for: one of the two kinds that become <see cref="PermissionProtocol.PermissionRequested"/>.</summary>
internal abstract record PermissionSubject
{
    internal sealed record Egress(string Host, int Port, EgressProtocol Protocol) : PermissionSubject;

    internal sealed record File(string Path, FilePermission Access) : PermissionSubject;
}

/// <summary>Asks the permission broker. Answered by one <see cref="PermissionAnswer"/> to <paramref name="ReplyTo"/>, always.</summary>
/// <param name="Key">Chosen by the asker; returned in the answer.</param>
/// <param name="Session">The command's handle.</param>
/// <param name="Profile">The command's profile.</param>
/// <param name="Command">The command as shown in lists.</param>
/// <param name="Subject">What it wants.</param>
/// <param name="Why">One sentence: the rule that refuses it.</param>
/// <param name="ReplyTo">The asker.</param>
internal sealed record AskPermission(long Key, string Session, string Profile, string Command, PermissionSubject Subject, string Why, IActorRef ReplyTo)
    : INoSerializationVerificationNeeded;

/// <summary>The broker's answer.</summary>
internal sealed record PermissionAnswer(long Key, PermissionDecision Decision, string Sentence, string By) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>The asker no longer waits: its command has ended, or the connection was given up.</summary>
internal sealed record AbandonPermission(long Key, IActorRef ReplyTo) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>A command's session has ended: its grants end, and its open questions are denied.</summary>
internal sealed record ForgetSession(string Session) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>A decision of a rule, for the audit log; nobody was asked.</summary>
internal sealed record NoteDecision(string Session, string Profile, string Command, PermissionSubject Subject, PermissionDecision Decision, string Sentence, string By)
    : INoSerializationVerificationNeeded, IDeadLetterSuppression;
