using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Tells of decisions: a denial to the commands, each decision of a rule to the audit log.</summary>
internal sealed class EgressNotices(EgressSetup setup)
{
    private const int MostRemembered = 1024;

    // The audit log has each decision about a target once: a program may connect thousands of times.
    private readonly HashSet<(string Host, int Port, bool Granted)> _noted = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    internal void Allow(PermissionSubject.Egress subject, EgressRule rule) => Note(subject, PermissionDecision.AllowOnce, $"The rule '{rule.Text}' grants it.", PermissionBroker.Rule);

    internal void Deny(PermissionSubject.Egress subject, string sentence, string by = PermissionBroker.Rule)
    {
        Tell(sentence);
        Note(subject, PermissionDecision.Deny, sentence, by);
    }

    /// <summary>Tells the commands: a line on their stderr, and a part of their exit.</summary>
    internal void Tell(string sentence) => setup.Audience.Tell(new Denied(sentence));

    /// <summary>A granted host cannot be reached: programs do not show what the answer to CONNECT says of it.</summary>
    internal void Unreached(EgressAttempt attempt, string sentence)
    {
        if (attempt.Protocol == EgressProtocol.Connect)
            TellOnce(sentence);
    }

    /// <summary>A granted host is connected to: what is not put in there is told.</summary>
    internal void Connecting(EgressAttempt attempt)
    {
        if (attempt.Protocol == EgressProtocol.Http && (setup.Secrets?.Name(attempt.Host) ?? false))
            TellOnce($"A request to http://{attempt.Target} goes without the secret for {attempt.Host}: a secret goes over TLS only.");
    }

    private void TellOnce(string sentence)
    {
        if (_told.Count < MostRemembered && _told.Add(sentence))
            Tell(sentence);
    }

    /// <summary>A program has used a connection for another host.</summary>
    internal void Misused(in EgressMisuse misuse)
    {
        var (host, other) = (VisibleText.Line(misuse.Host), VisibleText.Line(misuse.Other));
        Deny(new PermissionSubject.Egress(host, misuse.Port, EgressProtocol.Tcp),
            other.Length == 0 ? $"A connection to {host}:{misuse.Port} was ended: its TLS greeting cannot be read."
                : $"A connection to {host}:{misuse.Port} was ended: it names another host, {other}.");
    }

    private void Note(PermissionSubject.Egress subject, PermissionDecision decision, string sentence, string by)
    {
        if (setup.Audience.First is not { } member)
            return;
        if (_noted.Count >= MostRemembered)
            _noted.Clear();
        if (_noted.Add((subject.Host, subject.Port, decision != PermissionDecision.Deny)))
            setup.Permissions.Tell(new NoteDecision(member.Handle, setup.Profile, member.Display, subject, decision, sentence, by));
    }

    /// <summary>To a command: it may not reach a host.</summary>
    /// <param name="Sentence">Which, and why.</param>
    internal sealed record Denied(string Sentence) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
