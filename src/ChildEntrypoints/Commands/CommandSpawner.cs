using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using SpawnRequest = ActorBrowser.Transport.SpawnRequest;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>Starts one command: finds the program, connects it to the parent's pipes or to a new terminal, tags it and limits it.</summary>
internal sealed class CommandSpawner(CommandRunnerRole runner, SessionTag tag)
{
    private const ulong Reserve = 16;
    private const int TooManyOpen = 24;

    private readonly KillOrder? _killOrder = OperatingSystem.IsLinux() ? KillOrder.TryOpen() : null;

    /// <summary>How many descriptors arrive with a request: one each for its output, error and input, as far as it has them.</summary>
    internal static int DescriptorsOf(in SpawnRequest request) =>
        (request.Output switch { CommandOutput.Piped => 2, CommandOutput.Merged => 1, _ => 0 }) + (request.Input == CommandInput.None ? 0 : 1);

    /// <summary>Returns null, or the reason why the command was not started.</summary>
    internal SpawnFailed? Spawn(ulong id, in SpawnRequest request, ReadOnlySpan<SafeDescriptor> descriptors)
    {
        if (ProgramSearch.Find(request, out var path) is { } notFound)
            return notFound;
        var folderErrno = 0;
        using var folder = request.Folder.IsEmpty ? null : PathProbe.OpenFolder(request.Folder.Span, out folderErrno);
        if (folderErrno != 0)
            return ProgramSearch.ExplainFolder(folderErrno, request.Folder);
        SafeDescriptor? terminal = null;
        try
        {
            string? name = null;
            if (request.Output == CommandOutput.Terminal)
                terminal = PseudoTerminal.Open(request.Columns, request.Rows, out name);
            // The next request's descriptors need free numbers: if they cannot be received, the channel ends, and with it every command.
            if (terminal is not null && (ulong)terminal.Value + Reserve > ProcessLimits.Get(ProcessLimit.Descriptors).Soft)
                return new SpawnFailed(SpawnFailure.NoResources, TooManyOpen, $"No terminal could be opened: the runner is close to its limit of {ProcessLimits.Get(ProcessLimit.Descriptors).Soft} descriptors. End other commands first.");
            return Start(id, request, path, folder, descriptors, ref terminal, name);
        }
        catch (SystemCallException e)
        {
            return new SpawnFailed(SpawnFailure.NoResources, e.Errno, $"No terminal could be opened: {e.Message}");
        }
        finally
        {
            terminal?.Dispose();
        }
    }

    private SpawnFailed? Start(
        ulong id, in SpawnRequest request, ReadOnlyMemory<byte> path, SafeDescriptor? folder, ReadOnlySpan<SafeDescriptor> descriptors, ref SafeDescriptor? terminal, string? name)
    {
        var start = new Interop.SpawnRequest
        {
            Path = path,
            Arguments = request.Arguments,
            Environment = request.Environment,
            Input = request.Input == CommandInput.None ? null : descriptors[^1],
            Output = request.Output == CommandOutput.Terminal ? null : descriptors[0],
            Error = request.Output == CommandOutput.Piped ? descriptors[1] : null,
            WorkingFolder = folder,
            Terminal = name,
        };
        var own = tag.Of(id);
        var startedAt = DateTimeOffset.UtcNow;
        // If a command uses up the memory, the kernel kills one of its processes, not the runner that reports the reason.
        _killOrder?.Raise();
        var errno = CommandLimiter.TrySpawn(start, own, request.Limits, out var processId);
        _killOrder?.Restore();
        if (errno != 0)
            return ProgramSearch.Explain(errno, path.Span);
        // The request's texts are slices of the receive buffer: keep only its numbers after this call.
        var command = new RunningCommand(runner, id, request with { Arguments = [], Environment = [], Folder = default }, own, processId);
        runner.Register(command);
        command.Start(startedAt, terminal);
        terminal = null;
        return null;
    }
}
