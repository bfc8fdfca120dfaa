using System.CommandLine;
using Spectre.Console;

namespace ActorBrowser.Cli;

/// <summary><c>crashes</c>: the children that this command has lost, newest first.</summary>
internal static class CrashesCommand
{
    /// <summary>Where this command keeps its reports (the XDG state folder).</summary>
    internal static string Folder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? state : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
        "actorbrowser", "crashes");

    internal static Command Create()
    {
        var id = new Argument<string?>("ID") { Description = "one report, whole, as JSON", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "all reports as JSON, one after another" };
        var command = new Command("crashes", "Lists the child processes that were lost: what they were, how they ended, what they said last.") { id, json };
        command.SetAction((parsed, _) => Task.FromResult(Run(parsed.GetValue(id), parsed.GetValue(json))));
        return command;
    }

    private static int Run(string? id, bool json)
    {
        var reports = CrashFiles.Read(Folder);
        if (id is not null || json)
        {
            var wanted = reports.Where(report => id is null || report.Id.StartsWith(id, StringComparison.Ordinal)).ToArray();
            foreach (var report in wanted)
                Console.Out.WriteLine(CrashFiles.ToJson(report));
            return wanted.Length > 0 || id is null ? ExitCodes.Success : Missing(id);
        }
        if (reports.Count == 0)
        {
            Console.Out.WriteLine("No child was lost.");
            return ExitCodes.Success;
        }
        var table = new Table().RoundedBorder().AddColumns("id", "role", "pid", "reason", "what happened");
        foreach (var report in reports)
            table.AddRow(Array.ConvertAll<string, string>([report.Id, report.Role, $"{report.ProcessId}", $"{report.Reason}", report.Message], Markup.Escape));
        AnsiConsole.Write(table);
        return ExitCodes.Success;
    }

    private static int Missing(string id)
    {
        Console.Error.WriteLine($"actorbrowser: there is no report {id}.");
        return ExitCodes.Usage;
    }
}
