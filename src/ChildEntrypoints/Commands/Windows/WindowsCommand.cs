using System.ComponentModel;
using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// One command on Windows, from its start to Closed: its processes are in a job of their own, below the runner's. Its output goes to
/// the parent in frames, as fast as the parent grants credit.
/// </summary>
internal sealed class WindowsCommand
{
    private const int PipeRoom = 64 << 10;
    private const int Interrupt = 2;
    private const int KillNow = 9;
    private const int EndSoon = 15;
    // ERROR_NOT_ENOUGH_QUOTA: a job's limit of time ended it.
    private const int QuotaExceeded = 1816;

    private static readonly TimeSpan DrainRest = TimeSpan.FromSeconds(1);

    // Of the console's host, which the command can suspend. An order takes at most two seconds of a host that answers.
    private static readonly TimeSpan HostPatience = TimeSpan.FromSeconds(3);

    private readonly WindowsRunnerRole _runner;
    private readonly ulong _id;
    private readonly Transport.SpawnRequest _request;
    private readonly WindowsJob _job;
    private readonly WindowsProcess _process;
    private readonly WindowsPseudoConsole? _terminal;
    private readonly OutputPump? _output;
    private readonly OutputPump? _error;
    private readonly InputFeeder? _input;
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly long _startedTicks = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly ConsoleCalls _console = new();
    private (int Columns, int Rows)? _size;
    private Timer? _total;
    private Timer? _grace;
    private ExitCause _cause;
    private volatile bool _exited;
    private bool _isOver;

    private WindowsCommand(WindowsRunnerRole runner, ulong id, in Transport.SpawnRequest request, WindowsJob job, WindowsProcess process, WindowsPseudoConsole? terminal, Stream? output, Stream? error, Stream? input)
    {
        (_runner, _id, _job, _process, _terminal) = (runner, id, job, process, terminal);
        // The request's texts are slices of the receive buffer: keep only its numbers after this call.
        _request = request with { Arguments = [], Environment = [], Folder = default };
        _output = output is null ? null : new OutputPump(output, data => runner.Send(id, new OutputPiece(OutputStream.Output, data)));
        _error = error is null ? null : new OutputPump(error, data => runner.Send(id, new OutputPiece(OutputStream.Error, data)));
        _input = input is null ? null : new InputFeeder(input, terminal is not null, progress => runner.Send(id, progress));
    }

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

