using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using SpawnRequest = ActorBrowser.Transport.SpawnRequest;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>Starts one command: finds it, makes its pipes or its terminal, marks it, limits it.</summary>
internal sealed class CommandSpawner(CommandRunnerRole runner, SessionMark mark)
{
    private const int PipeRoom = 256 << 10;

    /// <summary>Null, or why it was not started.</summary>
    internal SpawnFailed? Spawn(ulong id, in SpawnRequest request, SafeDescriptor? inherited)
    {
        if (ProgramSearch.Find(request, out var path) is { } notFound)
            return notFound;
        var folderErrno = 0;
        using var folder = request.Folder.IsEmpty ? null : PathProbe.OpenFolder(request.Folder.Span, out folderErrno);
        if (folderErrno != 0)
            return ProgramSearch.ExplainFolder(folderErrno, request.Folder);
        var ends = new CommandEnds();
        try
        {
            ends.Open(request, PipeRoom);
            return Start(id, request, path, folder, ends, inherited);
        }
        catch (SystemCallException e)
        {
            return new SpawnFailed(SpawnFailure.NoResources, e.Errno, $"No pipes or terminal could be had: {e.Message}");
        }
        finally
        {
            ends.DisposeChilds();
            ends.DisposeOurs();
        }
    }

    private SpawnFailed? Start(ulong id, in SpawnRequest request, ReadOnlyMemory<byte> path, SafeDescriptor? folder, CommandEnds ends, SafeDescriptor? inherited)
    {
        var start = new Interop.SpawnRequest
        {
            Path = path,
            Arguments = request.Arguments,
            Environment = request.Environment,
            Input = inherited ?? ends.InputRead,
            Output = ends.OutputWrite,
            Error = ends.ErrorWrite,
            WorkingFolder = folder,
            Terminal = ends.TerminalName,
        };
        // The request's texts are slices of the receive buffer: what outlives this call is only numbers.
        var kept = request with { Arguments = [], Environment = [], Folder = default };
        var errno = 0;
        var startedAt = DateTimeOffset.UtcNow;
        var command = runner.Register(() =>
        {
            var own = mark.Of(id);
            own.Wear();
            errno = ProcessSpawner.TrySpawn(start, out var processId);
            if (errno != 0)
                return null;
            ends.DisposeChilds();
            CommandLimiter.Apply(processId, own, kept.Limits);
            var started = new RunningCommand(runner, id, kept, own, processId);
            started.Start(startedAt, ends.TakeOutput(), ends.TakeError(), ends.TakeInput(), ends.TakeTerminal());
            return started;
        });
        return command is null ? ProgramSearch.Explain(errno, path.Span) : null;
    }
}
