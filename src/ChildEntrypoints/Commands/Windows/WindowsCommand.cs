using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// One command on Windows, from its start to Closed: its processes are in a job of their own, below the runner's. Its output goes to
/// the parent in frames, as fast as the parent grants credit.
/// </summary>
internal sealed partial class WindowsCommand
{
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

    /// <summary>
    /// Windows has no signals: SIGINT is CTRL_C and SIGTERM is CTRL_BREAK in the command's console, SIGKILL ends it with all that it has
    /// left, others do nothing. A command that neither can reach is ended as by <see cref="Terminate"/>.
    /// </summary>
    internal void Signal(int number)
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            if (number == KillNow)
                _job.Terminate(WindowsStatus.Killed);
            else if (number is Interrupt or EndSoon && !_exited)
                _ = _console.TryPost(() => Order(number == Interrupt ? WindowsOrder.Interrupt : WindowsOrder.Break));
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
            _ = _console.TryPost(EndSoonNow);
        }
    }

    // Orders are not sent under the lock: a host that does not answer must not stand between a timer and the job's end. A command that has
    // exited has no pid; those that wait for their turn see it, and the process is kept until they have.
    private void Order(WindowsOrder order)
    {
        if (_exited)
            return;
        // What does not reach the program would leave it running although somebody has typed Ctrl-C.
        if ((order == WindowsOrder.Interrupt && WindowsInterrupt.HasSwitchedOffInterrupt(_process.Handle)) || WindowsInterrupt.Send(_process.Id, order) == WindowsOrderEnd.NoConsole)
            Terminate(_request.Grace, ExitCause.Kill);
    }

    // As on Linux, it reaches what the command has left behind: one process that is in a console is enough.
    private void EndSoonNow()
    {
        IReadOnlyList<int> left;
        lock (_lock)
            left = !_exited ? [_process.Id] : _isOver ? [] : _job.Processes();
        foreach (var process in left)
        {
            if (WindowsInterrupt.Send(process, WindowsOrder.Break) != WindowsOrderEnd.NoConsole)
                return;
        }
    }

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
