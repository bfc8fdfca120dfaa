using System.Globalization;
using System.Text.Json.Nodes;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.Agents;

/// <summary>How a command stands, as every tool of commands tells it.</summary>
internal static class CommandFields
{
    internal static ToolParameter Handle { get; } = new("handle", ValueKind.Text, "The command's handle, from start_command or run_command.") { IsRequired = true, Least = 1, Most = 100 };

    internal static ToolParameter Command { get; } =
        new("command", ValueKind.Text, $"A line for {Shell}. It starts in the session's folder.") { IsRequired = true, Least = 1, Most = 100_000 };

    /// <summary>How a line is run, for the description of a tool: a model must not count on a sandbox where there is none.</summary>
    internal static string Place => OperatingSystem.IsWindows() ? "with all rights of this user: no sandbox keeps it from a file or a host," : "in a sandbox";

    internal static IReadOnlyList<ToolField> State { get; } =
    [
        new("handle", ValueKind.Text, "The command's handle."),
        new("status", ValueKind.Text, "running, exited, killed or timed_out."),
        new("exitCode", ValueKind.Whole, "The exit code; absent while it runs or if a signal ended it.", IsOptional: true),
        new("signal", ValueKind.Whole, "The signal that ended it.", IsOptional: true),
        new("cause", ValueKind.Text, "Why it ended, if not by itself, such as TotalTimeout or MemoryLimit.", IsOptional: true),
        new("milliseconds", ValueKind.Whole, "How long it ran; absent while it runs.", IsOptional: true),
        new("blocked", ValueKind.Text, "What its sandbox refused, if that may be why it failed.", IsOptional: true),
        new("appeared", ValueKind.Texts, "Names in its folder, which other programs may run, that it created.", IsOptional: true),
        new("outputBytes", ValueKind.Whole, "How much it has written, both streams together."),
    ];

    private static string Shell => OperatingSystem.IsWindows() ? "cmd.exe of Windows, such as 'dir /b & dotnet build'" : "/bin/sh, such as 'make -j2 test'";

    internal static JsonObject Of(CommandSnapshot snapshot)
    {
        var shown = new JsonObject { ["handle"] = snapshot.Handle, ["status"] = snapshot.StatusText, ["outputBytes"] = snapshot.Position };
        if (snapshot.Exit is not { } exit)
            return shown;
        if (exit.ExitCode is { } code)
            shown["exitCode"] = code;
        if (exit.Signal is { } signal)
            shown["signal"] = signal;
        if (exit.Cause != ExitCause.Itself)
            shown["cause"] = exit.Cause.ToString();
        shown["milliseconds"] = (long)exit.WallTime.TotalMilliseconds;
        if (exit.Blocked is { } blocked)
            shown["blocked"] = ModelRemedies.In(VisibleText.Line(blocked));
        if (exit.Appeared.Count > 0)
            shown["appeared"] = new JsonArray([.. exit.Appeared.Select(static name => (JsonNode)VisibleText.Line(name))]);
        return shown;
    }

    /// <summary>One or more sentences for the model.</summary>
    internal static string Say(CommandSnapshot snapshot)
    {
        if (snapshot.Exit is not { } exit)
            return $"{snapshot.Handle} runs.";
        var how = exit.Signal is { } signal ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {signal}") : string.Create(CultureInfo.InvariantCulture, $"exited with code {(exit.ExitCode is { } code ? WindowsStatus.Here(code) : "unknown")}");
        var text = string.Create(CultureInfo.InvariantCulture, $"{snapshot.Handle} {how} after {exit.WallTime.TotalSeconds:0.0} s.");
        text += exit.Cause switch
        {
            ExitCause.Itself or ExitCause.Kill => "",
            ExitCause.TotalTimeout => " It reached its timeout: give it a longer timeoutSeconds, or use start_command and poll_command.",
            ExitCause.RunnerLost => " Its runner process was lost; list_crashes says how. Start it again.",
            ExitCause.NodeLost => " Its node was lost: how it ended is not known. Start it again if it may run twice.",
            _ => $" It reached a limit: {exit.Cause}.",
        };
        // Hosts, paths and names that the command has chosen.
        var details = new List<string>();
        if (exit.Blocked is { } blocked)
        {
            details.Add(ModelRemedies.In(VisibleText.Line(blocked)));
            text += " Its sandbox has refused something. request_permission asks for a host or a path, if the user has meant the command to have it.";
        }
        if (exit.Appeared.Count > 0)
        {
            details.Add($"Its folder now has {string.Join(", ", exit.Appeared.Select(VisibleText.Line))}.");
            text += " It has created names in its folder that other programs may run.";
        }
        return details.Count == 0 ? text : $"{text}\n{Foreign.Mark("what is known of that", string.Join('\n', details))}\n";
    }
}
