using System.Net.Sockets;
using ActorBrowser.Interop;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// Decides how long the process with the commands of <c>serve --keep</c> lives. A server claims it by a connection, which stays open as
/// long as that server lives. Without a server it starts no command, and it ends when it has no command, or when all have ended and the
/// time to keep them has passed.
/// </summary>
internal sealed class Keeper : IDisposable
{
    /// <summary>The longest time that ended commands are kept without a server.</summary>
    internal static readonly TimeSpan MostTime = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end;
    private readonly HashSet<Task> _starts = [];
    private TimeSpan _keepFor;
    private bool _isClaimed = true;
    private bool _isEnding;
    private ServeConnection? _server;
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _alone;

    /// <summary>A keeper that is claimed by the server which has started it.</summary>
    /// <param name="keepFor">How long ended commands are kept without a server.</param>
    /// <param name="stop">Ends it.</param>
    internal Keeper(TimeSpan keepFor, CancellationToken stop) => (_keepFor, _end) = (keepFor, CancellationTokenSource.CreateLinkedTokenSource(stop));

    /// <summary>Cancelled when this process is to end.</summary>
    internal CancellationToken End => _end.Token;

    /// <summary>Whether no server has claimed it, or the one that had is gone.</summary>
    internal bool IsFree
    {
        get
        {
            lock (_lock)
                return !_isClaimed || _server is { IsOver: true };
        }
    }

    /// <summary>Claims it for another server; <see cref="HoldAsync"/> must follow.</summary>
    /// <param name="keepFor">How long ended commands are kept without a server.</param>
    /// <returns>False if a server has claimed it.</returns>
    /// <exception cref="OperationCanceledException">It is ending.</exception>
    internal async Task<bool> TryClaimAsync(TimeSpan keepFor)
    {
        while (true)
        {
            CancellationTokenSource? alone = null;
            Task? released = null;
            lock (_lock)
            {
                if (_isEnding || _end.IsCancellationRequested)
                    throw new OperationCanceledException(_end.Token);
                if (!_isClaimed)
                {
                    (_isClaimed, _keepFor) = (true, keepFor);
                    (alone, _alone) = (_alone, null);
                }
                else if (_server is { IsOver: true })
                {
                    // It was killed a moment ago.
                    released = _released.Task;
                }
                else
                {
                    return false;
                }
            }
            if (released is null)
            {
                if (alone is not null)
                    await alone.CancelAsync().ConfigureAwait(false);
                return true;
            }
            await released.WaitAsync(End).ConfigureAwait(false);
        }
    }

    /// <summary>Answers a server that has claimed it, and waits for that server's end, and then for the next one or for the end of what is kept.</summary>
    /// <param name="server">The server's connection; it is disposed at the server's end.</param>
    /// <param name="answer">The answer to its claim.</param>
    /// <param name="browser">Has the commands.</param>
    internal async Task HoldAsync(ServeConnection server, byte[] answer, BrowserClient browser)
    {
        var isOrder = false;
        // Not disposed: the next server's claim may be cancelling it.
        var alone = CancellationTokenSource.CreateLinkedTokenSource(End);
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            (_server, _released) = (server, released);
        try
        {
            await server.SendAsync(ServeKind.Answer, answer, End).ConfigureAwait(false);
            var (kind, content, _) = await server.ReadAsync(takesDescriptor: false, End).ConfigureAwait(false);
            isOrder = kind == ServeKind.Signal && content is [0];
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or SocketException or SystemCallException)
        {
            // The server was killed, or it is none.
        }
        finally
        {
            lock (_lock)
            {
                (_isClaimed, _server, _alone) = (false, null, alone);
                _isEnding |= isOrder;
            }
            server.Dispose();
            released.SetResult();
        }
        if (!isOrder && !await OutlastAsync(browser, alone.Token).ConfigureAwait(false))
            return;
        await _end.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Starts a command; meanwhile this process does not end for having none.</summary>
    /// <returns>False if no server has claimed it: nothing was started.</returns>
    internal async Task<bool> TryStartAsync(Func<Task> start)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_isClaimed)
                return false;
            _starts.Add(done.Task);
        }
        try
        {
            await start().ConfigureAwait(false);
            return true;
        }
        finally
        {
            lock (_lock)
                _starts.Remove(done.Task);
            done.SetResult();
        }
    }

    // Returns whether this process is to end; not if another server has claimed it.
    private async Task<bool> OutlastAsync(BrowserClient browser, CancellationToken claimed)
    {
        Task[] starts;
        lock (_lock)
            starts = [.. _starts];
        try
        {
            await Task.WhenAll(starts).WaitAsync(claimed).ConfigureAwait(false);
            // Without a server none is added to these.
            var life = await browser.LifeAsync(claimed).ConfigureAwait(false);
            var commands = (await life.AskAsync<Handles>(ListHandles.Instance, claimed).ConfigureAwait(false)).Entries;
            foreach (var (handle, _, _) in commands)
                await life.AskAsync<IEvent>(new Wait(handle), claimed).ConfigureAwait(false);
            if (commands.Count > 0)
                await Task.Delay(_keepFor, claimed).ConfigureAwait(false);
        }
        catch (BrowserStoppedException)
        {
            // Its actor system has failed, and its commands have ended with it.
        }
        lock (_lock)
        {
            _isEnding |= !claimed.IsCancellationRequested && !_isClaimed;
            return _isEnding;
        }
    }

    public void Dispose() => _end.Dispose();
}
