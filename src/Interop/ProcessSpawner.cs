using System.Text;

namespace ActorBrowser.Interop;

/// <summary>A process to start. The caller keeps ownership of descriptors; texts are bytes, as for the kernel.</summary>
internal sealed class SpawnRequest
{
    /// <summary>The program's path; not searched for.</summary>
    public required ReadOnlyMemory<byte> Path { get; init; }

    /// <summary>Its arguments, with the program's name first.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Arguments { get; init; }

    /// <summary>Its whole environment, as NAME=VALUE.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Environment { get; init; }

    /// <summary>Becomes descriptor 0; null for /dev/null.</summary>
    public SafeDescriptor? Input { get; init; }

    /// <summary>Becomes descriptor 1; null for /dev/null.</summary>
    public SafeDescriptor? Output { get; init; }

    /// <summary>Becomes descriptor 2; null for the same as the output.</summary>
    public SafeDescriptor? Error { get; init; }

    /// <summary>Becomes descriptor 3; null for none.</summary>
    public SafeDescriptor? Channel { get; init; }

    /// <summary>A folder to start in; null for this process's. Linux and macOS.</summary>
    public SafeDescriptor? WorkingFolder { get; init; }

    /// <summary>Whether it starts with SIGCHLD blocked on all its threads, for <see cref="ChildExits"/>. Linux.</summary>
    public bool HoldsChildSignals { get; init; }

    /// <summary>Whether its descriptor 4 is its /proc/self/oom_score_adj, for <see cref="KillOrder"/>. For a confined process with a channel; if the file cannot be opened, the descriptor is a copy of standard input. Linux.</summary>
    public bool MayOrderKills { get; init; }

    /// <summary>The path of a terminal that becomes the session's controlling one and descriptors 0 to 2; null for none. Linux.</summary>
    public string? Terminal { get; init; }

    /// <summary>Texts as UTF-8.</summary>
    /// <param name="texts">No text may hold a NUL character.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Utf8(IEnumerable<string> texts) => [.. texts.Select(static text => Utf8(text))];

    /// <summary>A text as UTF-8.</summary>
    /// <param name="text">Holds no NUL character.</param>
    public static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}

/// <summary>
/// Starts a process with <c>posix_spawn</c>: no managed code runs between fork and exec, and no descriptor of this process is
/// inheritable, so two simultaneous spawns cannot leak descriptors to each other. The child starts in its own session, with every
/// signal at its default, none blocked except as requested, stdin from /dev/null unless given, and only the request's descriptors
/// open.
/// </summary>
internal static unsafe class ProcessSpawner
{
    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const short LinuxSetSession = 0x80;
    private const short MacSetSession = 0x0400;
    private const short MacCloseOnExecByDefault = 0x4000;
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;

    // glibc: 80 bytes of actions, 336 of attributes, 128 of signal set; musl and macOS need less.
    private const int StructureRoom = 512;

    /// <summary>Starts the process.</summary>
    /// <param name="request">What to start.</param>
    /// <param name="processId">The new pid.</param>
    /// <returns>0, or the errno.</returns>
    public static int TrySpawn(SpawnRequest request, out int processId)
    {
        var actions = stackalloc byte[StructureRoom];
        var attributes = stackalloc byte[StructureRoom];
        var signals = stackalloc byte[StructureRoom];
        using var arguments = new NativeStrings(request.Arguments);
        using var environment = new NativeStrings(request.Environment);
        using var strings = new NativeStrings([request.Path, SpawnRequest.Utf8("/dev/null"), SpawnRequest.Utf8(request.Terminal ?? "")]);
        processId = 0;

        Check(LibC.SpawnFileActionsInit(actions), "posix_spawn_file_actions_init");
        Check(LibC.SpawnAttributesInit(attributes), "posix_spawnattr_init");
        try
        {
            AddFileActions(actions, request, strings.Pointers[1], strings.Pointers[2]);
            AddAttributes(attributes, signals, request.HoldsChildSignals);
            int pid;
            var error = LibC.PosixSpawn(&pid, strings.Pointers[0], actions, attributes, arguments.Pointers, environment.Pointers);
            processId = error == 0 ? pid : 0;
            return error;
        }
        finally
        {
            _ = LibC.SpawnAttributesDestroy(attributes);
            _ = LibC.SpawnFileActionsDestroy(actions);
        }
    }

    private static void AddFileActions(byte* actions, SpawnRequest request, byte* devNull, byte* terminal)
    {
        // A parent that has closed its own standard descriptors gets pipes numbered 0 to 3, which these actions would
        // overwrite before they are used; the callers raise such descriptors first.
        if (request.WorkingFolder is { } folder)
            Check(LibC.SpawnFileActionsAddChangeFolder(actions, folder.Value), "posix_spawn_file_actions_addfchdir_np");
        if (request.Terminal is not null)
        {
            // The session is new by now and has no terminal: the first one it opens becomes its controlling terminal.
            Check(LibC.SpawnFileActionsAddOpen(actions, 0, terminal, ReadWrite, 0), "posix_spawn_file_actions_addopen");
            Duplicate(actions, 0, 1);
            Duplicate(actions, 0, 2);
        }
        else
        {
            if (request.Output is { } output)
                Duplicate(actions, output.Value, 1);
            else
                Check(LibC.SpawnFileActionsAddOpen(actions, 1, devNull, WriteOnly, 0), "posix_spawn_file_actions_addopen");
            Duplicate(actions, request.Error?.Value ?? 1, 2);
            if (request.Channel is { } channel)
                Duplicate(actions, channel.Value, 3);
            if (request.Input is { } input)
                Duplicate(actions, input.Value, 0);
            else
                Check(LibC.SpawnFileActionsAddOpen(actions, 0, devNull, 0, 0), "posix_spawn_file_actions_addopen");
        }
        if (OperatingSystem.IsLinux())
            Check(LibC.SpawnFileActionsAddCloseFrom(actions, request.Channel is null ? 3 : 4), "posix_spawn_file_actions_addclosefrom_np");
    }

    private static void Duplicate(byte* actions, int from, int to) =>
        Check(LibC.SpawnFileActionsAddDup2(actions, from, to), "posix_spawn_file_actions_adddup2");

    private static void AddAttributes(byte* attributes, byte* signals, bool holdsChildSignals)
    {
        _ = LibC.SignalSetFill(signals);
        Check(LibC.SpawnAttributesSetDefaultSignals(attributes, signals), "posix_spawnattr_setsigdefault");
        _ = LibC.SignalSetEmpty(signals);
        if (holdsChildSignals)
            _ = LibC.SignalSetAdd(signals, ChildExits.ChildSignal);
        Check(LibC.SpawnAttributesSetSignalMask(attributes, signals), "posix_spawnattr_setsigmask");
        var flags = OperatingSystem.IsLinux() ? LinuxSetSession : (short)(MacSetSession | MacCloseOnExecByDefault);
        Check(LibC.SpawnAttributesSetFlags(attributes, (short)(SetSignalDefault | SetSignalMask | flags)), "posix_spawnattr_setflags");
    }

    private static void Check(int error, string call)
    {
        if (error != 0)
            throw new SystemCallException(call, error);
    }
}
