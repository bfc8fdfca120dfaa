namespace ActorBrowser;

/// <summary>
/// What was decided so far and still holds: grants of sessions and profiles, and what was denied to a session. It outlives a restart of
/// the broker, as a grant for a profile holds until the browser stops.
/// </summary>
internal sealed class PermissionGrants
{
    // Sessions that have ended, so that a question on its way does not bring one back.
    private const int MostForgotten = 1024;

    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Granted> _profiles = new(StringComparer.Ordinal);
    private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    internal bool IsForgotten(string session) => _forgotten.Contains(session);

    /// <summary>The grant that allows it; null if there is none.</summary>
    internal PermissionDecision? Find(string session, string profile, PermissionSubject subject) =>
        _sessions.TryGetValue(session, out var known) && known.Granted.Allows(subject) ? PermissionDecision.AllowForSession
        : _profiles.TryGetValue(profile, out var granted) && granted.Allows(subject) ? PermissionDecision.AllowForProfile
        : null;

    /// <summary>The denial of the same question by somebody, who is not asked twice; null if there is none.</summary>
    internal (string Sentence, string By)? FindDenial(string session, PermissionSubject subject) =>
        _sessions.TryGetValue(session, out var known) && known.Denied.TryGetValue(subject, out var denial) ? denial : null;

    internal void Grant(string session, string profile, PermissionSubject subject, PermissionDecision decision)
    {
        if (decision == PermissionDecision.AllowForSession)
            Of(session).Granted.Add(subject);
        else if (decision == PermissionDecision.AllowForProfile)
            (_profiles.TryGetValue(profile, out var granted) ? granted : _profiles[profile] = new Granted()).Add(subject);
    }

    internal void Deny(string session, PermissionSubject subject, string sentence, string by) => Of(session).Denied[subject] = (sentence, by);

    /// <summary>Counts a question of a session; returns how many it has asked with this one.</summary>
    internal int CountQuestion(string session) => ++Of(session).Questions;

    /// <summary>Counts a decision of a rule; returns how many were noted with this one.</summary>
    internal int CountNote(string session) => ++Of(session).Notes;

    internal int QuestionsOf(string session) => _sessions.TryGetValue(session, out var known) ? known.Questions : 0;

    internal void Forget(string session)
    {
        _sessions.Remove(session);
        if (!_forgotten.Add(session))
            return;
        _order.Enqueue(session);
        if (_order.Count > MostForgotten)
            _forgotten.Remove(_order.Dequeue());
    }

    private Session Of(string session) => _sessions.TryGetValue(session, out var known) ? known : _sessions[session] = new Session();

    private sealed class Session
    {
        internal Granted Granted { get; } = new();

        // At most as many as a session may ask.
        internal Dictionary<PermissionSubject, (string Sentence, string By)> Denied { get; } = [];

        internal int Questions { get; set; }

        internal int Notes { get; set; }
    }

    private sealed class Granted
    {
        private readonly Dictionary<string, FilePermission> _files = new(StringComparer.Ordinal);
        private readonly HashSet<(string Host, int Port)> _connections = [];
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);

        internal bool Allows(PermissionSubject subject) => subject switch
        {
            PermissionSubject.File file => (_files.GetValueOrDefault(file.Path) & file.Access) == file.Access,
            PermissionSubject.Egress { Protocol: EgressProtocol.Name } name => _names.Contains(name.Host),
            // Whichever way it connects, it reaches the same.
            PermissionSubject.Egress egress => _connections.Contains((egress.Host, egress.Port)),
            _ => false,
        };

        internal void Add(PermissionSubject subject)
        {
            switch (subject)
            {
                case PermissionSubject.File file:
                    _files[file.Path] = _files.GetValueOrDefault(file.Path) | file.Access;
                    break;
                case PermissionSubject.Egress egress:
                    // Who may connect to a host may look up its name.
                    _names.Add(egress.Host);
                    if (egress.Protocol != EgressProtocol.Name)
                        _connections.Add((egress.Host, egress.Port));
                    break;
                default:
                    throw new ArgumentException($"A {subject.GetType().Name} cannot be granted.", nameof(subject));
            }
        }
    }
}
