using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>One child that was lost.</summary>
/// <param name="Id">Of the report; its file is named by it.</param>
/// <param name="Role">The child's.</param>
/// <param name="ProcessId">The child's; 0 when it never had one.</param>
/// <param name="Reason">Why.</param>
/// <param name="Cause">Why it was killed, if it was.</param>
/// <param name="ExitCode">Set when it exited by itself.</param>
/// <param name="Signal">The signal that ended it.</param>
/// <param name="ManagedException">The type of the exception that ended it, if its last lines name one.</param>
/// <param name="Message">One sentence.</param>
/// <param name="InFlight">The ids of what was unanswered.</param>
/// <param name="LastStderrLines">Oldest first; addresses of pages and personal folders are left out.</param>
/// <param name="Sandbox">What confined it, as it measured itself.</param>
/// <param name="StartedAt">When it was launched.</param>
/// <param name="ReadyAt">When it was ready; null when it never was.</param>
/// <param name="EndedAt">When its exit was seen.</param>
/// <param name="Dump">The name of its dump, in the same folder; null for none.</param>
/// <param name="Version">ActorBrowser's.</param>
/// <param name="System">Operating system and architecture.</param>
public sealed record CrashReport(
    string Id, string Role, int ProcessId, ExitReason Reason, KillCause Cause, int? ExitCode, int? Signal, string? ManagedException, string Message,
    IReadOnlyList<ulong> InFlight, IReadOnlyList<string> LastStderrLines, IReadOnlyList<string> Sandbox,
    DateTimeOffset StartedAt, DateTimeOffset? ReadyAt, DateTimeOffset EndedAt, string? Dump, string Version, string System)
{
    /// <summary>What kind of program the child was.</summary>
    public ChildImage Image { get; init; }
}

/// <summary>What the journal of lost children answers.</summary>
public static class CrashProtocol
{
    /// <summary>Answered by <see cref="Crashes"/>.</summary>
    public sealed record GetCrashes : INoSerializationVerificationNeeded;

    /// <summary>The newest lost children.</summary>
    /// <param name="Reports">Newest first.</param>
    public sealed record Crashes(IReadOnlyList<CrashReport> Reports) : INoSerializationVerificationNeeded;
}

/// <summary>
/// Every child that did not end as it was asked to: kept in memory, and as one file each where a folder is configured.
/// Reports say what a developer needs and nothing about people: no addresses, no personal folders, no environment.
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
            // A full disk, say: the journal has it all the same.
            _log.Warning("The crash report {0} was not written: {1}", report.Id, e.Message);
        }
        Context.System.EventStream.Publish(new Recorded(report.ProcessId));
    }

    /// <summary>Published when the file of a crash report has been written, or could not be.</summary>
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
    // Its longest parts are lines of stderr, whose number and length the configuration limits.
    private const int LongestReport = 16 << 20;

    /// <summary>The reports of a folder, newest first; what is none is passed over, and not waited for if it is a pipe.</summary>
    /// <param name="folder">Where they are.</param>
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
                // Somebody else's file, or one that was removed to make room for a newer one.
            }
        }
        return reports;
    }

    /// <summary>A report as text.</summary>
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

    /// <summary>A name that sorts by time.</summary>
    internal static string NameOf(DateTimeOffset time, int number, string role) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{Environment.ProcessId}-{number}-{role}");

    internal static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Names begin with the time: the newest stay.</summary>
    internal static void Prune(string folder, string pattern, int kept)
    {
        foreach (var old in Directory.EnumerateFiles(folder, pattern).OrderDescending(StringComparer.Ordinal).Skip(kept))
            File.Delete(old);
    }
}

/// <summary>What a child has written, without what is about people.</summary>
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

/// <summary>How a report is written; what lacks a part of one is none.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CrashReport))]
internal sealed partial class CrashJson : JsonSerializerContext;
