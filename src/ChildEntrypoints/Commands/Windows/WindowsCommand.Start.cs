using System.ComponentModel;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <content>How a command is started.</content>
internal sealed partial class WindowsCommand
{
    private const int PipeRoom = 64 << 10;

    /// <summary>Starts the program.</summary>
    /// <returns>Null, or why it was not started.</returns>
    internal static SpawnFailed? TryStart(WindowsRunnerRole runner, ulong id, in Transport.SpawnRequest request, out WindowsCommand? command)
    {
        command = null;
        if (Unavailable(request) is { } missing)
            return new SpawnFailed(SpawnFailure.InvalidRequest, 0, missing);
        WindowsProgram? program = null;
        WindowsJob? job = null;
        WindowsPseudoConsole? terminal = null;
        Stream? output = null, error = null, input = null;
        try
        {
            if (WindowsProgram.Find(request, out program, out var environment, out var folder) is { } notFound)
                return notFound;
            var limits = request.Limits;
            job = WindowsJob.Create(new WindowsJobLimits(limits.Memory, 0, (int)Math.Min(limits.Processes, int.MaxValue), limits.ProcessorTime), hasUserInterface: true, isWatched: true);
            (output, var itsOutput) = WindowsPipe.ForReading(PipeRoom);
            using var first = itsOutput;
            using var second = request.Output == CommandOutput.Piped ? OpenError(out error) : null;
            var hasTerminal = request.Output == CommandOutput.Terminal;
            using var third = hasTerminal || request.Input == CommandInput.Pipe ? OpenInput(out input) : WindowsPipe.Null();
            terminal = hasTerminal ? WindowsPseudoConsole.Create(request.Columns, request.Rows, third, first) : null;
            var process = WindowsProcess.Start(new WindowsStart(program!.Path, program.CommandLine, environment, job)
            {
                Folder = folder,
                Input = hasTerminal ? null : third,
                Output = hasTerminal ? null : first,
                Error = hasTerminal ? null : second ?? first,
                HasConsole = true,
                Terminal = terminal,
            });
            command = new WindowsCommand(runner, id, request, job, process, terminal, output, error, input);
            job = null;
            terminal = null;
            output = error = input = null;
            return null;
        }
        catch (EntryPointNotFoundException)
        {
            return new SpawnFailed(SpawnFailure.Unavailable, 0, "This Windows has no terminals for programs (pseudo consoles); Windows 10 1809 and later have them.");
        }
        catch (Win32Exception e)
        {
            return new SpawnFailed(KindOf(e.NativeErrorCode), Math.Clamp(e.NativeErrorCode, 0, 4095), $"'{program?.Path}' could not be started: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SpawnFailed(e is IOException ? SpawnFailure.NoResources : SpawnFailure.Denied, 0, $"The command's pipes could not be made: {e.Message}");
        }
        finally
        {
            output?.Dispose();
            error?.Dispose();
            input?.Dispose();
            terminal?.Dispose();
            job?.Dispose();
        }
    }

    private static string? Unavailable(in Transport.SpawnRequest request) =>
        request.Input == CommandInput.Descriptor ? "A command's input on Windows is a pipe that the browser writes, or nothing: a handle is not passed on."
        : request.Limits.Descriptors > 0 || request.Limits.FileSize > 0 ? "Windows limits neither the handles of a process nor the size of its files."
        : null;

    private static Microsoft.Win32.SafeHandles.SafeFileHandle OpenError(out Stream error)
    {
        (error, var theirs) = WindowsPipe.ForReading(PipeRoom);
        return theirs;
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle OpenInput(out Stream input)
    {
        (var theirs, input) = WindowsPipe.ForWriting(PipeRoom);
        return theirs;
    }

    private static SpawnFailure KindOf(int error) => error switch
    {
        2 or 3 => SpawnFailure.NotFound,
        11 or 191 or 192 or 193 or 216 => SpawnFailure.NotExecutable,
        5 or 740 => SpawnFailure.Denied,
        8 or 14 or 1455 or QuotaExceeded => SpawnFailure.NoResources,
        267 => SpawnFailure.BadFolder,
        _ => SpawnFailure.Other,
    };
}