    /// <summary>Tells the parent that the command runs, and follows it to its end.</summary>
    internal void Run()
    {
        _runner.Send(_id, new SpawnReady(_process.Id, (_startedAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond));
        if (_request.TotalTimeout > 0)
            _total = new Timer(static state => ((WindowsCommand)state!).OnTotalOver(), this, _request.TotalTimeout, Timeout.Infinite);
        // An exception here is a defect: it ends this process, and the parent reports that the runner is lost.
        ThreadPool.UnsafeQueueUserWorkItem(async _ => await FollowAsync().ConfigureAwait(false), null);
    }

    internal void Grant(in OutputCredit credit) => (credit.Stream == OutputStream.Error ? _error : _output)?.Grant(credit.Bytes);

    internal void Write(InputPiece piece) => _input?.Write(piece);

    /// <summary>Tells a terminal's programs its size.</summary>
    internal void Resize(int columns, int rows)
    {
        if (_terminal is null)
            return;
        lock (_lock)
        {
            // A size that waits for the console's host is replaced.
            var waits = _size is not null;
            _size = (columns, rows);
            if (!waits && !_console.TryPost(ApplySize))
                _size = null;
        }
    }

    /// <summary>Windows has no signals: SIGINT is CTRL_C and SIGTERM is CTRL_BREAK in the command's console, SIGKILL ends it, others do nothing.</summary>
    internal void Signal(int number)
    {
        lock (_lock)
        {
            if (_exited)
                return;
            if (number is Interrupt or EndSoon)
                Tell(number == Interrupt ? WindowsOrder.Interrupt : WindowsOrder.Break);
            else if (number == KillNow)
                _job.Terminate(WindowsStatus.Killed);
        }
    }

    /// <summary>Ends all of the command's processes: CTRL_BREAK now, and the job after the grace. The first reason given is reported.</summary>
    internal void Terminate(int grace, ExitCause cause)
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            if (!_exited && _cause == ExitCause.Itself)
                _cause = cause;
            if (grace == 0)
            {
                _job.Terminate(WindowsStatus.Killed);
                return;
            }
            if (_grace is not null)
                return;
            _grace = new Timer(static state => ((WindowsCommand)state!).Terminate(0, ExitCause.Kill), this, grace, Timeout.Infinite);
            if (!_exited)
                Tell(WindowsOrder.Break);
        }
    }

    // Not under the lock: a host that does not answer must not stand between a timer and the job's end. A command that is over has no
    // pid; those that wait for their turn see it, and the process is kept until they have.
    private void Tell(WindowsOrder order) => _ = _console.TryPost(() =>
    {
        if (!_exited)
            _ = WindowsInterrupt.TrySend(_process.Id, order);
    });

    private void ApplySize()
    {
        (int Columns, int Rows) size;
        lock (_lock)
        {
            size = _size!.Value;
            _size = null;
        }
        _ = _terminal!.TryResize(size.Columns, size.Rows);
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

    private void OnTotalOver() => Terminate(_request.Grace, ExitCause.TotalTimeout);

    private async Task FollowAsync()
    {
        var pumps = Task.WhenAll(_output?.RunAsync() ?? Task.CompletedTask, _error?.RunAsync() ?? Task.CompletedTask);
        var feeding = _input?.RunAsync() ?? Task.CompletedTask;
        await WindowsWait.ForAsync(_process.Handle).ConfigureAwait(false);
        TellOfExit();
        if (_terminal is null)
            await EndInputAsync(feeding).ConfigureAwait(false);
        // What the command has left behind may go on for the drain timeout.
        var survivors = 0;
        if (_job.Usage().Active > 0)
        {
            await Task.WhenAny(_job.Emptied, Task.Delay(_request.DrainTimeout)).ConfigureAwait(false);
            survivors = _job.Usage().Active;
            _job.Terminate(WindowsStatus.Killed);
        }
        _output?.Finish(DrainRest);
        _error?.Finish(DrainRest);
        // A terminal writes the rest of its screen, and only then does its output end. Without keys it would hang up before. It is
        // closed after the last order has left it, since closing it ends all in it. If its host was suspended, its thread, the host
        // and the handle of the process are left until the runner ends.
        if (_terminal is { } terminal)
            _ = _console.TryPost(terminal.Dispose);
        var isLeft = !await _console.EndWithinAsync(HostPatience).ConfigureAwait(false);
        if (_terminal is not null)
            await EndInputAsync(feeding).ConfigureAwait(false);
        await pumps.ConfigureAwait(false);
        lock (_lock)
        {
            _isOver = true;
            _total?.Dispose();
            _grace?.Dispose();
            if (!isLeft)
                _process.Dispose();
            _job.Dispose();
        }
        _runner.Forget(_id);
        _runner.Send(_id, new Closed(survivors));
    }

    private async Task EndInputAsync(Task feeding)
    {
        _input?.Stop();
        await feeding.ConfigureAwait(false);
    }

    private void TellOfExit()
    {
        lock (_lock)
        {
            _exited = true;
            var code = _process.ExitCode();
            var used = _job.Usage();
            if (_cause == ExitCause.Itself && code == QuotaExceeded && _request.Limits.ProcessorTime > 0)
                _cause = ExitCause.ProcessorTimeLimit;
            _runner.Send(_id, new Exit(code, 0, false, _cause, used.UserTime, used.KernelTime, Math.Max(0, used.PeakMemory), Stopwatch.GetElapsedTime(_startedTicks)));
        }
    }
}
