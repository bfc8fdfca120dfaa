namespace ActorBrowser;

/// <summary><c>actorbrowser.permissions</c>.</summary>
/// <param name="Deadline">How long a question may wait for a decision.</param>
/// <param name="MaxOpenPerSession">The most open questions of a command.</param>
/// <param name="MaxOpen">The most open questions.</param>
/// <param name="MaxQuestionsPerSession">The most questions of a command in all.</param>
/// <param name="AuditFile">The file of decisions: <see cref="PermissionAudit.Auto"/>, a path, or empty for none.</param>
/// <param name="MaxAuditFile">Its size limit, in bytes.</param>
internal sealed record PermissionSettings(
    TimeSpan Deadline, int MaxOpenPerSession, int MaxOpen, int MaxQuestionsPerSession, string AuditFile, long MaxAuditFile)
{
    internal static PermissionSettings Read(SettingsReader reader) => new(
        reader.Time("permissions.deadline", positive: true),
        reader.Number("permissions.max-open-per-session", 1, 10_000),
        reader.Number("permissions.max-open", 1, 1_000_000),
        reader.Number("permissions.max-questions-per-session", 1, 1_000_000),
        reader.Text("permissions.audit-file"),
        reader.Bytes("permissions.max-audit-file", 4096, 1L << 40));
}
