using System.CommandLine;
using Spectre.Console;

namespace ActorBrowser.Cli;

/// <summary><c>crashes</c>: lists the children that this program lost, newest first.</summary>
internal static class CrashesCommand
{
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
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(id), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(string? id, bool json)
    {
        var reports = CrashFiles.Read(Folder);
        if (id is not null || json)
        {
            var wanted = reports.Where(report => id is null || report.Id.StartsWith(id, StringComparison.Ordinal)).ToArray();
            foreach (var report in wanted)
                await Console.Out.WriteLineAsync(CrashFiles.ToJson(report)).ConfigureAwait(false);
            if (wanted.Length > 0 || id is null)
                return ExitCodes.Success;
            throw new UsageException($"there is no report '{id}'; run crashes for the list.");
        }
        if (reports.Count == 0)
        {
            await Console.Out.WriteLineAsync("No child was lost.").ConfigureAwait(false);
            return ExitCodes.Success;
        }
        var table = new Table().RoundedBorder().AddColumns("id", "role", "pid", "image", "reason", "what happened");
        foreach (var report in reports)
            table.Add(report.Id, report.Role, $"{report.ProcessId}", $"{report.Image}", $"{report.Reason}", report.Message);
        Tables.Console.Write(table);
        return ExitCodes.Success;
    }
}
