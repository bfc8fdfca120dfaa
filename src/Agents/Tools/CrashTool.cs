using System.Globalization;
using System.Text.Json.Nodes;

namespace ActorBrowser.Agents;

/// <summary><c>list_crashes</c>: the processes that were lost while they worked for this session.</summary>
internal static class CrashTool
{
    internal static AgentTool Definition { get; } = new(
        "list_crashes", "List lost processes",
        "Lists the sandboxed processes that crashed or were killed at a limit while they worked for this session, newest first; with an id, one full report with its last output.",
        CallAsync)
    {
        Parameters = [new("id", ValueKind.Text, "The report to read; without it, the list.") { Least = 1, Most = 200 }, ToolParts.MaxBytes],
        Fields =
        [
            new("crashes", ValueKind.Objects, "The reports, newest first.")
            {
                Of =
                [
                    new("id", ValueKind.Text, "The report's id."),
                    new("role", ValueKind.Text, "What the process did: renderer, image-decoder or command-runner."),
                    new("reason", ValueKind.Text, "How it ended."),
                    new("message", ValueKind.Text, "One sentence."),
                    new("endedAt", ValueKind.Text, "When, in UTC."),
                ],
            },
            new("report", ValueKind.Text, "The whole report as a JSON text, if an id was given.", IsOptional: true),
            ToolParts.Notice,
        ],
        IsReadOnly = true,
        IsIdempotent = true,
    };

    private static async Task<ToolResult> CallAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var life = await session.Browser.LifeAsync(cancellation).ConfigureAwait(false);
        var all = await life.AskAsync<CrashProtocol.Crashes>(new CrashProtocol.GetCrashes(), cancellation).ConfigureAwait(false);
        var own = all.Reports.Where(session.Children.IsOfSession).ToArray();
        if (!arguments.TryText("id", out var id))
        {
            var list = new JsonObject { ["crashes"] = new JsonArray([.. own.Select(Line)]), ["notice"] = Foreign.Notice };
            return new ToolResult(own.Length == 0 ? "No process of this session was lost." : Foreign.Mark("the list of lost processes", string.Join('\n', own.Select(static report => $"{report.Id}: {Foreign.Line(report.Message, 500)}"))), list);
        }
        var wanted = Array.Find(own, report => report.Id == id)
            ?? throw new ToolException($"There is no report '{Foreign.Line(id, 60)}' of this session; list_crashes without an id lists them.");
        var shown = new VisibleOutput(ToolParts.LimitOf(session, arguments), 0);
        shown.Append(0, 0, System.Text.Encoding.UTF8.GetBytes(VisibleText.Json(CrashFiles.ToJson(wanted))));
        shown.End(isLast: true);
        return new ToolResult(Foreign.Mark("a crash report", shown.Text), new JsonObject { ["crashes"] = new JsonArray(Line(wanted)), ["report"] = shown.Text, ["notice"] = Foreign.Notice });
    }

    private static JsonNode Line(CrashReport report) => new JsonObject
    {
        ["id"] = report.Id,
        ["role"] = report.Role,
        ["reason"] = report.Reason.ToString(),
        ["message"] = Foreign.Line(report.Message, 500),
        ["endedAt"] = report.EndedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };
}
