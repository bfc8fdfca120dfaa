using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>A report on one lost child.</summary>
/// <param name="Id">The report's id, and the name of its file.</param>
/// <param name="Role">The child's role.</param>
/// <param name="ProcessId">The child's pid; 0 if it never had one.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Cause">Why it was killed, if it was.</param>
/// <param name="ExitCode">Set when it exited by itself.</param>
/// <param name="Signal">The signal that ended it.</param>
/// <param name="ManagedException">The type of the exception that ended it, if its last lines name one.</param>
/// <param name="Message">One sentence.</param>
/// <param name="InFlight">The ids of unanswered requests.</param>
/// <param name="LastStderrLines">Oldest first, without page addresses and personal folders.</param>
/// <param name="Sandbox">The layers that confined it, as the child measured them.</param>
/// <param name="StartedAt">When it was launched.</param>
/// <param name="ReadyAt">When it was ready; null when it never was.</param>
/// <param name="EndedAt">When its exit was seen.</param>
/// <param name="Dump">The dump's file name, in the same folder; null for none.</param>
/// <param name="Version">ActorBrowser's version.</param>
/// <param name="System">Operating system and architecture.</param>
public sealed record CrashReport(
    string Id, string Role, int ProcessId, ExitReason Reason, KillCause Cause, int? ExitCode, int? Signal, string? ManagedException, string Message,
    IReadOnlyList<ulong> InFlight, IReadOnlyList<string> LastStderrLines, IReadOnlyList<string> Sandbox,
    DateTimeOffset StartedAt, DateTimeOffset? ReadyAt, DateTimeOffset EndedAt, string? Dump, string Version, string System)
{
    /// <summary>The kind of program the child ran.</summary>
    public ChildImage Image { get; init; }
}

/// <summary>Messages of the journal of lost children.</summary>
public static class CrashProtocol
{
    /// <summary>Answered by <see cref="Crashes"/>.</summary>
    public sealed record GetCrashes : INoSerializationVerificationNeeded;

    /// <summary>The most recently lost children.</summary>
    /// <param name="Reports">Newest first.</param>
    public sealed record Crashes(IReadOnlyList<CrashReport> Reports) : INoSerializationVerificationNeeded;
}

/// <summary>
/// Keeps a report on every child that did not end as asked: in memory, and as a file if a folder is configured. Reports hold what a
/// developer needs and nothing about people: no addresses, no personal folders, no environment.
/// </summary>
internal sealed class CrashJournal : UntypedActor
{
    private readonly CrashSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly LinkedList<CrashReport> _reports = new();
    private int _number;

    public CrashJournal(CrashSettings settings) => _settings = settings;

    internal static Props Props(CrashSettings settings) => Akka.Actor.Props.Create(() => new CrashJournal(settings));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(ChildExited));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ChildExited { Reason: ExitReason.Clean } or ChildExited { Reason: ExitReason.Killed, Cause: KillCause.Request or KillCause.Parent }:
                break;
            case ChildExited exited:
                Add(ReportOf(exited));
                break;
            case CrashProtocol.GetCrashes:
                Sender.Tell(new CrashProtocol.Crashes([.. _reports]));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Add(CrashReport report)
    {
        _reports.AddFirst(report);
        if (_reports.Count > _settings.Kept)
            _reports.RemoveLast();
        try
        {
            if (_settings.Folder.Length > 0)
                CrashFiles.Write(_settings.Folder, report, _settings.Kept);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file may fail, for example on a full disk; the journal keeps the report in memory.
            _log.Warning("The crash report {0} was not written: {1}", report.Id, e.Message);
        }
        Context.System.EventStream.Publish(new Recorded(report.ProcessId));
    }

    /// <summary>Published when a crash report's file was written, or the write failed.</summary>
    /// <param name="ProcessId">The process that was lost.</param>
    internal sealed record Recorded(int ProcessId) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private CrashReport ReportOf(ChildExited exited) => new(
        CrashFiles.NameOf(exited.EndedAt, ++_number, exited.Role), exited.Role, exited.ProcessId, exited.Reason, exited.Cause, exited.ExitCode, exited.Signal,
        CrashText.ExceptionIn(exited.LastStderrLines), CrashText.Clean(exited.Message), exited.InFlight, [.. exited.LastStderrLines.Select(CrashText.Clean)],
        [.. exited.Layers.Select(static layer => $"{layer.Layer}: {(layer.Enforced ? "in force" : "not in force")}")],
        exited.StartedAt, exited.ReadyAt, exited.EndedAt, exited.Dump, BuildInfo.Version, $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}")
    {
        Image = exited.Image,
    };
}

