using System.Buffers;
using System.Text;
using System.Text.Json;
using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>Appends each decision to the audit log, as a line of JSON.</summary>
internal sealed class PermissionAudit(PermissionSettings settings, TimeProvider time) : IDisposable
{
    /// <summary>The value of <c>permissions.audit-file</c> that means the user's state folder.</summary>
    internal const string Auto = "auto";

    private readonly string? _path = settings.AuditFile == Auto ? InStateFolder() : settings.AuditFile;
    private AppendFile? _file;

    /// <summary>Records a decision.</summary>
    /// <param name="question">The question's number; 0 if nobody was asked.</param>
    /// <param name="asked">The command and what it wants.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="sentence">Why.</param>
    /// <param name="by">Who decided.</param>
    /// <returns>Null, or why it is not recorded, as a sentence.</returns>
    internal string? TryWrite(long question, in Asked asked, PermissionDecision decision, string sentence, string by)
    {
        if (_path is null)
            return "The decision cannot be recorded: there is no home for the audit log. Set actorbrowser.permissions.audit-file.";
        if (_path.Length == 0)
            return null;
        try
        {
            (_file ??= new AppendFile(_path, settings.MaxAuditFile)).Append(Line(question, asked, decision, sentence, by));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The decision cannot be recorded: {e.Message}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private string Line(long question, in Asked asked, PermissionDecision decision, string sentence, string by)
    {
        var bytes = new ArrayBufferWriter<byte>();
        // The writer escapes control characters and all that is not ASCII.
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().UtcDateTime);
            json.WriteString("decision", NameOf(decision));
            json.WriteString("by", by);
            json.WriteString("sentence", sentence);
            switch (asked.Subject)
            {
                case PermissionSubject.File file:
                    json.WriteString("path", file.Path);
                    json.WriteString("access", file.Access.ToString());
                    break;
                case PermissionSubject.Egress egress:
                    json.WriteString("host", egress.Host);
                    json.WriteNumber("port", egress.Port);
                    json.WriteString("protocol", egress.Protocol.ToString());
                    break;
                default:
                    throw new ArgumentException($"A {asked.Subject.GetType().Name} has no place in the audit log.", nameof(asked));
            }
            json.WriteString("why", asked.Why);
            json.WriteString("session", asked.Session);
            json.WriteString("profile", asked.Profile);
            json.WriteString("command", asked.Command);
            json.WriteNumber("question", question);
            json.WriteNumber("process", Environment.ProcessId);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string NameOf(PermissionDecision decision) => decision switch
    {
        PermissionDecision.AllowOnce => "allow-once",
        PermissionDecision.AllowForSession => "allow-for-session",
        PermissionDecision.AllowForProfile => "allow-for-profile",
        _ => "deny",
    };

    private static string? InStateFolder() => StateFolder.Find() is { } state ? Path.Combine(state, "permissions.jsonl") : null;
}

/// <summary>A command, and what it wants.</summary>
/// <param name="Session">The command's handle.</param>
/// <param name="Profile">Its profile.</param>
/// <param name="Command">As shown in lists, shortened.</param>
/// <param name="Subject">What it wants.</param>
/// <param name="Why">The rule that refuses it.</param>
internal readonly record struct Asked(string Session, string Profile, string Command, PermissionSubject Subject, string Why)
{
    private const int LongestCommand = 512;

    internal static Asked Of(AskPermission ask) => new(ask.Session, ask.Profile, VisibleText.Shorten(ask.Command, LongestCommand), ask.Subject, ask.Why);

    internal static Asked Of(NoteDecision note) => new(note.Session, note.Profile, VisibleText.Shorten(note.Command, LongestCommand), note.Subject, note.Sentence);
}
