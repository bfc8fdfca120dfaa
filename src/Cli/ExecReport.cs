using System.Text.Json;
using System.Text.Json.Nodes;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.Cli;

/// <summary>Describes how a command ended, for humans and for programs.</summary>
internal static class ExecReport
{
    private static readonly JsonSerializerOptions OneLine = new() { WriteIndented = false };

    internal static string Describe(CommandProtocol.CommandClosed closed) => closed.Exit.Cause switch
    {
        ExitCause.TotalTimeout => $"ended after {closed.Exit.WallTime.TotalSeconds:0.#} s: it reached its total timeout.",
        ExitCause.IdleTimeout => "ended: it reached its idle timeout.",
        ExitCause.ProcessorTimeLimit => "ended: it reached its limit of processor time.",
        ExitCause.FileSizeLimit => "ended: it wrote a file longer than its limit.",
        ExitCause.OutputLimit => "ended: it reached its limit of output.",
        ExitCause.MemoryLimit => "ended: it reached its memory limit.",
        ExitCause.ProcessLimit => "ended: it reached its limit of processes.",
        ExitCause.DescriptorLimit => "ended: it reached its limit of descriptors or watched files.",
        ExitCause.DiskLimit => "ended: it reached its share of the disk's free space.",
        ExitCause.RunnerLost => "ended: its command runner was lost.",
        ExitCause.NodeLost => "lost with its node: how it ended is not known.",
        _ => "ended.",
    };

    /// <summary>What ended a program on Windows by itself, as an NTSTATUS; null for an exit code of its own.</summary>
    internal static string? NameOf(CommandExit exit) => OperatingSystem.IsWindows() && exit.ExitCode is { } code ? WindowsStatus.NameOf(code) : null;

    // Null where it is not known.
    private static JsonArray? Texts(IReadOnlyList<string>? texts) => texts is null ? null : new JsonArray([.. texts.Select(static text => (JsonNode)text)]);

    /// <summary>The layers with which a command runs, if it lacks some: which, doctor and --json say; null if it lacks none.</summary>
    internal static string? WhatIsMissing(CommandConfinement? confinement) => confinement is not { Missing.Count: > 0 } ? null
        : $"the command is confined by {(confinement.Layers.Count > 0 ? string.Join(", ", confinement.Layers) : "nothing")} only: 'actorbrowser doctor' says what is missing";

    internal static string ToJson(CommandProtocol.CommandClosed closed)
    {
        var exit = closed.Exit;
        var report = new JsonObject
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
            ["appeared"] = Texts(exit.Appeared),
            ["survivors_killed"] = closed.Survivors,
            ["layers"] = Texts(exit.Confinement?.Layers),
            ["missing"] = Texts(exit.Confinement?.Missing),
        };
        if (NameOf(exit) is { } name)
            report["ntstatus"] = name;
        return report.ToJsonString(OneLine);
    }
}