/// <summary>Crash reports as files.</summary>
internal static class CrashFiles
{
    // Large enough: most of a report is lines of stderr, whose number and length the configuration limits.
    private const int LongestReport = 16 << 20;

    /// <summary>Reads a folder's reports, newest first. Skips files that are not reports, and does not block on pipes.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<CrashReport> Read(string folder)
    {
        var reports = new List<CrashReport>();
        if (!Directory.Exists(folder))
            return reports;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").OrderDescending(StringComparer.Ordinal))
        {
            try
            {
                using var content = Interop.RegularFile.TryOpen(file);
                if (content is { Length: <= LongestReport } && JsonSerializer.Deserialize(content, CrashJson.Default.CrashReport) is { } report)
                    reports.Add(report);
            }
            catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
            {
                // Another program's file, or a report deleted to make room for a newer one.
            }
        }
        return reports;
    }

    /// <summary>Serializes a report as JSON.</summary>
    /// <param name="report">The report.</param>
    public static string ToJson(CrashReport report) => JsonSerializer.Serialize(report, CrashJson.Default.CrashReport);

    internal static void Write(string folder, CrashReport report, int kept)
    {
        MakeFolder(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var path = Path.Combine(folder, report.Id + ".json");
        // Written to a temporary file and renamed: no reader sees half a report.
        using (var file = new FileStream(path + ".new", options))
            JsonSerializer.Serialize(file, report, CrashJson.Default.CrashReport);
        File.Move(path + ".new", path, overwrite: true);
        Prune(folder, "*.json", kept);
    }

    /// <summary>Creates a name that sorts by time.</summary>
    internal static string NameOf(DateTimeOffset time, int number, string role) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{Environment.ProcessId}-{number}-{role}");

    internal static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Deletes the oldest files; names begin with the time.</summary>
    internal static void Prune(string folder, string pattern, int kept)
    {
        foreach (var old in Directory.EnumerateFiles(folder, pattern).OrderDescending(StringComparer.Ordinal).Skip(kept))
            File.Delete(old);
    }
}

/// <summary>Removes personal data from a child's output.</summary>
internal static partial class CrashText
{
    internal static string Clean(string text) => Folders().Replace(Addresses().Replace(text, "(address)"), "(folder)");

    internal static string? ExceptionIn(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            if (Exceptions().Match(line) is { Success: true } found)
                return found.Groups[1].Value;
        }
        return null;
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"\b(?:https?|wss?|ftp|socks5h?)://[^\s'""<>]+", System.Text.RegularExpressions.RegexOptions.IgnoreCase)]
    private static partial System.Text.RegularExpressions.Regex Addresses();

    [System.Text.RegularExpressions.GeneratedRegex(@"(?:/home/|/root\b|/Users/|[A-Za-z]:\\Users\\)[^\s'"":,;)]*")]
    private static partial System.Text.RegularExpressions.Regex Folders();

    [System.Text.RegularExpressions.GeneratedRegex(@"\b((?:[A-Z][A-Za-z0-9_]*\.)+[A-Z][A-Za-z0-9_]*(?:Exception|Error))\b")]
    private static partial System.Text.RegularExpressions.Regex Exceptions();
}

/// <summary>JSON settings of a report: JSON with missing members is rejected.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CrashReport))]
internal sealed partial class CrashJson : JsonSerializerContext;
