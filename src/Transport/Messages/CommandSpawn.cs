using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Where a command's standard input comes from.</summary>
public enum CommandInput
{
    /// <summary>/dev/null.</summary>
    None = 0,

    /// <summary>A pipe that the parent writes to; its reading end comes with the request.</summary>
    Pipe = 1,

    /// <summary>A descriptor of the caller, which comes with the request.</summary>
    Descriptor = 2,
}

/// <summary>One of a command's output streams.</summary>
public enum OutputStream
{
    /// <summary>Standard output; all output if the streams are merged or the output is a terminal.</summary>
    Output = 1,

    /// <summary>Standard error.</summary>
    Error = 2,
}

/// <summary>Where a command's output goes.</summary>
public enum CommandOutput
{
    /// <summary>A pipe each for standard output and standard error.</summary>
    Piped = 0,

    /// <summary>One pipe for both: output arrives in the order that the program wrote it.</summary>
    Merged = 1,

    /// <summary>A new terminal for the command.</summary>
    Terminal = 2,
}

/// <summary>The limits of a command; 0 for no limit.</summary>
/// <param name="Memory">The address space of each process, in bytes.</param>
/// <param name="ProcessorTime">The processor time of each process, in seconds.</param>
/// <param name="Processes">The processes of the session.</param>
/// <param name="Descriptors">The descriptors of each process.</param>
/// <param name="FileSize">The size of each file it writes, in bytes.</param>
/// <param name="Output">The output to standard output and error together, in bytes.</param>
public readonly record struct CommandLimits(long Memory, long ProcessorTime, long Processes, long Descriptors, long FileSize, long Output);

/// <summary>Parent → runner: start a command. The correlation id names the session in every later frame about it. Texts are bytes, as for the kernel. The descriptors come with the request in this order: the writing ends for output and error, then the input. Data never passes through the runner.</summary>
/// <param name="Arguments">The program comes first; a name without a slash is searched for in the environment's PATH.</param>
/// <param name="Folder">The folder to start in; empty for the runner's.</param>
/// <param name="Environment">The whole environment, as NAME=VALUE.</param>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output and error.</param>
/// <param name="Columns">The terminal's width in characters; at least 1.</param>
/// <param name="Rows">The terminal's height in lines; at least 1.</param>
/// <param name="TotalTimeout">The longest time it may run, in milliseconds; 0 for no limit.</param>
/// <param name="Grace">The time between SIGTERM and SIGKILL at a timeout, in milliseconds.</param>
/// <param name="DrainTimeout">How long survivors may continue to write after the command itself has ended, in milliseconds.</param>
/// <param name="Limits">The limits of the command.</param>
internal readonly record struct SpawnRequest(
    IReadOnlyList<ReadOnlyMemory<byte>> Arguments,
    ReadOnlyMemory<byte> Folder,
    IReadOnlyList<ReadOnlyMemory<byte>> Environment,
    CommandInput Input,
    CommandOutput Output,
    int Columns,
    int Rows,
    int TotalTimeout,
    int Grace,
    int DrainTimeout,
    CommandLimits Limits) : IWireMessage<SpawnRequest>
{
    private const int MostTexts = 1_000_000;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.SpawnRequest;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(16);
        WriteAll(ref writer, Arguments);
        writer.Write(Folder.Span);
        WriteAll(ref writer, Environment);
        writer.Write((int)Input);
        writer.Write((int)Output);
        writer.Write(Columns);
        writer.Write(Rows);
        writer.Write(TotalTimeout);
        writer.Write(Grace);
        writer.Write(DrainTimeout);
        writer.Write(Limits.Memory);
        writer.Write(Limits.ProcessorTime);
        writer.Write(Limits.Processes);
        writer.Write(Limits.Descriptors);
        writer.Write(Limits.FileSize);
        writer.Write(Limits.Output);
    }

    /// <inheritdoc/>
    public static SpawnRequest Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 16, nameof(SpawnRequest));
        var arguments = ReadAll(ref reader, "SpawnRequest.Arguments");
        if (arguments.Length == 0 || arguments[0].IsEmpty)
            throw new WireFormatException("SpawnRequest.Arguments names no program.");
        return new SpawnRequest(
            arguments,
            ReadText(ref reader, "SpawnRequest.Folder"),
            ReadAll(ref reader, "SpawnRequest.Environment"),
            (CommandInput)Wire.ReadRange(ref reader, "SpawnRequest.Input", 0, (int)CommandInput.Descriptor),
            (CommandOutput)Wire.ReadRange(ref reader, "SpawnRequest.Output", 0, (int)CommandOutput.Terminal),
            (int)Wire.ReadRange(ref reader, "SpawnRequest.Columns", 1, ushort.MaxValue),
            (int)Wire.ReadRange(ref reader, "SpawnRequest.Rows", 1, ushort.MaxValue),
            (int)Wire.ReadRange(ref reader, "SpawnRequest.TotalTimeout", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "SpawnRequest.Grace", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "SpawnRequest.DrainTimeout", 0, int.MaxValue),
            new CommandLimits(
                Wire.ReadRange(ref reader, "CommandLimits.Memory", 0, long.MaxValue),
                Wire.ReadRange(ref reader, "CommandLimits.ProcessorTime", 0, long.MaxValue),
                Wire.ReadRange(ref reader, "CommandLimits.Processes", 0, long.MaxValue),
                Wire.ReadRange(ref reader, "CommandLimits.Descriptors", 0, long.MaxValue),
                Wire.ReadRange(ref reader, "CommandLimits.FileSize", 0, long.MaxValue),
                Wire.ReadRange(ref reader, "CommandLimits.Output", 0, long.MaxValue)));
    }

    private static void WriteAll(ref MessagePackWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        writer.WriteArrayHeader(texts.Count);
        for (var i = 0; i < texts.Count; i++)
            writer.Write(texts[i].Span);
    }

    private static ReadOnlyMemory<byte>[] ReadAll(ref MessagePackReader reader, string field)
    {
        var count = Wire.ReadCount(ref reader, field, MostTexts);
        var texts = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < count; i++)
            texts.Add(ReadText(ref reader, field));
        return [.. texts];
    }

    private static ReadOnlyMemory<byte> ReadText(ref MessagePackReader reader, string field)
    {
        var text = Wire.ReadPayload(ref reader, field);
        return text.Span.Contains((byte)0) ? throw new WireFormatException($"{field} holds a NUL byte.") : text;
    }
}

