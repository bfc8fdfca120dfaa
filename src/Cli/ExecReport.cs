using System.Text.Json;
using System.Text.Json.Nodes;
using ActorBrowser.Transport;

namespace ActorBrowser.Cli;

/// <summary>A command's end, for people and for programs.</summary>
internal static class ExecReport
{
    private static readonly JsonSerializerOptions OneLine = new() { WriteIndented = false };

    internal static string Describe(CommandProtocol.CommandClosed closed) => closed.Exit.Cause switch
    {
        ExitCause.TotalTimeout => $"ended after {closed.Exit.WallTime.TotalSeconds:0.#} s: it ran for too long.",
        ExitCause.IdleTimeout => "ended: it was silent for too long.",
        ExitCause.ProcessorTimeLimit => "ended: its processor time was used up.",
        ExitCause.FileSizeLimit => "ended: it wrote too long a file.",
        ExitCause.OutputLimit => "ended: it wrote too much.",
        ExitCause.MemoryLimit => "ended: its memory was used up.",
        ExitCause.ProcessLimit => "ended: it had as many processes as it may have.",
        ExitCause.DescriptorLimit => "ended: it held as many descriptors, or watched as many files, as it may.",
        ExitCause.DiskLimit => "ended: too much of its disk's free space was gone.",
        ExitCause.RunnerLost => "ended with the process that ran it.",
        _ => "ended.",
    };

    internal static string ToJson(CommandProtocol.CommandClosed closed)
    {
        var exit = closed.Exit;
        return new JsonObject
        {
            ["handle"] = closed.Handle,
            ["exit_code"] = exit.ExitCode,
            ["signal"] = exit.Signal,
            ["core_dumped"] = exit.CoreDumped,
            ["cause"] = exit.Cause.ToString(),
            ["wall_ms"] = exit.WallTime.TotalMilliseconds,
            ["user_ms"] = exit.UserTime.TotalMilliseconds,
            ["system_ms"] = exit.SystemTime.TotalMilliseconds,
            ["peak_memory_bytes"] = exit.PeakMemory,
            ["stdout_bytes"] = closed.OutputBytes,
            ["stderr_bytes"] = closed.ErrorBytes,
            ["blocked"] = exit.Blocked,
            ["appeared"] = new JsonArray([.. exit.Appeared.Select(static name => (JsonNode)name)]),
            ["survivors_killed"] = closed.Survivors,
        }.ToJsonString(OneLine);
    }
}
