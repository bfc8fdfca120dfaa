using System.Buffers;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>The command runner: starts programs for the parent. It is the only role whose process starts other processes.</summary>
internal static class CommandRunnerContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "command-runner";

    internal static RoleContract Value { get; } = new(
        Name,
        fromChild:
        [
            // The terminal's master, if the command has a terminal; a pidfd, if the runner has its own pid namespace.
            new(MessageType.SpawnReady, 0, 2),
            MessageType.SpawnFailed, MessageType.Exit, MessageType.Closed,
            .. StreamsFromChild,
        ],
        toChild:
        [
            // The descriptors for the command's output, error and input, as far as the request needs them.
            new(MessageType.SpawnRequest, 0, 3),
            // The same, followed by the memory file with the request.
            new(MessageType.LargeSpawnRequest, 1, 4),
            MessageType.Signal, MessageType.Resize, MessageType.Terminate,
            .. StreamsToChild,
        ])
    {
        OwnsProcesses = true,
        StartsAtOnce = true,
    };

    // Only Windows carries output and input in frames: elsewhere the parent makes the pipes, and takes no such frame.
    private static MessageRule[] StreamsFromChild => OperatingSystem.IsWindows() ? [MessageType.OutputPiece, MessageType.InputProgress] : [];

    private static MessageRule[] StreamsToChild => OperatingSystem.IsWindows() ? [MessageType.OutputCredit, MessageType.InputPiece] : [];

    /// <summary>Encodes the role's arguments.</summary>
    /// <param name="tag">The session tag of this runner's processes.</param>
    /// <param name="limits">The limits for all processes of the runner together, as counted by the runner.</param>
    /// <param name="servesOne">Whether the runner runs one command only: every process left in its world belongs to that command, tagged or not.</param>
    internal static byte[] WriteArgs(long tag, in RunnerLimits limits = default, bool servesOne = false)
    {
        var args = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(args);
        writer.WriteArrayHeader(6);
        writer.Write(tag);
        writer.Write(limits.Memory);
        writer.Write(limits.Processes);
        writer.Write(limits.Descriptors);
        writer.Write(limits.DiskShare);
        writer.Write(servesOne);
        writer.Flush();
        return args.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the output of <see cref="WriteArgs"/>; throws like <see cref="IWireMessage{TSelf}.Read"/>.</summary>
    /// <param name="args">The arguments.</param>
    internal static (long Tag, RunnerLimits Limits, bool ServesOne) ReadArgs(ReadOnlyMemory<byte> args)
    {
        var reader = new MessagePackReader(args);
        Wire.ReadArrayOf(ref reader, 6, nameof(CommandRunnerContract));
        return (reader.ReadInt64(), new RunnerLimits(
            Wire.ReadRange(ref reader, "RunnerLimits.Memory", 0, long.MaxValue), Wire.ReadRange(ref reader, "RunnerLimits.Processes", 0, long.MaxValue),
            Wire.ReadRange(ref reader, "RunnerLimits.Descriptors", 0, long.MaxValue), (int)Wire.ReadRange(ref reader, "RunnerLimits.DiskShare", 0, 100)), reader.ReadBoolean());
    }
}

/// <summary>The limits for all processes in a runner's pid namespace together; 0 for no limit.</summary>
/// <param name="Memory">Resident memory, in bytes.</param>
/// <param name="Processes">Processes and threads.</param>
/// <param name="Descriptors">Open descriptors.</param>
/// <param name="DiskShare">The percentage of its folder's free disk space that may be lost while a command runs.</param>
internal readonly record struct RunnerLimits(long Memory, long Processes, long Descriptors, int DiskShare);
