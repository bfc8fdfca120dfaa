using System.Globalization;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>The spans of commands, with OpenTelemetry's names for processes. Arguments may be secrets and are not recorded.</summary>
internal static class CommandSpans
{
    /// <summary>Begins a command's span.</summary>
    internal static Spawn Begin(Spawn spawn)
    {
        if (!BrowserTracing.IsOn)
            return spawn;
        var program = spawn.Arguments[0].ToString();
        // On Windows both slashes separate.
        var name = Path.GetFileName(program);
        if (RequestSpan.Begin(name.Length > 0 ? name : "command", spawn.TraceParent) is not { } span)
            return spawn;
        span.Set("process.command", program);
        span.Set("process.executable.name", name);
        return spawn with { Span = span };
    }

    internal static void Refuse(RequestSpan? span, SpawnFailure kind, string? message = null)
    {
        if (span is not null)
            span.End(kind.ToString(), message);
    }

    internal static void End(RequestSpan? span, CommandExit exit)
    {
        if (span is null)
            return;
        span.Set("process.exit.code", exit.ShellCode);
        if (exit.Cause != ExitCause.Itself)
            span.End(exit.Cause.ToString());
        else if (exit.ShellCode != 0)
            span.End(exit.ShellCode.ToString(CultureInfo.InvariantCulture));
        else
            span.End();
    }
}
