using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// Writes a command's output to this process's output, in the order of arrival, on its own thread: a write blocks while nobody reads.
/// Credit is granted only for what was written, so no output piles up.
/// </summary>
/// <param name="owner">Is told <see cref="Written"/> at the end, or <see cref="Failed"/>.</param>
/// <param name="turn">Held for each write to a terminal, and while a question is shown there; null for none.</param>
internal sealed class ExecOutput(IActorRef owner, SemaphoreSlim? turn)
{
    private readonly bool _isTerminal = StandardInput.IsTerminal(1);
    private readonly bool _isErrorTerminal = StandardInput.IsTerminal(2);

    // While nobody reads, only a whole page of a pipe can be written: with short writes, what a slow reader takes is noticed.
    private const int MostAtOnce = 4096;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<(OutputChunk Chunk, IActorRef Session)> _waiting = new();
    // Not the console's streams, which do not report that the reader is gone.
    private readonly Stream _output = StandardOutput.Open(isError: false);
    private readonly Stream _error = StandardOutput.Open(isError: true);
    private long _accepted;
    private long _written;
    private bool _ends;
    private bool _dropped;

    /// <summary>The number of bytes that were accepted and not written yet.</summary>
    internal long Unwritten => _accepted - Volatile.Read(ref _written);

    /// <summary>Changes when something was written, or was read from a pipe behind standard output or error.</summary>
    internal (long, int, int) Progress => (Volatile.Read(ref _written), StandardStream.Waiting(isError: false), StandardStream.Waiting(isError: true));

    internal void Start() => new Thread(WriteAll) { IsBackground = true, Name = "output" }.Start();

    /// <summary>Writes a piece after all others.</summary>
    internal void Write(OutputChunk chunk, IActorRef session)
    {
        _accepted += chunk.Data.Length;
        lock (_lock)
        {
            if (!_dropped)
                _waiting.Enqueue((chunk, session));
            else
                session.Tell(new GrantOutput(chunk.Data.Length), owner);
        }
        _work.Release();
    }

    /// <summary>Nothing more comes.</summary>
    internal void End()
    {
        lock (_lock)
            _ends = true;
        _work.Release();
    }

    /// <summary>Writes nothing more; a write that blocks is left to the end of the process. What was not written is granted.</summary>
    internal void Drop()
    {
        lock (_lock)
        {
            _dropped = true;
            while (_waiting.TryDequeue(out var next))
                next.Session.Tell(new GrantOutput(next.Chunk.Data.Length), owner);
        }
        _work.Release();
    }

    private void WriteAll()
    {
        while (true)
        {
            _work.Wait(Timeout.Infinite);
            (OutputChunk Chunk, IActorRef Session) next;
            lock (_lock)
            {
                if (_dropped)
                    return;
                if (!_waiting.TryDequeue(out next))
                {
                    if (!_ends)
                        continue;
                    owner.Tell(Written.Instance, ActorRefs.NoSender);
                    return;
                }
            }
            try
            {
                WriteOne(next.Chunk);
            }
            catch (IOException)
            {
                owner.Tell(Failed.Instance, ActorRefs.NoSender);
                Drop();
            }
            next.Session.Tell(new GrantOutput(next.Chunk.Data.Length), owner);
        }
    }

    private void WriteOne(OutputChunk chunk)
    {
        var stream = chunk.Stream == OutputStream.Error ? _error : _output;
        for (var rest = chunk.Data.Span; !rest.IsEmpty && !Volatile.Read(ref _dropped);)
        {
            var piece = rest[..Math.Min(rest.Length, MostAtOnce)];
            var waits = turn is not null && (chunk.Stream == OutputStream.Error ? _isErrorTerminal : _isTerminal);
            if (waits)
                turn!.Wait(Timeout.Infinite);
            try
            {
                stream.Write(piece);
            }
            finally
            {
                if (waits)
                    turn!.Release();
            }
            rest = rest[piece.Length..];
            Interlocked.Add(ref _written, piece.Length);
        }
    }

    /// <summary>To the owner: everything was written.</summary>
    internal sealed class Written
    {
        internal static readonly Written Instance = new();
    }

    /// <summary>To the owner: nothing can be written any more; <see cref="StandardOutput"/> has kept the reason.</summary>
    internal sealed class Failed
    {
        internal static readonly Failed Instance = new();
    }
}