/// <summary>Parent → runner: start a command whose encoded <see cref="SpawnRequest"/> is too long for a frame. A sealed memory file with the request is the last descriptor, after the request's own descriptors.</summary>
/// <param name="Length">The length of the memory file, in bytes.</param>
internal readonly record struct LargeSpawnRequest(int Length) : IWireMessage<LargeSpawnRequest>
{
    /// <summary>The longest request. The kernel accepts at most 6 MiB of arguments and environment.</summary>
    public const int MostBytes = 16 << 20;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.LargeSpawnRequest;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Length);
    }

    /// <inheritdoc/>
    public static LargeSpawnRequest Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(LargeSpawnRequest));
        return new LargeSpawnRequest((int)Wire.ReadRange(ref reader, "LargeSpawnRequest.Length", 1, MostBytes));
    }
}

/// <summary>Runner → parent: the command runs. Its descriptors: the master of the command's terminal, if it has one, then a pidfd of the command, if the runner has its own pid namespace.</summary>
/// <param name="ProcessId">The command's pid, as the runner sees it.</param>
/// <param name="StartedAt">Unix time, in microseconds.</param>
/// <param name="HasDescriptor">Whether the last descriptor is a pidfd of the command: then the pid means nothing in the parent's namespace.</param>
internal readonly record struct SpawnReady(int ProcessId, long StartedAt, bool HasDescriptor = false) : IWireMessage<SpawnReady>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.SpawnReady;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write(ProcessId);
        writer.Write(StartedAt);
        writer.Write(HasDescriptor);
    }

    /// <inheritdoc/>
    public static SpawnReady Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(SpawnReady));
        return new SpawnReady(
            (int)Wire.ReadRange(ref reader, "SpawnReady.ProcessId", 1, int.MaxValue),
            Wire.ReadRange(ref reader, "SpawnReady.StartedAt", 0, 253402300800000000),
            reader.ReadBoolean());
    }
}

/// <summary>Why a command was not started.</summary>
public enum SpawnFailure
{
    /// <summary>The program does not exist.</summary>
    NotFound = 0,

    /// <summary>The file exists but is not a program.</summary>
    NotExecutable = 1,

    /// <summary>The folder to start in does not exist, or is not a folder.</summary>
    BadFolder = 2,

    /// <summary>Permission denied, by the system or by the profile.</summary>
    Denied = 3,

    /// <summary>Descriptors, processes or memory are used up.</summary>
    NoResources = 4,

    /// <summary>The request cannot be carried out as given.</summary>
    InvalidRequest = 5,

    /// <summary>Another error: see the errno.</summary>
    Other = 6,

    /// <summary>No runner is available.</summary>
    Unavailable = 7,

    /// <summary>The browser is stopping, or has stopped. Only the parent reports this.</summary>
    Stopped = 8,

    /// <summary>The cluster's node was lost before it said whether the command had started. Only ActorBrowser.Cluster reports this.</summary>
    NodeLost = 9,

    /// <summary>No node of the cluster had room within the time that a request waits. Only ActorBrowser.Cluster reports this.</summary>
    NodesFull = 10,
}

/// <summary>Runner → parent: the command was not started; nothing more about it follows.</summary>
/// <param name="Kind">Why it was not started.</param>
/// <param name="Errno">The errno; 0 for none.</param>
/// <param name="Message">One sentence.</param>
internal readonly record struct SpawnFailed(SpawnFailure Kind, int Errno, string Message) : IWireMessage<SpawnFailed>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.SpawnFailed;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write((int)Kind);
        writer.Write(Errno);
        writer.Write(Message);
    }

    /// <inheritdoc/>
    public static SpawnFailed Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(SpawnFailed));
        return new SpawnFailed(
            (SpawnFailure)Wire.ReadRange(ref reader, "SpawnFailed.Kind", 0, (int)SpawnFailure.Unavailable),
            (int)Wire.ReadRange(ref reader, "SpawnFailed.Errno", 0, 4095),
            Wire.ReadText(ref reader, "SpawnFailed.Message"));
    }
}
