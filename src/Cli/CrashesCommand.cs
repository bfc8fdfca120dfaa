using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace ActorBrowser.Cli;

/// <summary><c>crashes</c>: lists the children that this program has lost, newest first.</summary>
internal static class CrashesCommand
{
    private const int LongestReport = 1 << 20;

    /// <summary>The folder for crash reports (in the XDG state folder).</summary>
    /// <remarks>Empty, for none, if the user has no home. A relative name is ignored, as the XDG specification requires.</remarks>
    internal static string Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } state && Path.IsPathFullyQualified(state) && !RawArguments.IsDoubtful(state))
                return Path.Combine(state, "actorbrowser", "crashes");
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return Path.IsPathFullyQualified(home) ? Path.Combine(home, ".local", "state", "actorbrowser", "crashes") : "";
        }
    }

    internal static Command Create()
    {
        var id = new Argument<string?>("ID") { Description = "the report to print in full, as JSON", Arity = ArgumentArity.ZeroOrOne };
        var json = Options.Flag("print all reports as JSON, one after another", "--json");
        var command = new Command("crashes", "Lists the child processes that were lost: their role, how they ended, and their last output.") { id, json };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(id), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string? id, bool json, CancellationToken cancellation)
    {
        var reports = await ReadAsync(Folder, cancellation).ConfigureAwait(false);
        if (id is not null || json)
        {
            var wanted = reports.Where(report => id is null || report.Id.StartsWith(id, StringComparison.Ordinal)).ToArray();
            foreach (var report in wanted)
                await Console.Out.WriteLineAsync(CrashFiles.ToJson(report)).ConfigureAwait(false);
            if (wanted.Length > 0 || id is null)
                return ExitCodes.Success;
            throw new UsageException($"there is no report '{id}'.");
        }
        if (reports.Count == 0)
        {
            await Console.Out.WriteLineAsync("No child was lost.").ConfigureAwait(false);
            return ExitCodes.Success;
        }
        var table = new Table().RoundedBorder().AddColumns("id", "role", "pid", "reason", "what happened");
        foreach (var report in reports)
            table.Add(report.Id, report.Role, $"{report.ProcessId}", $"{report.Reason}", report.Message);
        Tables.Console.Write(table);
        return ExitCodes.Success;
    }

    /// <summary>The reports in a folder, newest first; other files are skipped.</summary>
    private static async Task<IReadOnlyList<CrashReport>> ReadAsync(string folder, CancellationToken cancellation)
    {
        var reports = new List<CrashReport>();
        if (!Directory.Exists(folder))
            return reports;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").OrderDescending(StringComparer.Ordinal))
        {
            try
            {
                // Skip empty files: a named pipe has no length, and opening one would wait for a writer.
                if (new FileInfo(file).Length > 0
                    && JsonSerializer.Deserialize(await FileReader.ReadAsync(file, LongestReport, cancellation).ConfigureAwait(false), CrashJson.Default.CrashReport) is { } report)
                    reports.Add(report);
            }
            catch (Exception e) when (e is JsonException || Complaint.IsOfFile(e))
            {
                // Not a report, or a report that was removed to make room for a newer one.
            }
        }
        return reports;
    }
}
